// SPDX-License-Identifier: BSD-2-Clause
// What the methods of scheduling contexts and partitions refuse, and what they do just within their limits.
#include "refusals.hpp"

#include <generic/contract/cpu.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/partition.hpp>
#include <generic/sched/scheduler.hpp>

namespace {

using namespace kernel;
using cobnut::Method;
using cobnut::Syscall;
using test::Bench;
using test::World;

constexpr Word hour = Word{60} * 60 * 1'000'000; ///< The longest period, in microseconds.

} // namespace

TEST_CASE("budget and period have limits", "[sched_context]") {
    Bench b;
    const Word index = b.world.make(ObjectType::sched_context, cobnut::sched_context_min_size_bits);
    auto& context = b.world.object<SchedContext>(index);
    const Word room = context.refill_max;
    const auto configure = [&](Word budget, Word period, Word extra) {
        return b.error(World::sched_control, Method::sched_control_configure,
                       {budget, 0, period, 0, extra, 9}, {index});
    };
    CHECK(configure(sched::min_budget_us - 1, 1000, 0) == Error::time_out_of_range);
    CHECK(configure(hour + 1, hour + 1, 0) == Error::time_out_of_range);
    CHECK(configure(1000, 999, 0) == Error::time_out_of_range);
    CHECK(configure(1000, hour + 1, 0) == Error::time_out_of_range);
    CHECK(configure(1000, 2000, room - 1) == Error::out_of_range);
    CHECK(context.budget == 0);
    REQUIRE(configure(sched::min_budget_us, hour, room - 2) == Error::none);
    CHECK(context.budget == sched::min_budget_us);
    CHECK(context.period == hour);
    CHECK(context.refill_max == room);
    CHECK(context.badge == 9);
    REQUIRE(configure(hour, hour, 0) == Error::none);
    CHECK(context.period == 0);
    CHECK(context.refill_max == 2);
    const auto with_flags = [&](Word flags) {
        return b.error(World::sched_control, Method::sched_control_configure,
                       {1000, 0, 5000, 0, 0, 0, flags}, {index});
    };
    CHECK(with_flags(2) == Error::invalid_argument);
    REQUIRE(with_flags(cobnut::SchedFlags::constant_bandwidth) == Error::none);
    CHECK(context.refill_max == 1);
}

TEST_CASE("the schedule of partitions has limits", "[partition]") {
    Bench b;
    const Word thread = b.world.make(ObjectType::thread);
    const auto set = [&](std::initializer_list<Word> words) {
        return b.error(World::sched_control, Method::sched_control_set_schedule, words);
    };
    const auto enter = [&](Word partition) {
        return b.error(World::sched_control, Method::sched_control_set_partition, {partition},
                       {thread});
    };
    const Word least = sched::min_pad_us;
    CHECK(enter(cobnut::partition_count) == Error::out_of_range);
    REQUIRE(enter(cobnut::partition_count - 1) == Error::none);
    CHECK(sched::partition_of(b.world.object<Thread>(thread).gate) == cobnut::partition_count - 1);
    CHECK(set({least, cobnut::partition_slot_count + 1}) == Error::out_of_range);
    CHECK(set({least, 1, 0}) == Error::truncated_message);
    CHECK(set({least - 1, 1, 0, 500}) == Error::time_out_of_range);
    CHECK(set({hour + 1, 1, 0, 500}) == Error::time_out_of_range);
    CHECK(set({least, 1, cobnut::partition_count, 500}) == Error::out_of_range);
    CHECK(set({least, 1, 0, least - 1}) == Error::time_out_of_range);
    CHECK(set({least, 1, 0, hour + 1}) == Error::time_out_of_range);
    const auto details = [&](std::initializer_list<Word> words) {
        return b.call(World::sched_control, Method::sched_control_set_schedule, words).words;
    };
    using Words = std::vector<Word>;
    CHECK(details({least, cobnut::partition_slot_count + 1}) == Words{0, cobnut::partition_slot_count});
    CHECK(details({least, 1, cobnut::partition_count, 500}) == Words{0, cobnut::partition_count - 1});
    CHECK(details({least, 1, 0, least - 1}) == Words{least, hour});
    CHECK(details({least - 1, 1, 0, 500}) == Words{least, hour});
    CHECK(kernel_state.partitions.count == 0);
    REQUIRE(set({least, 2, 0, hour, 0, least}) == Error::none);
    CHECK(kernel_state.partitions.count == 2);
    CHECK(kernel_state.partitions.pad == least);
    CHECK(kernel_state.partitions.slots[0].length == hour);
    CHECK(kernel_state.partitions.slots[1].length == least);
    REQUIRE(set({hour, 1, 0, 500}) == Error::none);
    CHECK(kernel_state.partitions.pad == hour);
    REQUIRE(set({0, 0}) == Error::none);
    CHECK(kernel_state.partitions.count == 0);
}

TEST_CASE("yield_to brings a ready thread to the front, not past the caller's priority",
          "[sched_context]") {
    Bench b;
    const Word index = b.world.free_slot();
    Thread& other = b.world.make_thread(100);
    const Word context = index + 1;
    Thread& peer = b.world.make_thread(100);
    const auto yield_to = [&] { return b.error(context, Method::sched_context_yield_to); };
    REQUIRE(b.world.slot(context).type() == ObjectType::sched_context);
    sched::set_priority(b.world.cpu(), other, 60);
    sched::set_priority(b.world.cpu(), peer, 60);
    CHECK(b.world.cpu().ready.first[60] == &other);
    sched::set_priority(b.world.cpu(), other, 60); // behind its peer
    REQUIRE(b.world.cpu().ready.first[60] == &peer);
    REQUIRE(yield_to() == Error::none);
    CHECK(b.world.cpu().ready.first[60] == &other);
    CHECK(b.world.cpu().current == &b.world.root());
    thread_control::suspend(b.world.cpu(), other);
    CHECK(yield_to() == Error::none);
    CHECK(other.queued == 0);
    sched::set_priority(b.world.cpu(), other, 101);
    CHECK(yield_to() == Error::illegal_operation);
    sched::set_priority(b.world.cpu(), other, 100);
    thread_control::resume(b.world.cpu(), other);
    Thread& root = b.world.root();
    b.world.put_message(root, static_cast<Word>(Method::sched_context_yield_to), {}, {});
    root.registers.a0 = context;
    REQUIRE(b.world.syscall(Syscall::call) == &other);
    CHECK(b.world.cpu().ready.first[100] == &root);
    other.registers.a0 = World::slot_count;
    sched::set_priority(b.world.cpu(), other, 50);
    REQUIRE(b.world.settle() == &root);
    REQUIRE(b.error(context, Method::sched_context_unbind) == Error::none);
    CHECK(yield_to() == Error::not_bound);
}

TEST_CASE("a context that is bound lets its thread run", "[sched_context]") {
    Bench b;
    const Word index = b.world.make(ObjectType::thread);
    const Word context = b.world.make(ObjectType::sched_context, cobnut::sched_context_min_size_bits);
    auto& thread = b.world.object<Thread>(index);
    sched::configure(b.world.cpu(), b.world.object<SchedContext>(context), 1000, 0, 2);
    sched::set_priority(b.world.cpu(), thread, 40);
    thread_control::resume(b.world.cpu(), thread);
    CHECK(thread.queued == 0);
    REQUIRE(b.error(context, Method::sched_context_bind, {}, {index}) == Error::none);
    CHECK(thread.queued == 1);
}
