// SPDX-License-Identifier: BSD-2-Clause
// The fastpaths of call and reply_recv: checks that leave no trace, then plain stores.
#pragma once

#include <cobnut/abi/fault.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/base/attributes.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/cpu.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/ipc/slice_switch.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/vspace.hpp>
#include <generic/sched/fpu.hpp>

// Defined in ipc/fastpath.cpp, see contract/fastpath.hpp.
extern "C" {
[[noreturn]] void kernel_fast_call_exchange(const kernel::Slot* slot);
[[noreturn]] void kernel_fast_reply_recv_exchange(kernel::Word path);
[[noreturn]] void kernel_fast_memory(kernel::Word path);
}

namespace kernel::ipc {

/// How a fastpath sees a slot: is it an Endpoint that allows this?
template <class Object>
struct FastSlot;

template <>
struct FastSlot<ObjectWord64> {
    static constexpr Word may_call = ObjectWord64::can_call;
    static constexpr Word may_receive = ObjectWord64::can_receive;
    template <Word right>
    KERNEL_HOT static bool is_endpoint(Word word) {
        return (word & right) != 0; // of Endpoints only
    }
    KERNEL_HOT static Endpoint* endpoint(Word word) {
        return reinterpret_cast<Endpoint*>(static_cast<std::make_signed_t<Word>>(word) >> 16);
    }
};

template <>
struct FastSlot<ObjectWord32> {
    static constexpr Word may_call = ObjectWord32::can_call;
    static constexpr Word may_receive = ObjectWord32::can_receive;
    template <Word right>
    KERNEL_HOT static bool is_endpoint(Word word) {
        return (~word & (ObjectWord32::endpoint | right)) == 0;
    }
    KERNEL_HOT static Endpoint* endpoint(Word word) {
        return reinterpret_cast<Endpoint*>(word & ~Word{15});
    }
};

/// The conditions, in the order of the checks: a message of words only, which the registers hold or
/// both partners' buffers; a one-level capability space; an Endpoint with the right; a partner that
/// waits there and may run now (Gate); its address space has an identifier; and either the running
/// context can be lent or given back as it is, or both have one of their own (SliceSwitch). Whatever
/// else goes the slow path, as if the fastpath had never been.
template <class Policy>
struct Fastpath {
    using Fast = FastSlot<decltype(Slot::object)>;

    KERNEL_HOT static auto space_of(const Thread* thread) {
        if constexpr (requires { Policy::space_of(thread); })
            return Policy::space_of(thread);
        else
            return typename Policy::Space{thread->space};
    }
    static constexpr bool few_registers = requires { Policy::few_registers; };
    /// What is needed only to leave to the slow path.
    using Kept = std::conditional_t<few_registers, volatile Word, Word>;

    /// Hides from the compiler where a pointer came from: one register for it, not two.
    KERNEL_HOT static void launder(auto*& pointer) { hide(pointer); }
    KERNEL_HOT static void hide(auto& value) { asm("" : "+r"(value)); }

    /// Of partners that both have live FP/SIMD registers; those in the CPU are the current thread's.
    KERNEL_HOT static void switch_fpu(const auto& entry, Thread* to) {
        Policy::switch_fpu(fpu::state_of(*entry.current), fpu::state_of(*to));
        Policy::set_fpu_owner(entry, to);
    }

    template <class P = Policy>
    static constexpr bool asks_shape_again = requires { P::asks_shape_again; };
    KERNEL_HOT static Word shape_of(const auto& entry) { return Policy::tag(entry) & cobnut::Tag::shape_mask; }

    /// Where the words are that do not fit into the registers, and where they go.
    struct Buffers {
        const void* from = nullptr;
        void* to = nullptr;

        [[nodiscard]] KERNEL_HOT bool find(const Thread* sender, const Thread* receiver) {
            from = sender->buffer;
            if (from == nullptr)
                return false;
            to = receiver->buffer;
            return to != nullptr;
        }
    };
    /// `apart`: where fewer messages come by, code counts for more.
    template <bool apart>
    KERNEL_HOT static void copy_rest(const Buffers& buffers, Word shape) {
        const Word first = Policy::message_words;
        Policy::template copy_words<apart>(static_cast<cobnut::IpcBuffer*>(buffers.to)->words + first,
                                           static_cast<const cobnut::IpcBuffer*>(buffers.from)->words + first,
                                           shape - first);
    }
    KERNEL_HOT static void copy_rest(const Buffers& found, const Thread* from, const Thread* to, Word shape) {
        if constexpr (Policy::keeps_buffers)
            copy_rest<false>(found, shape);
        else
            copy_rest<false>({from->buffer, to->buffer}, shape);
    }
    /// The same where the message may be a short one.
    KERNEL_HOT static void copy_more(const auto& entry, const Thread* from, const Thread* to) {
        if (shape_of(entry) > Policy::message_words) [[unlikely]]
            copy_rest<true>({from->buffer, to->buffer}, shape_of(entry));
    }

    /// The switch to the context that `next` has of its own, if the timer need not be written.
    KERNEL_HOT static bool may_exchange(SliceSwitch& contexts, const Cpu& cpu, const Thread* next) {
        return contexts.possible_behind_timer(cpu, next, Policy::now);
    }

    /// In a function of its own, with the message where it is.
    template <auto function>
    [[noreturn]] KERNEL_HOT static void go_on(const auto& entry, auto first, auto* second) {
        if constexpr (requires { Policy::template continue_with<function>(entry, first, second); })
            Policy::template continue_with<function>(entry, first, second);
        else
            Policy::template continue_in<function>(first, second);
    }

    /// There: the current thread.
    KERNEL_HOT static Thread* current_thread() {
        if constexpr (requires { Policy::kept_current(); })
            return Policy::kept_current();
        else
            return arch::current_cpu().current;
    }

    /// The fastpath `path` for short messages, or for those that need buffers; returns only if it
    /// is not for this one.
    template <class Path>
    KERNEL_HOT static void choose(auto& entry, Word path) {
        if (!COBNUT_FASTPATH) // the build's option; a variable in host tests
            return;
        const Word shape = shape_of(entry);
        if (shape <= Policy::message_words) [[likely]]
            return Path::template go<false>(entry, path, shape);
        if (shape <= cobnut::max_message_words)
            Path::template go<true>(entry, path, shape);
    }

    // Entries are no constants: GCC would keep those in memory.
    [[noreturn]] KERNEL_HOT static void call(typename Policy::Entry entry, Word path) {
        choose<Call>(entry, path);
        if constexpr (Policy::memory_in_registers)
            if (COBNUT_FASTPATH)
                Policy::template continue_in<kernel_fast_memory>(path);
        Policy::slow_call(entry, path);
    }
    [[noreturn]] KERNEL_HOT static void reply_recv(typename Policy::Entry entry, Word path) {
        hide(path); // or GCC uses both its register and a copy
        choose<ReplyRecv>(entry, path);
        Policy::slow_reply_recv(entry, path);
    }

    struct Call {
        KERNEL_HOT static void dequeue(Endpoint* endpoint, Thread* server) {
            Thread* next = server->next;
            if (next == server) [[likely]] {
                Policy::clear(endpoint->head);
            } else {
                launder(endpoint); // or both stores become one, with a register for what is stored
                Thread* previous = server->prev;
                previous->next = next;
                next->prev = previous;
                server->next = server->prev = server;
                endpoint->head = reinterpret_cast<Word>(next) + Endpoint::fast_receivers;
            }
        }

        /// The caller waits in the Reply, along which the context is lent.
        KERNEL_HOT static void attach(SchedContext* context, Reply* reply, Thread* current) {
            Reply* outer = context->top;
            reply->caller = current;
            reply->prev = outer;
            reply->sched_context = context;
            if (outer != nullptr) [[unlikely]]
                outer->up = reply;
            context->top = reply;
            current->wait = Wait::in(reply);
        }

        template <bool is_long>
        KERNEL_HOT static void go(auto& entry, Word path, Word shape) {
            Thread* current = entry.current;
            if (path >= current->node_size) [[unlikely]]
                return;
            const Slot* slot = current->node + path;
            launder(slot);
            const Word object = slot->object.word;
            if (!Fast::template is_endpoint<Fast::may_call>(object)) [[unlikely]]
                return;
            Endpoint* endpoint = Fast::endpoint(object);
            const Word head = endpoint->head;
            if ((head & Endpoint::fast_receivers) == 0) [[unlikely]]
                return;
            auto* server = reinterpret_cast<Thread*>(head - Endpoint::fast_receivers);
            launder(server);
            Buffers buffers;
            if (is_long && !buffers.find(current, server)) [[unlikely]]
                return;
            const auto difference = Policy::gate_difference(entry, server->gate);
            auto space = space_of(server);
            if (!Policy::may_switch_space(space)) [[unlikely]]
                return;
            if (!Gate::passes(difference)) [[unlikely]] {
                if (!Gate::passes(difference + Gate::beyond_fpu) || server->sched_context != nullptr)
                    return;
                switch_fpu(entry, server);
            } else if (server->sched_context != nullptr) [[unlikely]] {
                go_on<kernel_fast_call_exchange>(entry, slot, server);
            }

            // Committed: only stores from here on.
            const Word badge = slot->badge;
            dequeue(endpoint, server);
            Reply* reply = server->reply;
            attach(Policy::sched_context(entry), reply, current);
            if constexpr (is_long)
                copy_rest(buffers, current, server, asks_shape_again<> ? shape_of(entry) : shape);
            Policy::set_current(entry, server);
            Policy::switch_space(entry, space);
            Policy::leave(entry, server, badge);
        }
    };

    struct ReplyRecv {
        /// The context goes back to the caller, and the server waits for the next message.
        KERNEL_HOT static void detach(SchedContext* context, Reply* reply, Thread* current,
                                      Endpoint* endpoint) {
            Reply* outer = reply->prev;
            Policy::clear(reply->caller);
            context->top = outer;
            const Word waiting = reinterpret_cast<Word>(endpoint);
            endpoint->head = reinterpret_cast<Word>(current) + Endpoint::fast_receivers;
            current->wait = waiting + Wait::receive;
            Policy::clear(current->sched_context); // the next call may lend again
        }

        KERNEL_HOT static SchedContext* context_again(SchedContext* context) {
            if constexpr (requires { Policy::sched_context_again(); })
                return Policy::sched_context_again();
            return context;
        }

        /// The caller waits for the answer to a fault; but for that, everything is as `go` wants it.
        KERNEL_HOT static void answer_fault(const auto& entry, Reply* reply, Thread* caller, Endpoint* endpoint,
                                            auto space) {
            constexpr Word wordless = cobnut::Tag(static_cast<Word>(cobnut::FaultReply::resume), 0).raw();
            // No words, or the first one.
            if (Policy::tag(entry) - wordless > 1) [[unlikely]]
                return;
            // One that it was given while it waited is not to be replaced by the one that it lent.
            if (caller->sched_context != nullptr) [[unlikely]]
                return;
            // Where it goes on elsewhere, a preempted call is not made again.
            if (Policy::tag(entry) != wordless &&
                (caller->repeats != Repeat::nothing || !caller->registers.set_ip(Policy::first_word(entry)))) [[unlikely]]
                return;

            // Committed: only stores from here on.
            launder(caller); // no register has kept its gate
            caller->gate -= Gate::full_frame | Gate::faulted;
            caller->fault.type = 0;
            caller->frame_kind = FrameKind::running;
            // The context again: not all ISAs have a register for it.
            detach(context_again(Policy::sched_context(entry)), reply, entry.current, endpoint);
            Policy::set_current(entry, caller);
            Policy::switch_space(entry, space);
            Policy::leave_full(caller);
        }

        template <bool is_long>
        KERNEL_HOT static void go(auto& entry, Word path, Word shape) {
            Thread* current = entry.current;
            Reply* reply = current->reply;
            if (reply->path != entry.reply) [[unlikely]] // never while a signal is pending
                return;
            if (path >= current->node_size) [[unlikely]]
                return;
            const Slot* slot = current->node + path;
            const Word object = slot->object.word;
            if (!Fast::template is_endpoint<Fast::may_receive>(object)) [[unlikely]]
                return;
            Endpoint* endpoint = Fast::endpoint(object);
            if (endpoint->head != 0) [[unlikely]]
                return;
            // The innermost call of the running context: it has a caller, and lent the context.
            SchedContext* context = Policy::sched_context(entry);
            Buffers buffers;
            if (context->top != reply) [[unlikely]] {
                if (is_long && (reply->caller == nullptr || !buffers.find(current, reply->caller))) [[unlikely]]
                    return;
                go_on<kernel_fast_reply_recv_exchange>(entry, path, endpoint);
            }
            Thread* caller = reply->caller;
            if (is_long && !buffers.find(current, caller)) [[unlikely]]
                return;
            auto difference = Policy::gate_difference(entry, caller->gate);
            auto space = space_of(caller);
            if (!Policy::may_switch_space(space)) [[unlikely]]
                return;
            if (!Gate::passes(difference)) [[unlikely]] {
                difference += Gate::beyond_fpu;
                hide(difference); // one register for all of them
                if (Gate::passes(difference)) {
                    switch_fpu(entry, caller);
                } else {
                    if (!is_long && Gate::passes(difference - (Gate::beyond_fpu + Gate::beyond_fault)))
                        answer_fault(entry, reply, caller, endpoint, space);
                    return;
                }
            }

            // Committed: only stores from here on.
            detach(context_again(context), reply, current, endpoint);
            if constexpr (is_long)
                copy_rest(buffers, current, caller, Policy::keeps_buffers ? shape : shape_of(entry));
            Policy::set_current(entry, caller);
            Policy::switch_space(entry, space);
            Policy::leave(entry, caller, 0);
        }
    };

    /// By which the current thread named a slot.
    KERNEL_HOT static Word path_of(const Slot* slot, const Thread* current) {
        return static_cast<Word>(slot - current->node);
    }

    // Partners with contexts of their own: from the same checks, with a stack, for on some ISAs the
    // registers do not suffice for times.

    /// `call` has found that the server has a context, and that everything else is as it wants it.
    [[noreturn]] KERNEL_HOT static void call_exchange(const Slot* slot) {
        Thread* server = Policy::template second<Thread>();
        Thread* current = current_thread();
        Cpu& cpu = arch::current_cpu();
        auto entry = Policy::entry_of(current);
        SchedContext* own = server->sched_context;
        if (own == nullptr)
            __builtin_unreachable();
        SliceSwitch contexts{own};
        if (!may_exchange(contexts, cpu, server)) [[unlikely]]
            Policy::slow_call(entry, path_of(slot, current));

        // Committed: only stores from here on.
        contexts.commit_behind_timer(cpu, current);
        Call::dequeue(Fast::endpoint(slot->object.word), server);
        Reply* reply = server->reply;
        reply->caller = current;
        Policy::clear(reply->prev);
        Policy::clear(reply->sched_context);
        current->wait = Wait::in(reply);
        copy_more(entry, current, server);
        Policy::set_current(entry, server);
        Policy::switch_space(entry, typename Policy::Space{server->space});
        Policy::leave(entry, server, slot->badge);
    }

    /// `reply_recv` has found that the Reply is not the innermost of the running context; the
    /// caller is not checked yet.
    [[noreturn]] KERNEL_HOT static void reply_recv_exchange(Word path) {
        Endpoint* endpoint = Policy::template second<Endpoint>();
        Thread* current = current_thread();
        Cpu* cpu = &arch::current_cpu();
        auto entry = Policy::entry_of(current);
        Reply* reply = current->reply;
        Thread* caller = reply->caller;
        const Kept kept = path;
        do {
            if (caller == nullptr || reply->sched_context != nullptr) [[unlikely]]
                break;
            // What was lent, by a Notification for example, goes back when its thread waits.
            if (cpu->sched_context->home != current) [[unlikely]]
                break;
            if (!Gate::passes(Policy::gate_difference(entry, caller->gate))) [[unlikely]]
                break;
            typename Policy::Space space{caller->space};
            if (!Policy::may_switch_space(space)) [[unlikely]]
                break;
            SliceSwitch contexts{caller->sched_context};
            if (!may_exchange(contexts, *cpu, caller)) [[unlikely]]
                break;

            // Committed: only stores from here on.
            if constexpr (few_registers) { // what is loaded again has not been kept
                launder(current);
                launder(cpu);
            }
            contexts.commit_behind_timer(*cpu, current);
            Policy::clear((Policy::keeps_buffers ? reply : current->reply)->caller);
            endpoint->head = reinterpret_cast<Word>(current) + Endpoint::fast_receivers;
            current->wait = reinterpret_cast<Word>(endpoint) + Wait::receive;
            copy_more(entry, current, caller);
            if constexpr (few_registers)
                cpu->current = caller;
            else
                Policy::set_current(entry, caller);
            if constexpr (!Policy::keeps_buffers)
                space = typename Policy::Space{caller->space};
            Policy::switch_space(entry, space);
            Policy::leave(entry, caller, 0);
        } while (false);
        Policy::slow_reply_recv(entry, kept);
    }
};

} // namespace kernel::ipc
