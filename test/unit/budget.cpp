// SPDX-License-Identifier: BSD-2-Clause
// Budgets and replenishments of scheduling contexts.
#include "kernel_memory.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <generic/sched/budget.hpp>

#include <algorithm>
#include <vector>

namespace {

using namespace kernel;
using test::below;

constexpr Ticks least = 10;

struct Room {
    SchedContext context;
    Refill refills[16];
};

SchedContext& make(Room& room, Ticks budget, Ticks period, unsigned max, Ticks now) {
    room.context.budget = budget;
    room.context.period = period;
    room.context.refill_max = static_cast<uint16_t>(max);
    sched::reset_refills(room.context, now);
    return room.context;
}

void check(SchedContext& context) {
    REQUIRE(context.refill_count >= 1);
    REQUIRE(context.refill_count <= context.refill_max);
    REQUIRE(sched::total_refills(context) == context.budget);
    REQUIRE(sched::head_refill(context).amount >= std::min(least, context.budget));
    for (unsigned n = 1; n < context.refill_count; ++n) {
        const Refill& before = sched::refill_at(context, n - 1);
        REQUIRE(before.when + before.amount <= sched::refill_at(context, n).when);
    }
}

/// What ran, as pieces of time.
struct History {
    struct Piece {
        Ticks from, to;
    };
    std::vector<Piece> pieces;

    Ticks in_window(Ticks from, Ticks to) const {
        Ticks sum = 0;
        for (const Piece& piece : pieces) {
            const Ticks first = std::max(piece.from, from), last = std::min(piece.to, to);
            if (first < last)
                sum += last - first;
        }
        return sum;
    }
};

} // namespace

TEST_CASE("a sporadic context never loses or gains time, and its refills stay in order",
          "[budget]") {
    for (unsigned seed = 0; seed < 300; ++seed) {
        test::Random random{seed};
        Room room{};
        const Ticks period = 100 + below(random, 1000);
        const Ticks budget = 2 * least + below(random, static_cast<unsigned>(period - 2 * least));
        Ticks now = below(random, 1000);
        SchedContext& context = make(room, budget, period, 2 + below(random, 8), now);
        Ticks consumed = 0;
        for (unsigned round = 0; round < 300; ++round) {
            now = std::max(now + below(random, 60), sched::head_refill(context).when);
            if (below(random, 2) == 0)
                sched::unblock(context, now);
            // Mostly in time, sometimes the timer comes late.
            const Ticks amount = sched::head_refill(context).amount;
            const Ticks used = below(random, static_cast<unsigned>(amount) + 1) +
                               (below(random, 4) == 0 ? below(random, 30) : 0);
            now += used;
            const bool stop = sched::charge(context, used, now, least);
            consumed += used;
            check(context);
            REQUIRE(stop == (sched::head_refill(context).when > now));
            REQUIRE(sched::consumed(context) == consumed);
        }
    }
}

TEST_CASE("no window of one period sees more than the budget run", "[budget]") {
    for (unsigned seed = 1000; seed < 1200; ++seed) {
        test::Random random{seed};
        Room room{};
        const Ticks period = 200 + below(random, 500);
        const Ticks budget = 2 * least + below(random, static_cast<unsigned>(period - 2 * least));
        Ticks now = 1000;
        SchedContext& context = make(room, budget, period, 2 + below(random, 10), now);
        History history;
        for (unsigned round = 0; round < 120; ++round) {
            now = std::max(now + (below(random, 2) == 0 ? below(random, 100) : 0),
                           sched::head_refill(context).when);
            sched::unblock(context, now);
            const Ticks amount = sched::head_refill(context).amount;
            const Ticks used =
                below(random, 3) == 0 ? amount : below(random, static_cast<unsigned>(amount) + 1);
            history.pieces.push_back({now, now + used});
            now += used;
            (void)sched::charge(context, used, now, least);
        }
        for (const auto& piece : history.pieces) {
            CAPTURE(seed, period, budget, piece.from);
            REQUIRE(history.in_window(piece.from, piece.from + period) <= budget);
        }
    }
}

TEST_CASE("an overrun is paid back: the context waits longer", "[budget]") {
    Room room{};
    SchedContext& context = make(room, 100, 1000, 4, 0);
    REQUIRE(sched::charge(context, 130, 130, least));
    CHECK(sched::total_refills(context) == 100);
    CHECK(sched::head_refill(context).when >= 1000);
}

TEST_CASE("the longest overrun costs a fixed number of budgets at most", "[budget]") {
    Room room{};
    SchedContext& context = make(room, 100, 1000, 4, 0);
    REQUIRE(sched::charge(context, ~Ticks{0} / 2, ~Ticks{0} / 2, least) == false);
    check(context);
    CHECK(sched::head_refill(context).when <= (sched::max_overrun + 1) * 1000);
}

TEST_CASE("an unused context has its whole budget at once", "[budget]") {
    Room room{};
    SchedContext& context = make(room, 100, 1000, 4, 5);
    CHECK(sched::head_refill(context).when == 5);
    CHECK(sched::head_refill(context).amount == 100);
    CHECK(!sched::charge(context, 0, 5000, least));
    CHECK(sched::head_refill(context).amount == 100);
}

TEST_CASE("a used part comes back one period after it became available", "[budget]") {
    Room room{};
    SchedContext& context = make(room, 100, 1000, 4, 0);
    REQUIRE(!sched::charge(context, 40, 40, least));
    CHECK(sched::head_refill(context).amount == 60);
    CHECK(sched::refill_at(context, 1).amount == 40);
    CHECK(sched::refill_at(context, 1).when == 1000);
    REQUIRE(sched::charge(context, 60, 100, least));
    CHECK(sched::head_refill(context).when == 1000);
}

TEST_CASE("a round-robin context gets a new slice when its slice is used", "[budget]") {
    Room room{};
    room.context.slices = GENERATE(uint16_t{0}, uint16_t{1});
    SchedContext& context = make(room, 100, 0, 2, 0);
    CHECK(!sched::charge(context, 50, 50, least));
    CHECK(sched::head_refill(context).amount == 50);
    CHECK(context.slice.amount == (context.slices != 0 ? 50 : 0));
    CHECK(!sched::charge(context, 49, 99, least));
    CHECK(sched::charge(context, 1, 100, least));
    CHECK(sched::head_refill(context).amount == 100);
    CHECK(sched::head_refill(context).when <= 100);
    CHECK(sched::consumed(context) == 100);
    sched::head_refill(context).amount -= 30; // as a fastpath charges
    CHECK(sched::consumed(context) == 130);
    sched::set_consumed(context, 0);
    CHECK(sched::consumed(context) == 0);
    CHECK(!sched::charge(context, 20, 150, least));
    CHECK(sched::consumed(context) == 20);
}

TEST_CASE("constant bandwidth: the budget comes back when its period ends, at once or not at all",
          "[budget]") {
    Room room{};
    SchedContext& context = make(room, 100, 1000, 1, 0);
    REQUIRE(!sched::charge(context, 60, 60, least));
    CHECK(sched::head_refill(context).amount == 40);
    REQUIRE(sched::charge(context, 40, 100, least));
    CHECK(context.refill_count == 1);
    CHECK(sched::head_refill(context).when == 1000);
    CHECK(sched::head_refill(context).amount == 100);
}

TEST_CASE("constant bandwidth: who wakes keeps the rest only if it is less than its share",
          "[budget]") {
    Room room{};
    SchedContext& context = make(room, 100, 1000, 1, 0);
    REQUIRE(!sched::charge(context, 80, 80, least));
    sched::unblock(context, 500); // 20 left for 500: less than a tenth
    CHECK(sched::head_refill(context).when == 0);
    CHECK(sched::head_refill(context).amount == 20);
    sched::unblock(context, 900); // 20 left for 100
    CHECK(sched::head_refill(context).when == 900);
    CHECK(sched::head_refill(context).amount == 100);
}

TEST_CASE("constant bandwidth: an overrun shortens the next budget", "[budget]") {
    Room room{};
    SchedContext& context = make(room, 100, 1000, 1, 0);
    REQUIRE(sched::charge(context, 130, 130, least));
    CHECK(sched::head_refill(context).when == 1000);
    CHECK(sched::head_refill(context).amount == 70);
}

TEST_CASE("constant bandwidth: no time since a wake-up sees more than its share and one budget",
          "[budget]") {
    for (unsigned seed = 0; seed < 300; ++seed) {
        test::Random random{seed};
        Room room{};
        const Ticks period = 200 + below(random, 500);
        const Ticks budget = 2 * least + below(random, static_cast<unsigned>(period - 2 * least));
        Ticks now = 1000;
        SchedContext& context = make(room, budget, period, 1, now);
        History history;
        for (unsigned round = 0; round < 120; ++round) {
            now = std::max(now + below(random, 100), sched::head_refill(context).when);
            sched::unblock(context, now);
            const Ticks amount = sched::head_refill(context).amount;
            const Ticks used =
                below(random, 3) == 0 ? amount : below(random, static_cast<unsigned>(amount) + 1);
            history.pieces.push_back({now, now + used});
            now += used;
            (void)sched::charge(context, used, now, least);
            REQUIRE(context.refill_count == 1);
            REQUIRE(sched::head_refill(context).amount <= budget);
        }
        for (const auto& piece : history.pieces)
            for (unsigned periods = 1; periods <= 8; ++periods) {
                CAPTURE(seed, period, budget, piece.from, periods);
                const Ticks window = periods * period;
                REQUIRE(history.in_window(piece.from, piece.from + window) <=
                        (periods + 1) * budget);
            }
    }
}
