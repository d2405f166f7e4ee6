// SPDX-License-Identifier: BSD-2-Clause
// Address spaces (docs/manual/address-spaces.md): what is where, and which tables there are.
#include "system.hpp"

#include <algorithm>

namespace model {

namespace {

// The simulated machine's page tables.
constexpr unsigned shifts[] = {30, 21, 12}; ///< Bytes that an entry of a level translates, log2.
constexpr unsigned levels = 3;
constexpr Word user_end = Word{1} << 38;

unsigned level_of(unsigned frame_bits) {
    unsigned level = 0;
    while (shifts[level] > frame_bits)
        ++level;
    return level;
}

/// First address of what a table of this level translates.
Word base_of(unsigned level, Word address) {
    return address >> shifts[level - 1] << shifts[level - 1];
}

bool covers(Word first, unsigned bits, Word address) {
    return address >> bits == first >> bits;
}

/// What is mapped at the address.
std::map<Word, Mapping>::iterator mapping_at(Space& space, Word address) {
    auto place = space.mappings.upper_bound(address);
    if (place == space.mappings.begin())
        return space.mappings.end();
    --place;
    return covers(place->first, place->second.size_bits, address) ? place : space.mappings.end();
}

/// The level at which the first table on the way to `last` is missing or in the way is a mapping;
/// `levels` if all are there.
unsigned missing_level(const Space& space, Word address, unsigned last) {
    for (unsigned level = 1; level <= last; ++level)
        if (!space.tables.contains({level, base_of(level, address)}))
            return level;
    return levels;
}

} // namespace

Space* System::space_of(uint64_t number) {
    for (auto& [name, space] : spaces)
        if (number != 0 && space.number == number)
            return &space;
    return nullptr;
}

const Space* System::space_of(uint64_t number) const {
    return const_cast<System*>(this)->space_of(number);
}

/// A record is true as long as a space has the number that it names.
bool System::is_mapped(const Capability& capability) const {
    return space_of(capability.space) != nullptr;
}

void System::unmap_frame(Capability& frame) {
    if (is_mapped(frame))
        space_of(frame.space)->mappings.erase(frame.address);
    frame.space = frame.address = 0;
}

namespace {

/// The level of a table below the root, 0 if it is not there.
unsigned level_in(const Space& space, const Capability& table) {
    for (unsigned level = 1; level < levels; ++level) {
        const auto found = space.tables.find({level, base_of(level, table.address)});
        if (found != space.tables.end() && found->second == table.object)
            return level;
    }
    return 0;
}

} // namespace

/// A table below the root that holds a table or a mapping.
bool System::is_used(const Capability& table) const {
    const Space* space = space_of(table.space);
    if (space == nullptr || space->root == table.object)
        return false;
    const unsigned level = level_in(*space, table);
    const Word base = base_of(level, table.address);
    const auto is_below = [&](Word address) { return covers(base, shifts[level - 1], address); };
    return std::any_of(space->tables.begin(), space->tables.end(),
                       [&](const auto& entry) {
                           return entry.first.first > level && is_below(entry.first.second);
                       }) ||
           std::any_of(space->mappings.begin(), space->mappings.end(),
                       [&](const auto& entry) { return is_below(entry.first); });
}

/// What it holds goes with a table that is deleted, and then nothing of the space is left.
void System::unmap_table(Capability& table) {
    if (Space* space = space_of(table.space)) {
        if (space->root == table.object || is_used(table)) {
            *space = {};
        } else {
            const unsigned level = level_in(*space, table);
            space->tables.erase({level, base_of(level, table.address)});
        }
    }
    table.space = table.address = 0;
}

void System::invoke_table(Call& call) {
    Capability& table = slots.at(call.slot);
    if (call.method == Method::page_table_unmap) {
        if (is_used(table))
            throw Refused{Error::in_use};
        return unmap_table(table);
    }
    const Word address = call.words[0];
    Space& space = spaces.at(slots.at(call.capabilities[0]).object);
    if (address >= user_end)
        throw Refused{Error::out_of_range, 0, user_end - 1};
    if (is_mapped(table))
        throw Refused{Error::already_mapped};
    const unsigned level = missing_level(space, address, levels - 1);
    if (space.root != 0 &&
        (level == levels || mapping_at(space, address) != space.mappings.end()))
        throw Refused{Error::already_mapped};
    if (space.root == 0) {
        space.root = table.object;
        space.number = next_space_++;
    } else
        space.tables[{level, base_of(level, address)}] = table.object;
    table.postponed = 0;
    table.space = space.number;
    table.address = address & ~Word{4095};
}

void System::invoke_frame(Call& call) {
    using cobnut::MapAttributes;
    Capability& frame = slots.at(call.slot);
    const auto& words = call.words;
    const auto granted = [&](Word wanted) {
        const Word rights = wanted & frame.rights;
        if ((rights & Rights::read_bit) == 0)
            throw Refused{Error::missing_right};
        return (rights & Rights::write_bit) != 0;
    };
    switch (call.method) {
    case Method::frame_unmap:
        return unmap_frame(frame);
    case Method::frame_address:
        call.results = {frame.object, 0, frame.size_bits};
        return;
    case Method::frame_set_rights: {
        if ((words[1] & ~MapAttributes::execute_never) != 0)
            throw Refused{Error::invalid_argument, 1, words[1]};
        const bool write = granted(words[0]);
        if (!is_mapped(frame))
            throw Refused{Error::not_mapped};
        Mapping& mapping = space_of(frame.space)->mappings.at(frame.address);
        mapping.write = mapping.write && write;
        mapping.execute = mapping.execute && words[1] == 0;
        return;
    }
    case Method::frame_map:
        break;
    default:
        throw Refused{Error::invalid_method};
    }
    const Word address = words[0], attributes = words[2];
    const Word type = attributes & MapAttributes::type_mask;
    if ((attributes & ~(MapAttributes::type_mask | MapAttributes::execute_never)) != 0 || type > 2)
        throw Refused{Error::invalid_argument, 2, attributes};
    Mapping mapping;
    mapping.frame = frame.object;
    mapping.size_bits = frame.size_bits;
    mapping.write = granted(words[1]);
    mapping.type = type;
    mapping.execute = (attributes & MapAttributes::execute_never) == 0 && type == 0;
    Space& space = spaces.at(slots.at(call.capabilities[0]).object);
    const Word bytes = Word{1} << frame.size_bits;
    if (address % bytes != 0)
        throw Refused{Error::misaligned, frame.size_bits};
    if (address >= user_end || bytes > user_end - address)
        throw Refused{Error::out_of_range, 0, user_end - 1};
    if (space.root == 0)
        throw Refused{Error::missing_table, word_bits};
    const unsigned level = level_of(frame.size_bits);
    const unsigned missing = missing_level(space, address, level);
    const auto there = mapping_at(space, address);
    if (missing != levels && there == space.mappings.end())
        throw Refused{Error::missing_table, shifts[missing - 1]};
    if (is_mapped(frame)) {
        if (frame.space != space.number || frame.address != address)
            throw Refused{Error::already_mapped};
    } else {
        const bool table_there =
            std::any_of(space.tables.begin(), space.tables.end(), [&](const auto& entry) {
                return entry.first.first > level &&
                       covers(address, frame.size_bits, entry.first.second);
            });
        const auto next = space.mappings.lower_bound(address);
        const bool mapping_inside = next != space.mappings.end() && next->first - address < bytes;
        if (there != space.mappings.end() || table_there || mapping_inside)
            throw Refused{Error::already_mapped};
    }
    space.mappings[address] = mapping;
    frame.space = space.number;
    frame.address = address;
}

} // namespace model
