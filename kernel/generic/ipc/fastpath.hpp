// SPDX-License-Identifier: BSD-2-Clause
// The fastpaths of call and reply_recv: checks that leave no trace, then plain stores.
#pragma once

#include <cobnut/abi/syscall.hpp>
#include <generic/base/attributes.hpp>
#include <generic/cap/slot.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/vspace.hpp>

namespace kernel::ipc {

/// How a fastpath sees a slot: is it an Endpoint that allows this?
template <class Object>
struct FastSlot;

template <>
struct FastSlot<ObjectWord64> {
    static constexpr Word type = static_cast<Word>(ObjectType::endpoint);
    static constexpr Word may_call = SlotRights::may_call << 8;
    static constexpr Word may_receive = Word{Rights::read_bit} << 8;
    template <Word right>
    KERNEL_HOT static bool is_endpoint(Word word) {
        return (word & (0xff | right)) == (type | right);
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
        return (~word & (ObjectWord32::is_endpoint | right)) == 0;
    }
    KERNEL_HOT static Endpoint* endpoint(Word word) {
        return reinterpret_cast<Endpoint*>(word & ~Word{15});
    }
};

/// The conditions, in the order of the checks: the message fits the registers; a one-level
/// capability space; an Endpoint with the right; a partner that waits there and may run now (Gate);
/// its address space has an identifier; and the running context can be lent or given back as it
/// is. Whatever else goes the slow path, as if the fastpath had never been.
template <class Policy>
struct Fastpath {
    using Fast = FastSlot<decltype(Slot::object)>;

    KERNEL_HOT static bool may_run(const auto& entry, const Thread* thread) {
        return Gate::may_run(thread->gate, Policy::gate(entry)) &&
               Policy::may_switch_space(entry, thread->space);
    }

    /// Hides from the compiler where a pointer came from: one register for it, not two.
    KERNEL_HOT static void launder(auto*& pointer) { asm("" : "+r"(pointer)); }

    [[noreturn]] KERNEL_HOT static void call(Word path) {
        auto entry = Policy::entry(); // const, GCC would keep it in memory
        Thread* current = entry.current;
        do {
            if ((Policy::tag() & cobnut::Tag::shape_mask) > Policy::message_words) [[unlikely]]
                break;
            if (path >= current->node_size) [[unlikely]]
                break;
            const Slot* slot = current->node + path;
            const Word object = slot->object.word;
            if (!Fast::template is_endpoint<Fast::may_call>(object)) [[unlikely]]
                break;
            Endpoint* endpoint = Fast::endpoint(object);
            const Word head = endpoint->head;
            if ((head & Endpoint::fast_receivers) == 0) [[unlikely]]
                break;
            auto* server = reinterpret_cast<Thread*>(head - Endpoint::fast_receivers);
            launder(server);
            if (!may_run(entry, server)) [[unlikely]]
                break;
            if (server->sched_context != nullptr) [[unlikely]]
                break;

            // Committed: only stores from here on.
            const Word badge = slot->badge;
            Thread* next = server->next;
            if (next == server) [[likely]] {
                endpoint->head = 0;
            } else {
                Thread* previous = server->prev;
                previous->next = next;
                next->prev = previous;
                server->next = server->prev = server;
                endpoint->head = reinterpret_cast<Word>(next) + Endpoint::fast_receivers;
            }
            Reply* reply = server->reply;
            SchedContext* context = Policy::sched_context(entry);
            Reply* outer = context->top;
            reply->caller = current;
            reply->prev = outer;
            reply->sched_context = context;
            if (outer != nullptr) [[unlikely]]
                outer->up = reply;
            context->top = reply;
            current->wait = reinterpret_cast<Word>(reply) + Wait::reply;
            Policy::set_current(entry, server);
            Policy::switch_space(entry, server->space);
            Policy::leave(server, badge);
        } while (false);
        Policy::slow_call(path);
    }

    [[noreturn]] KERNEL_HOT static void reply_recv(Word path) {
        auto entry = Policy::entry(); // const, GCC would keep it in memory
        Thread* current = entry.current;
        do {
            if ((Policy::tag() & cobnut::Tag::shape_mask) > Policy::message_words) [[unlikely]]
                break;
            Reply* reply = current->reply;
            if (reply->path != entry.reply) [[unlikely]]
                break;
            // The innermost call of the running context: it has a caller, and lent the context.
            SchedContext* context = Policy::sched_context(entry);
            if (context->top != reply) [[unlikely]]
                break;
            if (path >= current->node_size) [[unlikely]]
                break;
            const Slot* slot = current->node + path;
            const Word object = slot->object.word;
            if (!Fast::template is_endpoint<Fast::may_receive>(object)) [[unlikely]]
                break;
            Endpoint* endpoint = Fast::endpoint(object);
            if (endpoint->head != 0) [[unlikely]]
                break;
            if (static_cast<int32_t>(current->gate) < 0) [[unlikely]] // Gate::signal_pending
                break;
            Thread* caller = reply->caller;
            if (!may_run(entry, caller)) [[unlikely]]
                break;

            // Committed: only stores from here on.
            Reply* outer = reply->prev;
            reply->caller = nullptr;
            context->top = outer;
            const Word waiting = reinterpret_cast<Word>(endpoint);
            endpoint->head = reinterpret_cast<Word>(current) + Endpoint::fast_receivers;
            current->wait = waiting + Wait::receive;
            current->sched_context = nullptr; // what it ran on goes back; the next call may lend again
            Policy::set_current(entry, caller);
            Policy::switch_space(entry, caller->space);
            Policy::leave(caller, 0);
        } while (false);
        Policy::slow_reply_recv(path);
    }
};

} // namespace kernel::ipc
