// SPDX-License-Identifier: BSD-2-Clause
// Hardware address-space identifiers: beside a model that knows which numbers a TLB may hold translations of.
#include "invariants.hpp"
#include "world.hpp"

#include <generic/mm/asid.hpp>
#include <generic/object/kernel.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

namespace {

using namespace kernel;
using test::World;

/// Spaces that have nothing but a root, and what the hardware may know of each number.
struct Spaces {
    World world;
    std::vector<VSpace> space;
    std::map<unsigned, const VSpace*> cached; ///< Whose translations the TLB may hold under a number.

    Spaces(unsigned identifiers, unsigned count) : space(count) {
        arch::host::machine.asids = identifiers;
        for (unsigned i = 0; i < count; ++i) {
            space[i].root = PhysAddr{uint64_t{i + 1} << 12};
            space[i].id = i + 1;
        }
    }

    [[nodiscard]] unsigned dropped() const { return arch::host::machine.translations_dropped; }

    void note_forgotten(unsigned before) {
        if (dropped() == before)
            return;
        const auto& machine = arch::host::machine;
        REQUIRE(dropped() == before + 1);
        REQUIRE(machine.root_when_forgotten == 0); // else its walker could fetch translations again
        cached.erase(machine.forgotten_asid);
    }

    void activate(VSpace& to) {
        const auto& machine = arch::host::machine;
        const unsigned before = dropped(), had = to.asid;
        asid::activate(to);
        note_forgotten(before);
        REQUIRE((had == arch::asid_none || had == to.asid));
        REQUIRE(to.asid > 0);
        REQUIRE(to.asid < machine.asids);
        REQUIRE(machine.space_root == to.root.raw());
        REQUIRE(machine.space_asid == to.asid);
        const auto known = cached.try_emplace(to.asid, &to);
        REQUIRE(known.first->second == &to); // no translation of another space is found
    }

    void release(VSpace& of) {
        const unsigned before = dropped(), had = of.asid;
        asid::release(of);
        note_forgotten(before);
        REQUIRE(dropped() - before == (had != arch::asid_none ? 1u : 0u));
        REQUIRE(of.asid == arch::asid_none);
        REQUIRE(of.token == arch::empty_token());
        REQUIRE(arch::host::machine.space_root != of.root.raw());
    }

    /// Each number that may be cached has its holder, and each holder knows its number.
    void check() const {
        const auto holders = test::identifier_holders();
        REQUIRE(holders.size() == cached.size());
        for (const VSpace* holder : holders)
            REQUIRE(cached.at(holder->asid) == holder);
    }
};

} // namespace

TEST_CASE("identifiers are given in a circle, and only a full circle takes one back", "[asid]") {
    constexpr unsigned identifiers = 5, numbers = identifiers - 1;
    Spaces s(identifiers, 3 * numbers);
    for (unsigned i = 0; i < s.space.size(); ++i) {
        const unsigned before = s.dropped();
        s.activate(s.space[i]);
        CHECK(s.space[i].asid == 1 + i % numbers);
        CHECK(s.dropped() - before == (i < numbers ? 0u : 1u));
        if (i >= numbers)
            CHECK(s.space[i - numbers].asid == arch::asid_none);
        s.check();
    }
    // As many as there are numbers keep theirs.
    const unsigned before = s.dropped();
    for (unsigned turn = 0; turn < 3; ++turn)
        for (unsigned i = 2 * numbers; i < s.space.size(); ++i)
            s.activate(s.space[i]);
    CHECK(s.dropped() == before);
}

TEST_CASE("the number of a space that goes is free when its turn comes, wherever it stood", "[asid]") {
    for (const unsigned gone : {0u, 1u, 3u}) { // the oldest, one in the middle, the newest
        Spaces s(5, 8);
        for (unsigned i = 0; i < 4; ++i)
            s.activate(s.space[i]);
        const unsigned number = s.space[gone].asid;
        s.release(s.space[gone]);
        s.check();
        for (unsigned i = 4; i < 8; ++i) {
            const unsigned before = s.dropped();
            s.activate(s.space[i]);
            CHECK(s.dropped() - before == (s.space[i].asid == number ? 0u : 1u));
            s.check();
        }
    }
}

TEST_CASE("one identifier goes round among all spaces", "[asid]") {
    Spaces s(2, 3);
    for (unsigned turn = 0; turn < 9; ++turn) {
        s.activate(s.space[turn % 3]);
        CHECK(s.space[turn % 3].asid == 1);
        s.check();
    }
}

TEST_CASE("without identifiers every space has number 0 and none is taken back", "[asid]") {
    Spaces s(1, 3);
    for (unsigned turn = 0; turn < 9; ++turn) {
        asid::activate(s.space[turn % 3]);
        CHECK(s.space[turn % 3].asid == 0);
        CHECK(arch::host::machine.space_root == s.space[turn % 3].root.raw());
    }
    CHECK(s.dropped() == 0);
    CHECK(test::identifier_holders().empty());
    s.release(s.space[1]);
    CHECK(arch::host::machine.space_root == 0);
}

TEST_CASE("any number of spaces share few identifiers or many, and never meet another's translations",
          "[asid]") {
    for (const unsigned identifiers : {2u, 3u, 8u, 256u, 4096u}) {
        Spaces s(identifiers, 3000);
        std::mt19937 random{identifiers};
        for (unsigned turn = 0; turn < 20000; ++turn) {
            VSpace& space = s.space[turn < 3000 ? turn : random() % 3000];
            if (random() % 8 == 0)
                s.release(space);
            else
                s.activate(space);
            if (turn % 100 == 0)
                s.check();
        }
        for (VSpace& space : s.space)
            s.release(space);
        s.check();
        CHECK(s.cached.empty());
    }
}
