// SPDX-License-Identifier: BSD-2-Clause
// An ISA's page-table format under the generic walker: compiled once for each ISA.
#include <generic/contract/page_format.hpp>
#include <generic/mm/walker.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace kernel;
using Format = arch::PageFormat;

struct Tables {
    static inline std::map<uint64_t, std::unique_ptr<Format::Entry[]>> tables;

    static Format::Entry* table(PhysAddr address) { return tables.at(address.raw()).get(); }
    static PhysAddr make() {
        const PhysAddr address{(tables.size() + 1) << 12};
        tables[address.raw()] = std::make_unique<Format::Entry[]>(4096 / sizeof(Format::Entry));
        return address;
    }
};

using Walker = mm::Walker<Format, Tables>;

/// All the tables that a leaf of this level at the address needs, then the leaf.
bool map(PhysAddr root, VirtAddr address, unsigned level, PhysAddr frame,
         mm::PageAttributes attributes) {
    for (;;) {
        const auto position = Walker::find(root, address, level);
        const auto kind = Format::kind(position.level, *position.entry);
        if (position.level == level) {
            if (kind != mm::EntryKind::invalid)
                return false;
            *position.entry = Format::leaf(level, frame, attributes);
            return true;
        }
        if (kind == mm::EntryKind::leaf)
            return false;
        *position.entry = Format::table(position.level, Tables::make());
    }
}

} // namespace

TEST_CASE("the walk finds every leaf with its address and attributes", "[page_format]") {
    std::mt19937_64 random{1};
    Tables::tables.clear();
    const PhysAddr root = Tables::make();
    struct Mapping {
        VirtAddr address;
        unsigned level;
        PhysAddr frame;
        mm::PageAttributes attributes;
    };
    std::vector<Mapping> mappings;
    for (unsigned round = 0; round < 2000; ++round) {
        const auto level = static_cast<unsigned>(random() % Format::levels);
        if (!Format::level[level].leaf)
            continue;
        const uint64_t size = uint64_t{1} << Format::level[level].shift;
        // Crowded addresses, so that tables are shared and leaves are in the way.
        const uint64_t spread = random() % 2 == 0 ? uint64_t{Format::user_end} : size * 64;
        const uint64_t limit = spread < Format::user_end ? spread : uint64_t{Format::user_end};
        const VirtAddr address{static_cast<Word>(align_down(random() % limit, size))};
        const PhysAddr frame{align_down(random() & ((uint64_t{1} << 39) - 1), size)};
        mm::PageAttributes attributes;
        attributes = {random() % 2 != 0, random() % 2 != 0,
                      static_cast<cobnut::MemoryType>(random() % 3)};
        if (map(root, address, level, frame, attributes))
            mappings.push_back({address, level, frame, attributes});
    }
    REQUIRE(mappings.size() > 100);
    for (const Mapping& mapping : mappings) {
        const auto position = Walker::find(root, mapping.address, Format::levels - 1);
        REQUIRE(position.level == mapping.level);
        REQUIRE(Format::kind(position.level, *position.entry) == mm::EntryKind::leaf);
        REQUIRE(Format::address(position.level, *position.entry) == mapping.frame);
        REQUIRE(Format::attributes(position.level, *position.entry) == mapping.attributes);
    }
}

TEST_CASE("the tables on the way to an address are found, others are not", "[page_format]") {
    Tables::tables.clear();
    const PhysAddr root = Tables::make();
    const VirtAddr address{static_cast<Word>(align_down(Format::user_end / 3, 4096))};
    REQUIRE(map(root, address, Format::levels - 1, PhysAddr{0x7000}, {}));
    unsigned found = 0;
    for (const auto& [table, entries] : Tables::tables) {
        const auto position = Walker::find_table(root, address, PhysAddr{table});
        if (position.entry == nullptr)
            continue;
        ++found;
        REQUIRE(Format::address(position.level, *position.entry) == PhysAddr{table});
    }
    REQUIRE(found == Format::levels - 1);
    REQUIRE(Walker::find_table(root, address, PhysAddr{0x123000}).entry == nullptr);
}

TEST_CASE("levels cover the user's addresses without gap or overlap", "[page_format]") {
    for (unsigned level = 0; level + 1 < Format::levels; ++level)
        REQUIRE(Format::level[level].shift ==
                Format::level[level + 1].shift + Format::level[level + 1].index_bits);
    REQUIRE(Format::level[Format::levels - 1].shift == 12);
    const unsigned top = Format::level[0].shift + Format::level[0].index_bits;
    REQUIRE((top >= 64 || uint64_t{Format::user_end} <= uint64_t{1} << top));
    for (unsigned level = 0; level < Format::levels; ++level)
        if (Format::level[level].leaf)
            REQUIRE(Walker::leaf_level(Format::level[level].shift) == level);
    REQUIRE(Walker::leaf_level(13) == Format::levels);
}
