// SPDX-License-Identifier: BSD-2-Clause
// Root task that gives the kernel its longest operations: what they cost between two looks for
// interrupts is measured from outside (tools/stretch_meter.cpp).

#include <arch/machine.hpp>
#include <cobnut/abi/object.hpp>
#include <lib/names.hpp>
#include <lib/root_task.hpp>

namespace cobnut::stress {

namespace {

constexpr unsigned own_priority = 100, higher_priority = 120;
constexpr unsigned many_bits = 17, crowd_bits = 14, chain_length = 1000;
constexpr Word many = 100'000, crowd_size = 10'000;
constexpr Word normal = static_cast<Word>(MemoryType::normal);
constexpr Word uncached = static_cast<Word>(MemoryType::uncached);

struct alignas(16) Stack {
    char bytes[1024];
};
Stack chain_stacks[chain_length];
/// Of all the crowd: each stands at the same instruction of the same call, with the same frame.
Stack crowd_stack;

void send_again(Word endpoint, Word) {
    for (;;)
        (void)send(endpoint, Message());
}

void receive_again(Word endpoint, Word) {
    for (;;)
        (void)wait(endpoint);
}

unsigned turns;

/// Gives the rest of its budget up each time that it gets one.
void take_turns(Word, Word) {
    for (;;) {
        ++turns;
        yield();
    }
}

constexpr unsigned pieces_of_budget = 50;
/// Where those below send to when all pieces of their budgets are on the way back; 0: they wait on.
CapIndex sent_at_last;

/// Works for so many ticks whenever it is signalled.
void work_when_signalled(Word notification, Word ticks) {
    for (unsigned rounds = 0;; ++rounds) {
        if (sent_at_last != 0 && rounds == pieces_of_budget)
            (void)send(sent_at_last, Message());
        (void)wait(notification);
        ++turns;
        const uint64_t end = arch::read_clock() + ticks;
        while (arch::read_clock() < end)
            continue;
    }
}

constexpr Tag longest(1, max_message_words, max_message_capabilities);

void call_longest(Word endpoint, Word) {
    (void)call(endpoint, Message(longest));
}

/// Answers each with the longest message. What it receives goes to other slots each time.
void serve_longest(Word endpoint, Word buffer) {
    auto& own = *reinterpret_cast<IpcBuffer*>(buffer);
    Message got = recv(endpoint, endpoint + 1);
    for (;;) {
        if (got.tag.length() == max_message_words && got.tag.capabilities() == max_message_capabilities)
            ++turns;
        own.receive_index += max_message_capabilities;
        got = reply_recv(endpoint, Message(longest), endpoint + 1);
    }
}

/// Called by the one before it, calls the next one.
void link(Word endpoint, Word reply) {
    (void)recv(endpoint, reply);
    for (;;)
        (void)call(endpoint + 1, Message());
}

} // namespace

class Stress : RootTask {
public:
    void run(const BootInfo* info) {
        if (!prepare(info))
            return;
        check("set up", set_up());
        check("100,000 derived capabilities are revoked", revoke_many());
        check("a CNode of 100,000 capabilities is deleted", delete_large());
        check("10,000 senders: half of them cancelled by badge, then the Endpoint deleted",
              waiters(send_again));
        check("an Endpoint with 10,000 receivers is deleted", waiters(receive_again));
        check("a Notification with 10,000 waiters is deleted", signal_waiters());
        check("64 MiB are retyped, mapped executable, then uncached", large_frames());
        check("an address space of 1 GiB loses its frames and tables", tear_down(false));
        check("an address space of 1 GiB is deleted before them", tear_down(true));
        check("CNodes that contain themselves and each other are revoked", knots());
        check("a chain of 1,000 calls is cut in the middle and at its end", cut_chain());
        check("1,000 contexts get their budgets within two microseconds", refilled_together());
        check("a Notification is deleted for which eight wait whose budgets come back in 50 pieces",
              pieces(false));
        check("eight such send and are cancelled by badge", pieces(true));
        check("the longest messages and rotate, all paths through four CNodes", deep_paths());
        check("sixteen slots of two partitions in which all priorities are ready", partitions());
        uart_.print(Line("stress: ", passed_, " passed, ", failed_, " failed\n").text());
    }

private:
    void check(const char* what, const Status& status) {
        ++(status.ok() ? passed_ : failed_);
        uart_.print(Line("stress: ", what, ": ", status.ok() ? "done" : name_of(status.error), " ",
                         status.detail[0], "\n")
                        .text());
    }

    Status set_up() {
        guard_ = flat_guard(machine_.info().cnode_size_bits);
        COBNUT_CHECK(thread_.set_priority(own_priority, 255, thread_));
        COBNUT_TRY(tables, pool_.take(16));
        tables_ = tables;
        const CapIndex place = slots_.take(2);
        COBNUT_CHECK(own_.retype(ObjectType::sched_context, sched_context_min_size_bits,
                                 node_.index, place));
        context_ = SchedContext(place);
        COBNUT_CHECK(workshop_.control.configure(context_, 10'000, 10'000));
        temporary_ = place + 1;
        return {};
    }

    /// Runs `work` with Untyped of 2^bits bytes; what it made is gone afterwards.
    template <class Work>
    Status with_memory(unsigned bits, Work work) {
        COBNUT_TRY(memory, pool_.take(bits));
        const SlotPool inner = slots_;
        const Status status = work(memory);
        COBNUT_CHECK(pool_.give_back(memory, bits));
        slots_ = inner;
        return status;
    }

    Result<CapIndex> made(Untyped memory, ObjectType type, unsigned bits = 0, Word count = 1) {
        const CapIndex first = slots_.take(static_cast<unsigned>(count));
        for (Word done = 0; done < count; done += 256)
            COBNUT_CHECK(memory.retype(type, bits, node_.index, first + done,
                                       count - done < 256 ? count - done : 256));
        return first;
    }

    Status fill(CNode large, CapIndex source) {
        for (Word index = 0; index < many; ++index)
            COBNUT_CHECK(large.copy(index, many_bits, {node_.index, source}, Rights::all()));
        return {};
    }

    Status revoke_many() {
        return with_memory(many_bits + 6, [&](Untyped memory) -> Status {
            COBNUT_TRY(large, made(memory, ObjectType::cnode, many_bits));
            COBNUT_TRY(endpoint, made(memory, ObjectType::endpoint));
            COBNUT_CHECK(fill(CNode(large), endpoint));
            return node_.revoke(endpoint);
        });
    }

    Status delete_large() {
        return with_memory(many_bits + 6, [&](Untyped memory) -> Status {
            COBNUT_TRY(endpoint, made(memory, ObjectType::endpoint));
            COBNUT_TRY(large, made(memory, ObjectType::cnode, many_bits));
            COBNUT_CHECK(fill(CNode(large), endpoint));
            return node_.remove(large);
        });
    }

    /// Runs a thread of the crowd until it blocks: all share one scheduling context.
    Status let_run(CNode crowd, Word index) {
        COBNUT_CHECK(
            node_.copy(temporary_, word_bits, {crowd.index, index, crowd_bits}, Rights::all()));
        COBNUT_CHECK(context_.bind(Thread(temporary_)));
        COBNUT_CHECK(context_.unbind());
        return node_.remove(temporary_);
    }

    Status start_one(CNode crowd, Word index, Word entry, Word stack, Word first, Word second) {
        COBNUT_CHECK(
            node_.copy(temporary_, word_bits, {crowd.index, index, crowd_bits}, Rights::all()));
        const Thread thread(temporary_);
        COBNUT_CHECK(thread.configure(guard_, node_, space_, 0, Frame()));
        COBNUT_CHECK(thread.set_priority(higher_priority + index % 8, 0, thread_));
        COBNUT_CHECK(thread.set_start(entry, stack, first, second));
        COBNUT_CHECK(thread.resume());
        COBNUT_CHECK(node_.remove(temporary_));
        return let_run(crowd, index);
    }

    Result<CNode> make_crowd(Untyped memory, Word count) {
        COBNUT_TRY(place, made(memory, ObjectType::cnode, crowd_bits));
        for (Word done = 0; done < count; done += 256)
            COBNUT_CHECK(memory.retype(ObjectType::thread, 0, place, done,
                                       count - done < 256 ? count - done : 256));
        return CNode(place);
    }

    Status waiters(void (*entry)(Word, Word)) {
        return with_memory(24, [&](Untyped memory) -> Status {
            COBNUT_TRY(endpoint, made(memory, ObjectType::endpoint));
            const CapIndex badged = slots_.take(2);
            for (Word i = 0; i < 2; ++i)
                COBNUT_CHECK(node_.mint(badged + i, word_bits, {node_.index, endpoint},
                                        Rights::all(), i + 1));
            COBNUT_TRY(crowd, make_crowd(memory, crowd_size));
            for (Word index = 0; index < crowd_size; ++index)
                COBNUT_CHECK(start_one(crowd, index, reinterpret_cast<Word>(entry),
                                       reinterpret_cast<Word>(&crowd_stack + 1),
                                       badged + index % 2, 0));
            if (entry == send_again)
                COBNUT_CHECK(node_.cancel_badged_sends(badged));
            COBNUT_CHECK(node_.remove(badged));
            COBNUT_CHECK(node_.remove(badged + 1));
            return node_.remove(endpoint);
        });
    }

    Status signal_waiters() {
        return with_memory(24, [&](Untyped memory) -> Status {
            COBNUT_TRY(notification, made(memory, ObjectType::notification));
            COBNUT_TRY(crowd, make_crowd(memory, crowd_size));
            for (Word index = 0; index < crowd_size; ++index)
                COBNUT_CHECK(start_one(crowd, index, reinterpret_cast<Word>(&receive_again),
                                       reinterpret_cast<Word>(&crowd_stack + 1), notification, 0));
            return node_.remove(notification);
        });
    }

    Status large_frames() {
        return with_memory(26, [&](Untyped memory) -> Status {
            constexpr Word count = 32;
            COBNUT_TRY(frames, made(memory, ObjectType::frame, 21, count));
            for (Word i = 0; i < count; ++i)
                for (const Word attributes : {normal, uncached}) {
                    const Word address = 0x4000'0000 + (i << 21);
                    COBNUT_CHECK(map_frame(Frame(frames + i), space_, address,
                                           Rights::read_write(), attributes, tables_, node_,
                                           slots_));
                }
            return node_.revoke(tables_.index);
        });
    }

    Status tear_down(bool space_first) {
        return with_memory(23, [&](Untyped memory) -> Status {
            COBNUT_TRY(frame, made(memory, ObjectType::frame, 12));
            COBNUT_TRY(space, made(memory, ObjectType::vspace));
            constexpr Word copies = 1024;
            const CapIndex first = slots_.take(copies);
            for (Word i = 0; i < copies; ++i) {
                COBNUT_CHECK(
                    node_.copy(first + i, word_bits, {node_.index, frame}, Rights::all()));
                COBNUT_CHECK(map_frame(Frame(first + i), VSpace(space), 0x4000'0000 + (i << 20),
                                       Rights::read_write(), normal, memory, node_, slots_));
            }
            if (space_first)
                COBNUT_CHECK(node_.remove(space));
            return node_.revoke(frame);
        });
    }

    /// 64 CNodes: each holds itself, the next one and 250 capabilities of an Endpoint.
    Status knots() {
        return with_memory(21, [&](Untyped memory) -> Status {
            constexpr Word count = 64;
            constexpr unsigned bits = 8;
            COBNUT_TRY(endpoint, made(memory, ObjectType::endpoint));
            COBNUT_TRY(nodes, made(memory, ObjectType::cnode, bits, count));
            for (Word i = 0; i < count; ++i) {
                const CNode node(nodes + i);
                COBNUT_CHECK(node.copy(0, bits, {node_.index, nodes + i}, Rights::all()));
                COBNUT_CHECK(
                    node.copy(1, bits, {node_.index, nodes + (i + 1) % count}, Rights::all()));
                for (Word k = 2; k < 252; ++k)
                    COBNUT_CHECK(node.copy(k, bits, {node_.index, endpoint}, Rights::all()));
            }
            for (Word i = 0; i < count; ++i)
                COBNUT_CHECK(node_.remove(nodes + i));
            return {};
        });
    }

    Status cut_chain() {
        return with_memory(21, [&](Untyped memory) -> Status {
            COBNUT_TRY(endpoints, made(memory, ObjectType::endpoint, 0, chain_length + 1));
            COBNUT_TRY(replies, made(memory, ObjectType::reply, 0, chain_length));
            COBNUT_TRY(crowd, make_crowd(memory, chain_length));
            // The first one calls once the others wait.
            for (Word i = chain_length; i-- > 0;)
                COBNUT_CHECK(start_one(crowd, i, reinterpret_cast<Word>(&link),
                                       reinterpret_cast<Word>(&chain_stacks[i] + 1), endpoints + i,
                                       replies + i));
            COBNUT_TRY(caller, made(memory, ObjectType::thread));
            COBNUT_CHECK(node_.move(temporary_, word_bits, {node_.index, caller}));
            const Thread first(temporary_);
            COBNUT_CHECK(first.configure(guard_, node_, space_, 0, Frame()));
            COBNUT_CHECK(first.set_priority(higher_priority, 0, thread_));
            COBNUT_CHECK(first.set_start(reinterpret_cast<Word>(&call_once),
                                         reinterpret_cast<Word>(&crowd_stack + 1), endpoints, 0));
            COBNUT_CHECK(first.resume());
            COBNUT_CHECK(context_.bind(first)); // it is lent along the whole chain
            COBNUT_TRY(state, first.info());
            if ((state.state & 7) != 3)
                return {Error::would_block, state.state};
            COBNUT_CHECK(node_.remove(replies + chain_length / 2));
            COBNUT_CHECK(crowd.remove(chain_length - 1, crowd_bits));
            COBNUT_CHECK(crowd.remove(chain_length / 4, crowd_bits));
            COBNUT_CHECK(node_.remove(temporary_));
            return context_.unbind();
        });
    }

    [[nodiscard]] uint64_t microseconds() const {
        return arch::read_clock() * 1000 / (machine_.info().ticks_per_second / 1000);
    }

    /// Each takes its first turn when it is made; the period is what is left until the common time.
    Status refilled_together() {
        return with_memory(22, [&](Untyped memory) -> Status {
            constexpr Word count = 1000;
            constexpr uint64_t patience = 100'000;
            COBNUT_CHECK(thread_.set_flags(0, ThreadFlags::counters));
            COBNUT_TRY(crowd, make_crowd(memory, count));
            COBNUT_TRY(contexts, made(memory, ObjectType::sched_context,
                                      sched_context_min_size_bits, count));
            turns = 0;
            const uint64_t together = microseconds() + patience;
            for (Word i = 0; i < count; ++i) {
                const SchedContext context(contexts + i);
                COBNUT_CHECK(node_.copy(temporary_, word_bits, {crowd.index, i, crowd_bits},
                                        Rights::all()));
                const Thread thread(temporary_);
                COBNUT_CHECK(thread.configure(guard_, node_, space_, 0, Frame()));
                COBNUT_CHECK(thread.set_priority(higher_priority, 0, thread_));
                COBNUT_CHECK(thread.set_start(reinterpret_cast<Word>(&take_turns),
                                              reinterpret_cast<Word>(&crowd_stack + 1), 0, 0));
                COBNUT_CHECK(thread.resume());
                const uint64_t left = together - microseconds();
                COBNUT_CHECK(workshop_.control.configure(context, left / 2, left));
                COBNUT_CHECK(context.bind(thread));
                COBNUT_CHECK(node_.remove(temporary_));
            }
            if (microseconds() >= together)
                return {Error::out_of_range, count};
            while (microseconds() < together + 1000)
                continue;
            return turns == 2 * count ? Status() : Status{Error::would_block, turns};
        });
    }

    void let_pass(uint64_t time) {
        const uint64_t end = microseconds() + time;
        while (microseconds() < end)
            continue;
    }

    /// Each time that a thread works after a pause another piece of its budget begins to come back.
    Status pieces(bool send_at_last) {
        return with_memory(16, [&](Untyped memory) -> Status {
            constexpr Word threads = 8, pieces = pieces_of_budget;
            constexpr uint64_t work = 12, pause = 20, period = 100'000;
            COBNUT_TRY(notification, made(memory, ObjectType::notification));
            COBNUT_TRY(endpoint, made(memory, ObjectType::endpoint));
            sent_at_last = send_at_last ? slots_.take(1) : 0;
            if (send_at_last)
                COBNUT_CHECK(node_.mint(sent_at_last, word_bits, {node_.index, endpoint},
                                        Rights::all(), 1));
            COBNUT_TRY(first, made(memory, ObjectType::thread, 0, threads));
            COBNUT_TRY(contexts, made(memory, ObjectType::sched_context,
                                      sched_context_max_size_bits, threads));
            for (Word i = 0; i < threads; ++i) {
                const Thread thread(first + i);
                const SchedContext context(contexts + i);
                COBNUT_CHECK(thread.configure(guard_, node_, space_, 0, Frame()));
                COBNUT_CHECK(thread.set_flags(0, ThreadFlags::counters));
                COBNUT_CHECK(thread.set_priority(higher_priority, 0, thread_));
                COBNUT_CHECK(thread.set_start(
                    reinterpret_cast<Word>(&work_when_signalled),
                    reinterpret_cast<Word>(&chain_stacks[i] + 1), notification,
                    static_cast<Word>(work * machine_.info().ticks_per_second / 1'000'000)));
                COBNUT_CHECK(
                    workshop_.control.configure(context, period / 2, period, pieces - 2));
                COBNUT_CHECK(context.bind(thread));
                COBNUT_CHECK(thread.resume());
            }
            turns = 0;
            for (Word i = 0; i < threads * pieces; ++i) {
                Notification(notification).signal();
                let_pass(pause);
            }
            let_pass(2 * period);
            if (turns != threads * pieces)
                return {Error::would_block, turns};
            return send_at_last ? node_.cancel_badged_sends(sent_at_last)
                                : node_.remove(notification);
        });
    }

    /// A capability space in which the root task's own is the fourth level, with the same paths.
    Result<CNode> make_deep(Untyped memory) {
        COBNUT_TRY(nodes, made(memory, ObjectType::cnode, 1, 3));
        for (Word i = 0; i < 2; ++i)
            COBNUT_CHECK(CNode(nodes + i).copy(0, 1, {node_.index, nodes + i + 1}, Rights::all()));
        COBNUT_CHECK(CNode(nodes + 2).mint(0, 1, {node_.index, node_.index}, Rights::all(),
                                           guard_ - 3));
        return CNode(nodes);
    }

    Status deep_paths() {
        return with_memory(20, [&](Untyped memory) -> Status {
            constexpr Word threads = 3, address = 0x4000'0000;
            COBNUT_TRY(deep, make_deep(memory));
            COBNUT_TRY(endpoint, made(memory, ObjectType::endpoint));
            COBNUT_TRY(reply, made(memory, ObjectType::reply));
            COBNUT_TRY(first, made(memory, ObjectType::thread, 0, threads));
            COBNUT_TRY(frames, made(memory, ObjectType::frame, 12, threads));
            const CapIndex places = slots_.take(4 * max_message_capabilities * threads);
            turns = 0;
            // Two callers wait; the last one serves them.
            for (Word i = 0; i < threads; ++i) {
                const Word place = address + (i << 12);
                const Frame frame(frames + i);
                COBNUT_CHECK(map_frame(frame, space_, place, Rights::read_write(), normal, memory,
                                       node_, slots_));
                auto& buffer = *reinterpret_cast<IpcBuffer*>(place);
                for (CapIndex& capability : buffer.capabilities)
                    capability = endpoint;
                buffer.receive_root = deep.index;
                buffer.receive_index = places + i * 4 * max_message_capabilities;
                buffer.receive_depth = word_bits;
                const Thread thread(first + i);
                const bool serves = i == threads - 1;
                COBNUT_CHECK(thread.configure(0, deep, space_, place, frame));
                COBNUT_CHECK(thread.set_priority(higher_priority, 0, thread_));
                COBNUT_CHECK(thread.set_start(
                    reinterpret_cast<Word>(serves ? &serve_longest : &call_longest),
                    reinterpret_cast<Word>(&chain_stacks[i] + 1), endpoint, place));
                COBNUT_CHECK(thread.resume());
                COBNUT_CHECK(context_.bind(thread));
                COBNUT_CHECK(context_.unbind());
            }
            if (turns != threads - 1 || reply != endpoint + 1)
                return {Error::would_block, turns};
            const CapIndex last = places + 4 * max_message_capabilities * threads;
            COBNUT_CHECK(node_.copy(last - 1, word_bits, {node_.index, endpoint}, Rights::all()));
            COBNUT_CHECK(node_.copy(last - 2, word_bits, {node_.index, endpoint}, Rights::all()));
            return deep.rotate(last - 3, word_bits, 0, {deep.index, last - 2}, 0,
                               {deep.index, last - 1});
        });
    }

    Status set_partition(Thread thread, Word partition) {
        Message message =
            Message::of(static_cast<Word>(Method::sched_control_set_partition), partition);
        message.tag = Tag(message.label(), 1, 1);
        ipc_buffer().capabilities[0] = thread.index;
        return {call(workshop_.control.index, message).error(), 0};
    }

    Status set_schedule(Word slots) {
        constexpr Word pad = 50, length = 1000;
        Message message(Tag(static_cast<Word>(Method::sched_control_set_schedule),
                            static_cast<unsigned>(2 + 2 * slots)));
        message.set(0, pad);
        message.set(1, slots);
        for (Word i = 0; i < slots; ++i) {
            message.set(static_cast<unsigned>(2 + 2 * i), i % 2);
            message.set(static_cast<unsigned>(3 + 2 * i), length);
        }
        return {call(workshop_.control.index, message).error(), 0};
    }

    /// One thread of each priority in partition 1, and in 0 of those below the root task's.
    Status partitions() {
        return with_memory(20, [&](Untyped memory) -> Status {
            constexpr Word threads = priority_count + own_priority;
            COBNUT_TRY(crowd, make_crowd(memory, threads));
            COBNUT_TRY(contexts, made(memory, ObjectType::sched_context,
                                      sched_context_min_size_bits, threads));
            turns = 0;
            for (Word i = 0; i < threads; ++i) {
                COBNUT_CHECK(node_.copy(temporary_, word_bits, {crowd.index, i, crowd_bits},
                                        Rights::all()));
                const Thread thread(temporary_);
                COBNUT_CHECK(thread.configure(guard_, node_, space_, 0, Frame()));
                COBNUT_CHECK(set_partition(thread, i < priority_count ? 1 : 0));
                COBNUT_CHECK(thread.set_priority(i % priority_count, 0, thread_));
                COBNUT_CHECK(thread.set_start(reinterpret_cast<Word>(&take_turns),
                                              reinterpret_cast<Word>(&crowd_stack + 1), 0, 0));
                COBNUT_CHECK(workshop_.control.configure(SchedContext(contexts + i), 100, 100));
                COBNUT_CHECK(SchedContext(contexts + i).bind(thread));
                COBNUT_CHECK(thread.resume());
                COBNUT_CHECK(node_.remove(temporary_));
            }
            COBNUT_CHECK(set_schedule(partition_slot_count));
            let_pass(20'000);
            COBNUT_CHECK(set_schedule(0));
            return turns != 0 ? Status() : Status{Error::would_block, turns};
        });
    }

    static void call_once(Word endpoint, Word) {
        for (;;)
            (void)call(endpoint, Message());
    }

    Word guard_ = 0;
    SchedContext context_;
    CapIndex temporary_ = 0;
    Untyped tables_;
    unsigned passed_ = 0, failed_ = 0;
};

constinit Stress the_stress;

} // namespace cobnut::stress

namespace cobnut {

void main(Word argument) {
    stress::the_stress.run(reinterpret_cast<const BootInfo*>(argument));
    (void)Firmware(slot(RootSlot::firmware)).power_off();
}

} // namespace cobnut
