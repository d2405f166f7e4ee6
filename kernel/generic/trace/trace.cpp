// SPDX-License-Identifier: BSD-2-Clause
// The trace of a core: its methods, and what the rest of the kernel tells it. Only in kernels that
// have one.
#include <generic/cap/deletion.hpp>
#include <generic/cap/derive.hpp>
#include <generic/contract/memory.hpp>
#include <generic/contract/timer.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/object/methods.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/trace/record.hpp>

namespace kernel {

namespace trace {

uint64_t name_of(const Slot& slot) {
    switch (slot.type()) {
    case ObjectType::untyped:
    case ObjectType::frame:
        return slot.memory().raw();
    default:
        return detail::address_of(slot.pointer<void>());
    }
}

void set_slots(Cpu& cpu, Slot* slots) {
    cpu.trace.frames = slots;
}

namespace {

using cobnut::Method;

constexpr unsigned event_size_bits = 5;
constexpr Word known_events = (Word{1} << cobnut::trace_type_count) - 1;

void stop(Cpu& cpu, RingState& state) {
    state.events = 0;
    if (state.ring.running())
        state.ring.end();
    cpu.reschedule = true; // the fastpaths are open again: sched::leave writes the gate
}

Failure set_frame(Invocation& call, RingState& state) {
    const Word index = call.words[0];
    Slot& frame = *call.capabilities[0];
    if (index > Ring::max_frames)
        return {Error::out_of_range, 0, Ring::max_frames};
    if (state.ring.running())
        return Error::in_use;
    KERNEL_CHECK(thread_control::check_buffer(frame, 0));
    KERNEL_CHECK(check_derivable(frame));
    // One step suffices: it holds a Frame or nothing.
    (void)cap::delete_step(call.cpu, state.frames[index]);
    derive(frame, state.frames[index], Rights::all());
    return {};
}

/// How many Frames from the ring's first on have one size; 0 unless it is a power of two and the
/// others are missing.
unsigned ring_frames(const Slot* slots) {
    unsigned count = 0;
    while (count < Ring::max_frames && !slots[count].empty() &&
           slots[count].frame_size_index() == slots[0].frame_size_index())
        ++count;
    for (unsigned i = count; i < Ring::max_frames; ++i)
        if (!slots[i].empty())
            return 0;
    return (count & (count - 1)) == 0 ? count : 0;
}

Failure start(Invocation& call, RingState& state) {
    const Word events = call.words[0];
    if (events == 0 || (events & ~known_events) != 0)
        return {Error::invalid_argument, 0, events};
    if (state.ring.running())
        return Error::in_use;
    const Slot* ring = state.frames + 1;
    const unsigned count = ring_frames(ring);
    if (state.frames[0].empty() || count == 0)
        return Error::illegal_operation;
    void* memory[Ring::max_frames];
    for (unsigned i = 0; i < count; ++i)
        memory[i] = arch::to_virtual(ring[i].object.page());
    auto& header = *static_cast<cobnut::TraceHeader*>(
        arch::to_virtual(state.frames[0].object.page()));
    state.ring.begin(header, memory, count,
                     mm::frame_bits(ring[0].frame_size_index()) - event_size_bits, call.cpu.id,
                     static_cast<uint32_t>(events), arch::ticks_per_second());
    state.events = static_cast<uint32_t>(events);
    call.cpu.reschedule = true; // sched::leave closes the fastpaths
    return {};
}

Failure invoke_on(Invocation& call, RingState& state) {
    switch (call.method) {
    case Method::trace_set_frame:
        return set_frame(call, state);
    case Method::trace_start:
        return start(call, state);
    case Method::trace_stop:
        stop(call.cpu, state);
        return {};
    case Method::trace_identify:
        call.answer_wide(name_of(*call.capabilities[0]));
        return {};
    default:
        return Error::invalid_method;
    }
}

} // namespace

namespace detail {

void put(Cpu& cpu, TraceType type, unsigned detail, uint64_t first, uint64_t second) {
    cpu.trace.ring.put(arch::now(), type, detail, first, second);
}

uint64_t address_of(const void* object) {
    return object == nullptr ? 0 : arch::to_physical(object).raw();
}

void capability_emptied(Cpu& cpu, const Slot& slot) {
    RingState& state = cpu.trace;
    if (&slot >= state.frames && &slot < state.frames + slot_count && state.ring.running())
        stop(cpu, state);
}

} // namespace detail
} // namespace trace

Failure invoke_trace(Invocation& call) {
    return trace::invoke_on(call, call.cpu.trace);
}

} // namespace kernel
