// SPDX-License-Identifier: BSD-2-Clause
// The kernel's own mapping code over an ISA's format, before hardware that sees every store: compiled
// once for each ISA.
#include "hardware.hpp"

#include <arch/address_space.hpp>
#include <arch/memory.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/mm/asid.hpp>
#include <generic/mm/space_registry.hpp>
#include <generic/object/kernel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <memory>
#include <new>
#include <random>

namespace kernel {

void fatal(const char* text) { throw text; }

} // namespace kernel

namespace {

using namespace kernel;
using Format = test::Format;
using test::hardware;
using test::Translation;
using test::Translations;

constexpr unsigned watched = test::Hardware::asid;

struct Frame {
    Slot* slot = nullptr;
    unsigned bits = 0;
    unsigned level = 0;
    unsigned group_bits = 0;
    PhysAddr address;
    // Where it should be mapped.
    VSpace* space = nullptr;
    uint64_t at = 0;
    mm::PageAttributes attributes;
};

struct Table {
    Slot* slot = nullptr;
    VSpace* space = nullptr; ///< Null: nowhere.
    uint64_t begin = 0;      ///< Of what it covers.
    unsigned level = 0;      ///< Of its own entries; 0: a root.

    [[nodiscard]] bool covers(uint64_t address) const {
        const auto& geometry = Format::level[level];
        return level == 0 || (address - begin) >> (geometry.shift + geometry.index_bits) == 0;
    }
};

/// Two address spaces, tables and frames, and what ought to be mapped where.
class Machine {
public:
    explicit Machine(unsigned seed) : random(seed) {
        kernel_state.~Kernel();
        new (&kernel_state) Kernel{};
        new (&cpu) Cpu{};
        arch::host::cpu = &cpu;
        for (VSpace& space : spaces)
            space = {};
        run(spaces[0]); // the other one has never run
        hardware = {};
        for (Table& table : tables) {
            table.slot = new (take(sizeof(Slot))) Slot{};
            table.slot->set(ObjectType::page_table, take(4096), 0, 0);
        }
        for (unsigned i = 0; i < std::size(frames); ++i)
            make_frame(frames[i], i);
    }

    void map_table();
    void unmap_table();
    void map_frame();
    void set_rights();
    void unmap_frame();

    unsigned succeeded = 0;
    std::mt19937 random;

private:
    /// As if it had been given that identifier, alone.
    static void run(VSpace& space) {
        space.asid = watched;
        space.newer = space.older = kernel_state.oldest_asid = &space;
    }

    unsigned below(size_t limit) { return static_cast<unsigned>(random() % limit); }

    void* take(size_t bytes) {
        next = align_up(next, bytes < 4096 ? uint64_t{64} : uint64_t{4096});
        void* memory = arch::host::ram + next;
        std::memset(memory, 0, bytes);
        next += bytes;
        return memory;
    }

    void make_frame(Frame& frame, unsigned number) {
        for (unsigned index = number; frame.bits == 0; ++index)
            frame.bits = mm::frame_bits(index % mm::frame_size_count);
        for (unsigned level = 0; level < Format::levels; ++level) {
            const auto& geometry = Format::level[level];
            for (const unsigned group : {0u, geometry.group_bits})
                if (geometry.leaf && geometry.shift + group == frame.bits) {
                    frame.level = level;
                    frame.group_bits = group;
                }
        }
        frame.address = PhysAddr{uint64_t{number + 1} << 30};
        frame.slot = new (take(sizeof(Slot))) Slot{};
        frame.slot->object.set_physical(
            ObjectType::frame, mm::frame_size_index(frame.bits) << SlotRights::frame_size_shift,
            frame.address);
    }

    /// Few of them, so that tables are shared and things are in each other's way.
    uint64_t some_address(unsigned bits) {
        uint64_t address = 0;
        for (unsigned level = 0; level < Format::levels; ++level) {
            constexpr unsigned indices[] = {0, 1, 15, 16, 17, 33};
            const auto& geometry = Format::level[level];
            const unsigned index = level < 2 ? below(2) : indices[below(std::size(indices))];
            address |= uint64_t{index} << geometry.shift;
        }
        return below(20) == 0 ? address : align_down(address, uint64_t{1} << bits);
    }

    mm::PageAttributes some_attributes() {
        return {below(2) != 0, below(2) != 0, static_cast<cobnut::MemoryType>(below(3))};
    }

    Translations expected(const VSpace& space) const {
        Translations leaves;
        for (const Frame& frame : frames)
            if (frame.space == &space)
                for (uint64_t i = 0; i < uint64_t{1} << frame.group_bits; ++i) {
                    const uint64_t size = uint64_t{1} << Format::level[frame.level].shift;
                    leaves.insert({frame.at + i * size, size, frame.level, false,
                                   frame.group_bits != 0, frame.address.raw() + i * size,
                                   frame.attributes});
                }
        return leaves;
    }

    /// Runs one operation of the kernel and judges all that could be seen of it.
    template <class Operation, class Effect>
    void judge(Operation operation, Effect effect, uint64_t begin, uint64_t size);

    void forget_all(const VSpace* space) {
        for (Frame& frame : frames)
            if (frame.space == space)
                frame.space = nullptr;
        for (Table& other : tables)
            if (other.space == space)
                other.space = nullptr;
    }

    bool is_used(const Table& table) const {
        for (const Frame& frame : frames)
            if (frame.space == table.space && table.covers(frame.at) && frame.level >= table.level)
                return true;
        for (const Table& other : tables)
            if (&other != &table && other.space == table.space && other.level > table.level &&
                table.covers(other.begin))
                return true;
        return false;
    }

    Cpu cpu;
    VSpace spaces[2];
    Table tables[14];
    Frame frames[24];
    uint64_t next = 4096;
};

template <class Operation, class Effect>
void Machine::judge(Operation operation, Effect effect, uint64_t begin, uint64_t size) {
    const Translations before = expected(spaces[0]);
    hardware.begin();
    const bool success = operation();
    if (success) {
        ++succeeded;
        effect();
    }
    if (spaces[0].has_root()) // it runs again, as the scheduler would let it
        arch::activate({spaces[0].root.raw(), watched});
    hardware.end();
    if (!hardware.broken().empty())
        FAIL(hardware.broken().front());
    const Translations after = expected(spaces[0]);
    for (const Translations& moment : hardware.seen()) {
        for (const Translation& leaf : moment)
            REQUIRE((before.count(leaf) != 0 || after.count(leaf) != 0)); // old or new
        for (const Translation& leaf : before) // of others nothing changes at any time
            if (leaf.begin - begin >= size)
                REQUIRE(moment.count(leaf) != 0);
    }
    for (VSpace& space : spaces) {
        Translations leaves;
        if (space.has_root())
            for (const Translation& translation : test::walk(space.root))
                if (!translation.table)
                    leaves.insert(translation);
        REQUIRE(leaves == expected(space));
    }
}

void Machine::map_table() {
    Table& table = tables[below(std::size(tables))];
    VSpace& space = spaces[below(4) == 0];
    const uint64_t address = some_address(12);
    unsigned level = 0;
    for (const Table& other : tables)
        level += other.space == &space && other.covers(address);
    judge([&] { return mm::map_table(space, *table.slot, VirtAddr(address)).ok(); },
          [&] {
              REQUIRE(table.space == nullptr);
              REQUIRE(level < Format::levels);
              table.space = &space;
              table.level = level;
              const auto& geometry = Format::level[level];
              table.begin =
                  level == 0 ? 0
                             : align_down(address, uint64_t{1} << (geometry.shift + geometry.index_bits));
              if (level == 0 && &space == &spaces[0])
                  run(space);
          },
          0, 0);
}

void Machine::unmap_table() {
    Table& table = tables[below(std::size(tables))];
    VSpace* const space = table.space;
    const bool deletes = below(8) == 0;
    const bool resets = space != nullptr && (table.level == 0 || is_used(table));
    if (resets && below(8) != 0)
        return; // much would go with it
    const bool refused = resets && table.level != 0 && !deletes;
    const uint64_t size = resets
                              ? ~uint64_t{0}
                              : uint64_t{1} << (Format::level[table.level].shift +
                                                Format::level[table.level].index_bits);
    judge(
        [&] {
            REQUIRE(mm::unmap_table(*table.slot, deletes).ok() == !refused);
            return space != nullptr && !refused;
        },
        [&] {
            if (resets)
                forget_all(space);
            table.space = nullptr;
        },
        table.begin, size);
}

void Machine::map_frame() {
    Frame& frame = frames[below(std::size(frames))];
    VSpace& space = frame.space != nullptr && below(2) ? *frame.space : spaces[below(4) == 0];
    const uint64_t address = frame.space != nullptr && below(4) ? frame.at : some_address(frame.bits);
    const mm::PageAttributes attributes = some_attributes();
    judge([&] {
              return mm::map_frame(space, *frame.slot, VirtAddr(address), attributes, false).ok();
          },
          [&] {
              REQUIRE((frame.space == nullptr || (frame.space == &space && frame.at == address)));
              frame.space = &space;
              frame.at = address;
              frame.attributes = attributes;
          },
          address, uint64_t{1} << frame.bits);
}

void Machine::set_rights() {
    Frame& frame = frames[below(std::size(frames))];
    const bool write = below(2) != 0;
    const bool execute = below(2) != 0;
    judge([&] { return mm::set_rights(*frame.slot, write, execute).ok(); },
          [&] {
              REQUIRE(frame.space != nullptr);
              frame.attributes = {frame.attributes.write() && write,
                                  frame.attributes.execute() && execute, frame.attributes.type()};
          },
          frame.at, uint64_t{1} << frame.bits);
}

void Machine::unmap_frame() {
    Frame& frame = frames[below(std::size(frames))];
    const bool mapped = frame.space != nullptr;
    judge(
        [&] {
            mm::unmap_frame(*frame.slot);
            return mapped;
        },
        [&] { frame.space = nullptr; }, frame.at, uint64_t{1} << frame.bits);
}

} // namespace

TEST_CASE("hardware finds the old, nothing or the new, and forgets the old before the new is made",
          "[page_tables]") {
    unsigned succeeded = 0, invalidations = 0;
    for (unsigned seed = 1; seed <= 12; ++seed) {
        INFO("seed " << seed);
        const auto machine = std::make_unique<Machine>(seed);
        for (unsigned round = 0; round < 600; ++round) {
            INFO("round " << round);
            switch (machine->random() % 16) {
            case 0:
            case 1:
            case 2:
            case 3:
                machine->map_table();
                break;
            case 4:
                machine->unmap_table();
                break;
            case 5:
            case 6:
                machine->unmap_frame();
                break;
            case 7:
            case 8:
            case 9:
                machine->set_rights();
                break;
            default:
                machine->map_frame();
                break;
            }
        }
        succeeded += machine->succeeded;
        invalidations += hardware.invalidations();
    }
    REQUIRE(succeeded > 1000);
    REQUIRE(invalidations > 300);
}

namespace {

/// A space of one page, and one group where the format has them, built by hand.
struct ByHand {
    static constexpr unsigned last = Format::levels - 1;
    PhysAddr root{arch::host::ram_base + (uint64_t{32} << 20)};
    test::Entry* leaves = nullptr;

    ByHand() {
        hardware = {};
        arch::activate({root.raw(), watched});
        PhysAddr table = root;
        for (unsigned level = 0;; ++level) {
            auto* entries = static_cast<test::Entry*>(arch::to_virtual(table));
            std::memset(entries, 0, 4096);
            if (level == last) {
                leaves = entries;
                break;
            }
            parent = entries;
            table = table + 4096;
            entries[0] = Format::table(level, table);
        }
        hardware.begin();
    }

    test::Entry* parent = nullptr;

    void store(unsigned index, uint64_t page, bool write, bool grouped = false) const {
        arch::write_page_table_entry(leaves + index,
                                     Format::leaf(last, PhysAddr{page << 12},
                                                  {write, false, cobnut::MemoryType::normal},
                                                  grouped));
    }
    void remove(unsigned index) const { arch::write_page_table_entry(leaves + index, 0); }
    static bool is_broken() {
        hardware.end();
        const bool broken = !hardware.broken().empty();
        hardware.forget_broken();
        return broken;
    }
};

} // namespace

TEST_CASE("the watching hardware notices what is left out", "[page_tables]") {
    const ByHand space;
    space.store(3, 64, true);
    REQUIRE(ByHand::is_broken()); // nobody was told
    space.store(4, 65, true);
    arch::entry_added(watched, VirtAddr{0x4000});
    REQUIRE_FALSE(ByHand::is_broken());
    space.store(4, 65, false);
    REQUIRE(ByHand::is_broken()); // the old rights are still cached
    space.store(4, 66, false);
    arch::entry_removed(watched, VirtAddr{0x4000}, ByHand::last, 1);
    REQUIRE(ByHand::is_broken()); // another page without a break
    space.remove(4);
    space.store(4, 67, false);
    arch::entry_removed(watched, VirtAddr{0x4000}, ByHand::last, 1);
    REQUIRE(ByHand::is_broken()); // made before the old one was forgotten
    space.remove(4);
    arch::entry_removed(watched, VirtAddr{0x3000}, ByHand::last, 1);
    REQUIRE(ByHand::is_broken()); // another address
    arch::write_page_table_entry(space.parent, 0);
    REQUIRE(ByHand::is_broken()); // the table is still cached
}

TEST_CASE("the watching hardware takes a group together", "[page_tables]") {
    if (Format::level[Format::levels - 1].group_bits == 0)
        SKIP("the format has no groups");
    const ByHand space;
    for (unsigned i = 0; i < 16; ++i)
        space.store(16 + i, 64 + i, true, true);
    arch::entry_added(watched, VirtAddr{0x10000});
    REQUIRE_FALSE(ByHand::is_broken());
    space.store(17, 65, false, true);
    arch::entry_removed(watched, VirtAddr{0x10000}, ByHand::last, 16);
    REQUIRE(ByHand::is_broken()); // its entries disagree
    space.store(17, 65, true, true);
    (void)ByHand::is_broken();
    for (unsigned i = 0; i < 15; ++i)
        space.remove(16 + i);
    arch::entry_removed(watched, VirtAddr{0x10000}, ByHand::last, 16);
    space.store(16, 128, true, true);
    REQUIRE(ByHand::is_broken()); // one of the old ones is still there
}
