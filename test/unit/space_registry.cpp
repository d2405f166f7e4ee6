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
    kernel_state.next_space_id = Slot::max_space_id - 2;
    REQUIRE(space_registry::insert(spaces[0]));
    CHECK(spaces[0].id == Slot::max_space_id - 1);
    CHECK(!space_registry::insert(spaces[1]));
}
