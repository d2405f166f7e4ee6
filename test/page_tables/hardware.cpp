// SPDX-License-Identifier: BSD-2-Clause
#include "hardware.hpp"

#include <arch/memory.hpp>
#include <arch/address_space.hpp>

#include <sstream>

namespace test {

Hardware hardware;

namespace {

void walk_table(kernel::PhysAddr table, unsigned level, uint64_t base, Translations& found) {
    const auto* entries = static_cast<const Entry*>(arch::to_virtual(table));
    const auto& geometry = Format::level[level];
    const uint64_t size = uint64_t{1} << geometry.shift;
    for (unsigned index = 0; index < 1u << geometry.index_bits; ++index) {
        const Entry entry = entries[index];
        const uint64_t begin = base + index * size;
        const kernel::mm::EntryKind kind = Format::kind(level, entry);
        if (kind == kernel::mm::EntryKind::invalid || begin >= Format::user_end)
            continue;
        const kernel::PhysAddr to = Format::address(level, entry);
        if (kind == kernel::mm::EntryKind::table) {
            found.insert({begin, size, level, true, false, to.raw(), {}});
            walk_table(to, level + 1, begin, found);
            continue;
        }
        found.insert({begin, size, level, false, Format::grouped(entry), to.raw(),
                      Format::attributes(level, entry)});
    }
}

Translations leaves_of(const Translations& all) {
    Translations leaves;
    for (const Translation& translation : all)
        if (!translation.table)
            leaves.insert(translation);
    return leaves;
}

/// What hardware may hold: of a group the entries, or one translation for all of it once it has seen
/// one of them.
Translations with_groups(const Translations& found) {
    Translations all = found;
    for (Translation leaf : found)
        if (leaf.grouped) {
            leaf.size <<= Format::level[leaf.level].group_bits;
            const uint64_t offset = leaf.begin % leaf.size;
            leaf.begin -= offset;
            leaf.to -= offset;
            all.insert(leaf);
        }
    return all;
}

/// Whether hardware may hold both at a time: of one page only the rights differ (Arm ARM D8.16.1).
bool may_coexist(const Translation& one, const Translation& other) {
    if (one.table != other.table) // a table and what lies below it, but no leaf in its place
        return (one.table ? one : other).size > (one.table ? other : one).size;
    if (one.table)
        return one.level != other.level || one == other;
    if (one.grouped || other.grouped) // entries of a group must agree (D8.7.1)
        return one.grouped == other.grouped && one.level == other.level &&
               one.to - one.begin == other.to - other.begin && one.attributes == other.attributes;
    return one.begin == other.begin && one.size == other.size && one.to == other.to &&
           one.attributes.type() == other.attributes.type();
}

} // namespace

Translations walk(kernel::PhysAddr root) {
    Translations found;
    walk_table(root, 0, 0, found);
    return found;
}

void Hardware::note(const std::string& rule, const Translation& translation) {
    std::ostringstream text;
    text << rule << ": " << std::hex << translation.begin << " level " << translation.level
         << " to " << translation.to;
    broken_.push_back(text.str());
}

void Hardware::cache_what_is_there() {
    for (const Translation& now : with_groups(walk(kernel::PhysAddr{root_}))) {
        for (const Translation& old : cached_)
            if (old.overlaps(now) && !may_coexist(old, now))
                note("made before the old one was broken and forgotten", now);
        cached_.insert(now);
    }
}

void Hardware::stored(Entry* place, Entry entry) {
    ++stores_;
    const Entry before = *place;
    const auto known = memory_.find(place);
    if (known != memory_.end() && known->second != before && before != 0)
        broken_.push_back("an entry was changed behind the walker's back");
    const Translations old = walks() ? walk(kernel::PhysAddr{root_}) : Translations{};
    *place = entry;
    memory_[place] = entry;
    if (!walks())
        return;
    const Translations now = walk(kernel::PhysAddr{root_});
    seen_.insert(leaves_of(now));
    for (const Translation& translation : now) {
        bool valid_before = false;
        for (const Translation& other : old)
            valid_before |= other.begin == translation.begin && other.level == translation.level;
        if (!valid_before)
            not_told_.insert(translation);
    }
    cache_what_is_there();
}

/// Of a group one address is enough: only formats without groups remember invalid entries.
void Hardware::entry_added(unsigned number, uint64_t address) {
    if (number != asid)
        return;
    for (auto entry = not_told_.begin(); entry != not_told_.end();) {
        const uint64_t size =
            entry->size << (entry->grouped ? Format::level[entry->level].group_bits : 0);
        const bool told = kernel::align_down(address, size) == kernel::align_down(entry->begin, size);
        entry = told ? not_told_.erase(entry) : std::next(entry);
    }
}

void Hardware::drop(uint64_t address) {
    for (auto entry = cached_.begin(); entry != cached_.end();) {
        const bool named = !entry->table && address - entry->begin < entry->size;
        entry = named ? cached_.erase(entry) : std::next(entry);
    }
}

void Hardware::entry_removed(unsigned number, uint64_t address, unsigned level, unsigned count) {
    if (number != asid || !walks())
        return;
    ++invalidations_;
    // One at a time, as the instructions are; what is still there may be cached again at once.
    for (unsigned i = 0; i < count; ++i) {
        drop(address + (uint64_t{i} << Format::level[level].shift));
        cache_what_is_there();
    }
}

void Hardware::table_removed(unsigned number) {
    if (number != asid)
        return;
    ++invalidations_;
    cached_.clear();
    not_told_.clear();
    if (walks())
        cache_what_is_there();
}

void Hardware::begin() {
    seen_.clear();
    if (walks())
        cache_what_is_there();
}

void Hardware::end() {
    const Translations now = walks() ? with_groups(walk(kernel::PhysAddr{root_})) : Translations{};
    for (const Translation& old : cached_)
        if (now.count(old) == 0)
            note("still cached when the operation is over", old);
    for (const Translation& entry : not_told_)
        note("made valid, and nobody was told", entry);
    cached_ = now;
    not_told_.clear();
    for (const auto& [place, entry] : memory_)
        if (*place != entry && *place != 0)
            broken_.push_back("an entry was changed other than by a store that counts");
}

} // namespace test

namespace arch {

void activate(SpaceToken token) { test::hardware.activated(token.root); }

void write_page_table_entry(PageFormat::Entry* place, PageFormat::Entry entry) {
    test::hardware.stored(place, entry);
}
void entry_added(unsigned asid, kernel::VirtAddr address) {
    test::hardware.entry_added(asid, address.raw());
}
void entry_removed(unsigned asid, kernel::VirtAddr address, unsigned level, unsigned count) {
    test::hardware.entry_removed(asid, address.raw(), level, count);
}
void table_removed(unsigned asid) { test::hardware.table_removed(asid); }

} // namespace arch
