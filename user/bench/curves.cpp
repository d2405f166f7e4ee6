// SPDX-License-Identifier: BSD-2-Clause
// The curves: numbers of threads, priorities, slots, levels, words, waiting senders, capabilities.

#include "curves.hpp"

namespace cobnut::bench {

namespace {

constexpr unsigned high = 250; // of client and server: the crowd is below it
constexpr unsigned crowd_bits = 24;
constexpr unsigned members_bits = 15;
constexpr unsigned samples = 20;

constexpr Row call_row = {"call", "reply_recv", Operation::calls, 0, {}, samples};
constexpr Row scheduling_rows[] = {
    call_row,
    {"signal_idle", nullptr, Operation::signals, 0, {}, samples},
    {"signal_lower", "signal_switch", Operation::signals_lower, high - 1, {}, samples},
    {"yield_switch", nullptr, Operation::yields_switch, high, {}, samples},
};

} // namespace

/// Members' Threads and SchedContexts lie in a CNode of their own, which the root task names slot
/// by slot through copies.
Status Curves::make_crowd(const CrowdPlan& plan) {
    ProcessPlan program;
    program.memory_bits = 19;
    program.priority = plan.priority;
    COBNUT_CHECK(create(crowd_, "bench-crowd", program));
    COBNUT_TRY(memory, pool_.take(crowd_bits));
    crowd_memory_ = memory;
    members_ = CNode();
    if (plan.count == 0)
        return {};
    const CapIndex node = slots_.take();
    members_ = CNode(node);
    COBNUT_CHECK(memory.retype(ObjectType::cnode, members_bits, node_.index, node));
    constexpr unsigned most = 256; // one retype
    for (unsigned first = 0; first < plan.count; first += most) {
        const unsigned some = plan.count - first < most ? plan.count - first : most;
        COBNUT_CHECK(memory.retype(ObjectType::thread, 0, node, first, some));
        COBNUT_CHECK(memory.retype(ObjectType::sched_context, sched_context_min_size_bits, node,
                                   plan.count + first, some));
    }
    for (unsigned number = 0; number < plan.count; ++number)
        COBNUT_CHECK(make_member(plan, number));
    return {};
}

Status Curves::make_member(const CrowdPlan& plan, unsigned number) {
    const CapIndex copies = slots_.take(2);
    const Thread thread(copies);
    const SchedContext context(copies + 1);
    const unsigned priority = plan.priority - number % plan.priorities;
    COBNUT_CHECK(
        node_.copy(thread.index, word_bits, {members_.index, number, members_bits}, Rights::all()));
    COBNUT_CHECK(node_.copy(context.index, word_bits,
                            {members_.index, plan.count + number, members_bits}, Rights::all()));
    COBNUT_CHECK(thread.configure(flat_guard(6), crowd_.node(), crowd_.space(), 0, Frame()));
    COBNUT_CHECK(thread.set_priority(priority, priority, thread_));
    COBNUT_CHECK(workshop_.control.configure(context, 10'000, 10'000));
    COBNUT_CHECK(context.bind(thread));
    // All members do the same, one after another, so one stack serves.
    COBNUT_CHECK(thread.set_start(crowd_.entry(), ProcessLayout::stack_top - 0x1000, 0, 0));
    COBNUT_CHECK(thread.resume());
    COBNUT_CHECK(node_.remove(copies));
    COBNUT_CHECK(node_.remove(copies + 1));
    slots_.give_back(copies, 2);
    return {};
}

Status Curves::end_crowd() {
    COBNUT_CHECK(pool_.give_back(crowd_memory_, crowd_bits));
    if (members_)
        slots_.give_back(members_.index, 1);
    return crowd_.destroy();
}

/// Ready threads of a lower priority.
Status Curves::threads(unsigned count) {
    COBNUT_CHECK(start({.priority = high}));
    COBNUT_CHECK(make_crowd({.count = count - 2, .priority = 50}));
    const Line prefix("threads_", count, "_");
    for (const Row& row : scheduling_rows)
        COBNUT_CHECK(measure(row, prefix.text()));
    COBNUT_CHECK(stop());
    return end_crowd();
}

/// So many lower priorities have a ready thread.
Status Curves::priorities(unsigned count) {
    COBNUT_CHECK(start({.priority = high}));
    COBNUT_CHECK(make_crowd({.count = count, .priority = high - 2, .priorities = count}));
    const Line prefix("priorities_", count, "_");
    for (const Row& row : scheduling_rows)
        COBNUT_CHECK(measure(row, prefix.text()));
    COBNUT_CHECK(stop());
    return end_crowd();
}

/// The client's capability space has 2^bits slots.
Status Curves::slots(unsigned bits) {
    COBNUT_CHECK(start({.node_bits = bits}));
    const Line prefix("slots_", Word{1} << bits, "_");
    COBNUT_CHECK(measure(call_row, prefix.text()));
    COBNUT_CHECK(measure(scheduling_rows[1], prefix.text()));
    return stop();
}

/// The client's capability space has so many levels, the outer ones of 16 slots.
Status Curves::levels(unsigned count) {
    constexpr unsigned outer_bits = 4;
    COBNUT_CHECK(start({}));
    COBNUT_TRY(memory, pool_.take(14));
    CNode root = client_.node();
    const CapIndex first = slots_.take(count);
    for (unsigned level = 1; level < count; ++level) {
        const CNode outer(first + level);
        COBNUT_CHECK(memory.retype(ObjectType::cnode, outer_bits, node_.index, outer.index));
        COBNUT_CHECK(outer.copy(0, outer_bits, {node_.index, root.index}, Rights::all()));
        root = outer;
    }
    const unsigned resolved = 6 + outer_bits * (count - 1);
    COBNUT_CHECK(client_.thread().set_space(word_bits - resolved, root, client_.space()));
    const Line prefix("levels_", count, "_");
    COBNUT_CHECK(measure(call_row, prefix.text()));
    COBNUT_CHECK(measure(scheduling_rows[1], prefix.text()));
    COBNUT_CHECK(stop());
    slots_.give_back(first, count);
    return pool_.give_back(memory, 14);
}

Status Curves::words() {
    COBNUT_CHECK(start({}));
    for (const unsigned count :
         {0u, message_registers, message_registers + 1, 10u, 20u, 40u, 80u, max_message_words}) {
        Row row = call_row;
        row.words[0] = count;
        COBNUT_CHECK(measure(row, Line("words_", count, "_").text()));
    }
    return stop();
}

/// So many senders wait when the client receives.
Status Curves::queue(unsigned length) {
    COBNUT_TRY(memory, pool_.take(12));
    const CapIndex endpoint = slots_.take();
    COBNUT_CHECK(memory.retype(ObjectType::endpoint, 0, node_.index, endpoint));
    COBNUT_CHECK(make_crowd({.count = length, .priority = 50}));
    COBNUT_CHECK(crowd_.grant(Given::queue, Endpoint(endpoint), Rights::write_only()));
    COBNUT_CHECK(crowd_.grant(Given::desk, ready_, Rights::write_only()));
    COBNUT_CHECK(crowd_.start(1)); // the last one: all the others wait when it signals
    (void)wait(ready_.index);
    COBNUT_CHECK(start({}));
    COBNUT_CHECK(client_.grant(Given::queue, Endpoint(endpoint), Rights::read_only()));
    COBNUT_CHECK(measure({"receive", nullptr, Operation::receives, 0, {}, 1},
                         Line("queue_", length, "_").text()));
    COBNUT_CHECK(stop());
    COBNUT_CHECK(end_crowd());
    slots_.give_back(endpoint, 1);
    return pool_.give_back(memory, 12);
}

Status Curves::revoked(unsigned count) {
    COBNUT_CHECK(start({.node_bits = 11}));
    COBNUT_CHECK(measure({"revoke", nullptr, Operation::revokes, 0, {count}, 3},
                         Line("revoked_", count, "_").text()));
    return stop();
}

Status Curves::measure_curves() {
    // The largest first: pieces of memory that were split are never joined.
    for (const unsigned bits : {20u, 14u, 10u, 6u})
        COBNUT_CHECK(slots(bits));
    for (const unsigned count : {2u, 100u, 1000u, 10'000u})
        COBNUT_CHECK(threads(count));
    for (const unsigned count : {1u, 16u, 64u, high - 2})
        COBNUT_CHECK(priorities(count));
    for (const unsigned count : {1u, 2u, 3u, max_lookup_levels})
        COBNUT_CHECK(levels(count));
    COBNUT_CHECK(words());
    for (const unsigned length : {1u, 10u, 100u, 1000u})
        COBNUT_CHECK(queue(length));
    for (const unsigned count : {1u, 10u, 100u, 1000u})
        COBNUT_CHECK(revoked(count));
    return {};
}

} // namespace cobnut::bench
