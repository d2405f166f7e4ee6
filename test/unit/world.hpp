// SPDX-License-Identifier: BSD-2-Clause
// A running kernel in the simulated machine: threads that make system calls, and what must hold
// between them.
#pragma once

#include "invariants.hpp"
#include "kernel_memory.hpp"

#include <cobnut/abi/syscall.hpp>
#include <generic/object/cpu.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/notification.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>

#include <initializer_list>
#include <vector>

namespace test {

using cobnut::Error;
using cobnut::Method;
using cobnut::ObjectType;
using cobnut::Syscall;
using kernel::Slot;
using kernel::Thread;
using kernel::Word;

/// What a call on a kernel object gave.
struct Outcome {
    Error error = Error::none;
    std::vector<Word> words;
};

class World {
public:
    static constexpr unsigned radix = 8;
    static constexpr unsigned slot_count = 1u << radix;
    /// Slots with fixed contents; the rest is empty.
    static constexpr Word cnode = 1, untyped = 2, sched_control = 3, irq_control = 4, thread = 5,
                          sched_context = 6, trace = 7, first_free = 8;

    World();

    Slot& slot(Word index) { return slots_[index]; }
    kernel::Cpu& cpu() { return *kernel_cpu_; }
    Thread& root() { return *root_; }
    /// The next empty slot.
    Word free_slot() const;

    /// Runs a kernel entry; who runs behind it, null if nobody ever can.
    template <class Entry>
    Thread* enter(Entry entry) {
        try {
            entry();
        } catch (const arch::host::Left& left) {
            left.thread->gate &= ~kernel::Gate::full_frame;
            return left.thread;
        } catch (const arch::host::NothingToDo&) {
        }
        return nullptr;
    }

    /// Chooses who runs, after changes from outside.
    Thread* settle();
    /// The current thread makes a system call, repeated while it is preempted and still runs.
    Thread* syscall(Syscall number);
    /// The current thread calls a method of the object at `path` and goes on running.
    Outcome call(Word path, Method method, std::initializer_list<Word> words,
                 std::initializer_list<Word> capabilities = {});
    /// Lets `to` run instead of `from`, by their priorities.
    void hand_over(Thread& from, Thread& to);
    /// The current thread calls a method, which is preempted once: its registers hold the call again.
    void call_preempted(Word path, Method method, std::initializer_list<Word> words,
                        std::initializer_list<Word> capabilities = {});
    void put_message(Thread& sender, Word label, const std::vector<Word>& words,
                     const std::vector<Word>& capabilities);

    /// Makes `count` objects in the fixed Untyped; the index of the first.
    Word make(ObjectType type, Word size_bits = 0, Word count = 1);
    template <class Object>
    Object& object(Word index) {
        return *slot(index).pointer<Object>();
    }
    /// A thread that can run: shares the root's spaces, has a buffer and, unless passive, a
    /// context.
    Thread& make_thread(unsigned priority, bool passive = false, bool fpu = false);

    cobnut::IpcBuffer& buffer(const Thread& owner) {
        return *static_cast<cobnut::IpcBuffer*>(owner.buffer);
    }

private:
    KernelMemory memory_;
    Slot* slots_;
    kernel::Cpu* kernel_cpu_;
    Thread* root_;
};

inline void check_invariants(World& world) {
    check_invariants(world.cpu());
}

} // namespace test
