// SPDX-License-Identifier: BSD-2-Clause
// Breakpoints, watchpoints and single step. A thread that uses them is `traced`: its system calls take
// the slow path with a full frame, and no fastpath switches to it, so that switch_to sees every switch.
#include <generic/contract/debug.hpp>
#include <generic/contract/page_format.hpp>
#include <generic/object/debug.hpp>

namespace kernel::hardware_debug {

namespace {

using cobnut::breakpoint_count;
using cobnut::BreakpointKind;

constexpr Word user_end = arch::PageFormat::user_end;

void changed(const Invocation& call, Thread& thread) {
    thread.update_traced();
    call.cpu.reschedule = true; // it may be the caller
}

Failure check_number(Word number) {
    if (number >= breakpoint_count)
        return {Error::out_of_range, 0, breakpoint_count - 1};
    return {};
}

} // namespace

Failure set_breakpoint(const Invocation& call, Thread& thread) {
    const Word number = call.words[0], address = call.words[2], size = call.words[3];
    KERNEL_CHECK(check_number(number));
    if (call.words[1] > static_cast<Word>(BreakpointKind::access))
        return {Error::invalid_argument, 1, call.words[1]};
    const auto kind = static_cast<BreakpointKind>(call.words[1]);
    const bool watches = kind > BreakpointKind::execute;
    if (watches ? size > 8 || (size & (size - 1)) != 0 || size == 0 : size != 0)
        return {Error::invalid_argument, 3, size};
    if (kind != BreakpointKind::none) {
        if (address >= user_end)
            return {Error::out_of_range, 0, user_end - 1};
        if (watches && (address & (size - 1)) != 0)
            return Error::misaligned;
        if (number >= arch::breakpoints(kind))
            return Error::not_supported;
    }
    thread.debug.kind[number] = kind;
    thread.debug.address[number] = kind == BreakpointKind::none ? 0 : address;
    thread.debug.size[number] = static_cast<uint8_t>(size);
    changed(call, thread);
    return {};
}

Failure get_breakpoint(Invocation& call, const Thread& thread) {
    const Word number = call.words[0];
    KERNEL_CHECK(check_number(number));
    call.answer(static_cast<Word>(thread.debug.kind[number]));
    call.answer(thread.debug.address[number]);
    call.answer(thread.debug.size[number]);
    return {};
}

Failure set_single_step(const Invocation& call, Thread& thread) {
    if (call.words[0] > 1)
        return {Error::invalid_argument, 0, call.words[0]};
    if (!arch::has_single_step())
        return Error::not_supported;
    const bool on = call.words[0] != 0;
    if (on == thread.debug.single_step)
        return {};
    thread.debug.single_step = on;
    thread.make_frame_full();
    arch::arm_step(thread.registers, on);
    changed(call, thread);
    return {};
}

void switch_to(Cpu& cpu, const Thread& thread) {
    const bool used = thread.debug.is_used();
    if (used || cpu.debug_loaded)
        arch::load_debug(thread.debug);
    cpu.debug_loaded = used;
}

unsigned hit(const Thread& thread, bool execute, Word address) {
    const DebugState& debug = thread.debug;
    for (unsigned i = 0; i < breakpoint_count; ++i)
        if (debug.kind[i] != BreakpointKind::none &&
            (debug.kind[i] == BreakpointKind::execute) == execute &&
            address - debug.address[i] < (execute ? 1 : Word{debug.size[i]}))
            return i;
    return breakpoint_count;
}

} // namespace kernel::hardware_debug
