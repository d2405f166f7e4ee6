// SPDX-License-Identifier: BSD-2-Clause
// The registry of living VSpaces against a map.
#include "kernel_memory.hpp"

#include <generic/cap/slot.hpp>
#include <generic/mm/space_registry.hpp>

#include <map>

using namespace kernel;
using test::below;

TEST_CASE("a VSpace is found by its id as long as it lives, and no id is given twice",
          "[space_registry]") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        test::KernelMemory memory;
        test::Random random{seed};
        constexpr unsigned count = 50;
        VSpace* spaces = memory.make<VSpace>(count);
        std::map<uint64_t, VSpace*> living;
        uint64_t last_id = 0;
        for (unsigned round = 0; round < 2000; ++round) {
            VSpace& space = spaces[below(random, count)];
            if (space.id == 0) {
                REQUIRE(space_registry::insert(space));
                REQUIRE(space.id > last_id);
                last_id = space.id;
                living[space.id] = &space;
            } else if (below(random, 3) == 0) {
                living.erase(space.id);
                space_registry::remove(space);
            }
            const uint64_t id = below(random, static_cast<unsigned>(last_id) + 2);
            REQUIRE(space_registry::find(id) == (living.contains(id) ? living[id] : nullptr));
        }
        for (const auto& [id, space] : living)
            REQUIRE(space_registry::find(id) == space);
    }
}

TEST_CASE("the ids of VSpaces run out rather than repeat", "[space_registry]") {
    test::KernelMemory memory;
    VSpace* spaces = memory.make<VSpace>(2);
    kernel_state.last_space_id = Slot::space_id_end - 2;
    REQUIRE(space_registry::insert(spaces[0]));
    CHECK(spaces[0].id == Slot::space_id_end - 1);
    CHECK(!space_registry::insert(spaces[1]));
    CHECK(!space_registry::insert(spaces[1]));
}

TEST_CASE("VSpaces whose ids differ in the upper bits alone are told apart", "[space_registry]") {
    test::KernelMemory memory;
    VSpace* spaces = memory.make<VSpace>(64);
    unsigned count = 0;
    for (unsigned bit = Slot::Record::low_id_bits; bit < 64; ++bit) {
        if ((uint64_t{1} << bit & Slot::Record::unused) != 0)
            continue;
        kernel_state.last_space_id = (uint64_t{1} << bit) + 4;
        REQUIRE(space_registry::insert(spaces[count++]));
    }
    for (unsigned i = 0; i < count; ++i)
        CHECK(space_registry::find(spaces[i].id) == &spaces[i]);
    CHECK(space_registry::find(5) == nullptr);
}

TEST_CASE("the id behind the last of the lower bits uses the first of the upper ones", "[space_registry]") {
    test::KernelMemory memory;
    VSpace& space = *memory.make<VSpace>(1);
    kernel_state.last_space_id = (Slot::Record::unused & -Slot::Record::unused) - 1;
    REQUIRE(space_registry::insert(space));
    CHECK(space.id == (Slot::Record::unused + (Slot::Record::unused & -Slot::Record::unused)) + 1);
}

TEST_CASE("no id reads as unmapped in a record", "[space_registry]") {
    test::KernelMemory memory;
    VSpace* spaces = memory.make<VSpace>(3);
    kernel_state.last_space_id = (uint64_t{1} << Slot::Record::low_id_bits) - 2;
    Slot& slot = *memory.make<Slot>(1);
    for (unsigned i = 0; i < 3; ++i) {
        REQUIRE(space_registry::insert(spaces[i]));
        slot.set_mapping(spaces[i].id, VirtAddr(0x3000));
        CHECK(slot.has_record());
        CHECK(space_registry::space_of(slot) == &spaces[i]);
        slot.clear_mapping();
        CHECK(space_registry::space_of(slot) == nullptr);
    }
}
