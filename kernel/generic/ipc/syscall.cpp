// SPDX-License-Identifier: BSD-2-Clause
// The slow path of the kernel's entries: system calls, faults and interrupts.
#include <cobnut/abi/fault.hpp>
#include <cobnut/abi/syscall.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/debug/report.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/ipc/fault.hpp>
#include <generic/ipc/notification.hpp>
#include <generic/ipc/reply.hpp>
#include <generic/ipc/slow_entry.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/object/invocation.hpp>
#include <generic/object/irq.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/record.hpp>

namespace kernel {

namespace {

using cobnut::Syscall;

/// A system call of the current thread; its arguments are in its registers.
struct Entry {
    Cpu& cpu;
    Thread& thread;

    /// Reports a failure: a blocking form faults, a non-blocking one gets it as its result.
    void refuse(Word path, bool receiving, bool blocking, Failure failure, const char* phase = nullptr) const {
        if (phase == nullptr)
            phase = receiving ? "receive through path" : "send through path";
        debug::report_refusal(thread, phase, path, failure);
        if (blocking)
            fault::deliver_capability(cpu, thread, path, receiving, failure);
        else
            ipc::give_failure(thread, failure);
    }

    /// The send phase through `path`. False: the system call ends here (failed, or to be repeated).
    [[nodiscard]] bool send(Word path, ipc::SendOptions options, bool answers) const {
        auto found = lookup_capability(thread, path);
        if (!found.ok()) {
            refuse(path, false, options.block, found.failure());
            return false;
        }
        Slot& slot = *found.value();
        switch (slot.type()) {
        case ObjectType::endpoint:
            return send_to_endpoint(path, slot, options);
        case ObjectType::notification:
            return send_signal(path, slot, options);
        case ObjectType::reply:
            return send_reply(path, slot);
        default:
            if (invoke(cpu, thread, slot, answers) == error_preempted) {
                cpu.wants_restart = Repeat::all;
                return false;
            }
            return true;
        }
    }

    [[nodiscard]] bool send_to_endpoint(Word path, const Slot& slot,
                                        ipc::SendOptions options) const {
        const Rights rights = slot.rights();
        const bool allowed =
            rights.write() && (!options.call || rights.grant() || rights.grant_reply());
        if (!allowed) {
            refuse(path, false, options.block, Error::missing_right);
            return false;
        }
        if (const Failure failure = ipc::send(cpu, thread, slot, options); !failure.ok()) {
            debug::report_refusal(thread, "send through path", path, failure);
            ipc::give_failure(thread, failure);
            return false;
        }
        return thread.wait == Wait::nothing;
    }

    [[nodiscard]] bool send_signal(Word path, const Slot& slot, ipc::SendOptions options) const {
        if (!slot.rights().write()) {
            refuse(path, false, options.block, Error::missing_right);
            return false;
        }
        ipc::signal(cpu, *slot.pointer<Notification>(), slot.badge);
        if (options.call)
            ipc::give_failure(thread, Error::none);
        return true;
    }

    [[nodiscard]] bool send_reply(Word path, const Slot& slot) const {
        const Failure failure =
            ipc::answer(cpu, thread, *slot.pointer<Reply>(), slot.rights().grant());
        if (!failure.ok()) {
            debug::report_refusal(thread, "reply through path", path, failure);
            ipc::give_failure(thread, failure);
        }
        return failure.ok();
    }

    /// The receive phase on `path`; with `offers` the Reply at `reply_path` takes a caller.
    void receive(Word path, bool block, bool offers, Word reply_path, bool has_sent = false) const {
        auto found = lookup_capability(thread, path);
        if (!found.ok())
            return refuse(path, true, block, found.failure());
        const Slot& slot = *found.value();
        if (slot.type() != ObjectType::notification && slot.type() != ObjectType::endpoint)
            return refuse(path, true, block, Error::invalid_capability);
        if (!slot.rights().read())
            return refuse(path, true, block, Error::missing_right);
        const bool owes_nobody = block && thread.reply->caller == nullptr;
        if (slot.type() == ObjectType::notification) {
            if (owes_nobody)
                sched::give_back(cpu, thread);
            return ipc::wait(cpu, thread, *slot.pointer<Notification>(), block);
        }
        if (!offers)
            ipc::offer_none(thread);
        else if (!offer(reply_path, block))
            return;
        if (!ipc::take_bound_signal(cpu, thread, owes_nobody))
            ipc::receive(cpu, thread, *slot.pointer<Endpoint>(),
                         {.block = block, .owes_nobody = owes_nobody, .has_sent = has_sent});
    }

    [[nodiscard]] bool offer(Word path, bool block) const {
        auto found = lookup_capability(thread, path);
        if (found.ok() && found.value()->type() != ObjectType::reply)
            found = Error::invalid_capability;
        const char* phase = "receive with the Reply at path";
        if (found.ok() && ipc::is_offered(*found.value()->pointer<Reply>(), thread)) {
            debug::report_refusal(thread, phase, path, Error::in_use);
            ipc::give_failure(thread, Error::in_use);
            return false;
        }
        if (!found.ok()) {
            refuse(path, true, block, found.failure(), phase);
            return false;
        }
        ipc::offer(*found.value()->pointer<Reply>(), thread, path);
        return true;
    }

    /// The call was preempted in its receive phase: what came before is done. Who lent its time for
    /// the repetition (ipc::receive) has it back.
    [[nodiscard]] bool is_receiving() const {
        if (thread.repeats != Repeat::receiving)
            return false;
        if (thread.reply->caller != nullptr)
            ipc::release_caller(cpu, *thread.reply);
        return true;
    }

    /// Answers through the Reply at `path`, if it holds a caller; then receives. What cannot be
    /// answered ends the call, so that nothing is lost.
    void reply_recv(Word path, Word reply_path) const {
        auto found = lookup_capability(thread, reply_path);
        bool answers = false;
        if (!is_receiving() && found.ok() && found.value()->type() == ObjectType::reply) {
            Reply& reply = *found.value()->pointer<Reply>();
            answers = reply.caller != nullptr;
            if (answers && !send_reply(reply_path, *found.value()))
                return;
        }
        receive(path, true, true, reply_path, answers);
    }
};

void perform(const Entry& entry, Syscall number) {
    const arch::Registers& registers = entry.thread.registers;
    const Word path = registers.capability();
    const Word reply = registers.reply();
    switch (number) {
    case Syscall::call:
        (void)entry.send(path, {.block = true, .call = true}, true);
        return;
    case Syscall::reply_recv:
        return entry.reply_recv(path, reply);
    case Syscall::send:
        (void)entry.send(path, {.block = true}, false);
        return;
    case Syscall::nb_send:
        if (entry.send(path, {.block = false}, false))
            ipc::give_failure(entry.thread, Error::none);
        return;
    case Syscall::recv:
    case Syscall::nb_recv:
        return entry.receive(path, number == Syscall::recv, true, reply);
    case Syscall::wait:
    case Syscall::nb_wait:
        return entry.receive(path, number == Syscall::wait, false, 0);
    case Syscall::nb_send_recv:
    case Syscall::nb_send_wait:
    {
        const bool repeats = entry.is_receiving();
        if (repeats ||
            entry.send(registers.second_capability(), {.block = false, .lend = true}, false))
            entry.receive(path, true, number == Syscall::nb_send_recv, reply, !repeats);
        return;
    }
    case Syscall::yield:
        return sched::yield(entry.cpu);
    }
}

} // namespace

namespace slow {

using trace::TraceType;

void system_call(Word number) {
    Cpu& cpu = arch::current_cpu();
    Thread& thread = sched::enter(cpu);
    trace::record(cpu, TraceType::entry, static_cast<unsigned>(number), &thread,
                  thread.registers.capability());
    perform({cpu, thread}, static_cast<Syscall>(number));
    finish(cpu);
}

void finish(Cpu& cpu) {
    Thread& thread = *cpu.current;
    if (thread.repeats != cpu.wants_restart) [[unlikely]]
        thread_control::set_repeats(thread, cpu.wants_restart);
    if (cpu.wants_restart != Repeat::nothing) {
        cpu.wants_restart = Repeat::nothing;
        thread.repeat_system_call();
        irq::handle_pending(cpu);
    } else if (kernel_state.progress_count != 0) {
        progress::forget(thread);
    }
    sched::leave(cpu);
}

void fault(cobnut::FaultType type, Word word2, Word word3, Word word4) {
    Cpu& cpu = arch::current_cpu();
    Thread& thread = sched::enter(cpu);
    trace::record(cpu, TraceType::entry, cobnut::TraceEntry::fault + static_cast<unsigned>(type),
                  &thread, word2);
    kernel::fault::deliver(cpu, thread, type, word2, word3, word4);
    sched::leave(cpu);
}

void interrupt(unsigned number) {
    Cpu& cpu = arch::current_cpu();
    [[maybe_unused]] const Thread& thread = sched::enter(cpu);
    trace::record(cpu, TraceType::entry, cobnut::TraceEntry::interrupt, &thread, number);
    irq::handle(cpu, number);
    sched::leave(cpu);
}

} // namespace slow

} // namespace kernel
