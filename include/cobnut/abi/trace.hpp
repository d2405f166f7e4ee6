// SPDX-License-Identifier: BSD-2-Clause
// The event ring of the trace and debug kernels, as it lies in the Frames that a program gives.
#pragma once

#include <cobnut/abi/table.hpp>
#include <cobnut/abi/types.hpp>

namespace cobnut {

/// What happened. Threads and objects are named by the physical address that Method::trace_identify
/// tells; 0: nobody.
enum class TraceType : uint8_t {
    entry = 0,
    exit = 1,
    thread_switch = 2,
    ipc = 3,
    interrupt = 4,
    fault = 5,
    method = 6,
};

inline constexpr Named trace_types[] = {
    COBNUT_NAMED(TraceType, entry,
                 "The kernel was entered. Detail: a TraceEntry. Words: thread, then capability path, "
                 "interrupt or fault's first word."),
    COBNUT_NAMED(TraceType, exit, "The kernel is left. Words: thread, its program counter."),
    COBNUT_NAMED(TraceType, thread_switch, "Words: the thread that ran, the one that will."),
    COBNUT_NAMED(TraceType, ipc,
                 "A message was taken. Detail: a TraceIpc. Words: from and to whom."),
    COBNUT_NAMED(TraceType, interrupt,
                 "An interrupt was taken. Detail: 1: the kernel's timer. Words: its number, 0."),
    COBNUT_NAMED(TraceType, fault,
                 "A thread stops. Detail: FaultType. Words: thread, the fault's first word."),
    COBNUT_NAMED(TraceType, method,
                 "A method was called to its end. Detail: Method. Words: the object, Error."),
};

inline constexpr unsigned trace_type_count = 7;

/// Detail of TraceType::entry: a Syscall, or one of these.
struct TraceEntry {
    static constexpr uint16_t interrupt = 0x100;
    static constexpr uint16_t fault = 0x200;
};

inline constexpr Named trace_entries[] = {
    COBNUT_NAMED(TraceEntry, interrupt, ""),
    COBNUT_NAMED(TraceEntry, fault, "Plus the FaultType."),
};

enum class TraceIpc : uint8_t { message = 0, call = 1, fault = 2, reply = 3, signal = 4 };

inline constexpr Named trace_ipcs[] = {
    COBNUT_NAMED(TraceIpc, message, "A send without answer."),
    COBNUT_NAMED(TraceIpc, call, ""),
    COBNUT_NAMED(TraceIpc, fault, ""),
    COBNUT_NAMED(TraceIpc, reply, "The answer to a call or fault."),
    COBNUT_NAMED(TraceIpc, signal, "From a Notification, to the thread that it wakes; 0: nobody."),
};

/// The same 32 bytes on every ISA.
struct TraceEvent {
    uint64_t time;
    uint64_t word[2];
    uint32_t number;
    uint16_t detail;
    TraceType type;
    uint8_t core;
};

inline constexpr Field trace_event_fields[] = {
    COBNUT_FIELD(TraceEvent, uint64_t, time, "Ticks of the clock."),
    COBNUT_ARRAY(TraceEvent, uint64_t, word, 2, "By type."),
    COBNUT_FIELD(TraceEvent, uint32_t, number, "Low bits of its number; the first event has 0."),
    COBNUT_FIELD(TraceEvent, uint16_t, detail, "By type."),
    COBNUT_FIELD(TraceEvent, TraceType, type, ""),
    COBNUT_FIELD(TraceEvent, uint8_t, core, ""),
};

static_assert(sizeof(TraceEvent) == 32);

/// Lies at the begin of Frame 0. Event n is at place n modulo event_count of the ring, until event
/// n + event_count is being written.
struct TraceHeader {
    uint32_t magic;
    uint32_t core;
    uint32_t event_count;
    uint32_t running;
    uint32_t events;
    uint32_t reserved;
    uint64_t ticks_per_second;
    uint64_t head;
};

inline constexpr Field trace_header_fields[] = {
    COBNUT_FIELD(TraceHeader, uint32_t, magic, "trace_magic"),
    COBNUT_FIELD(TraceHeader, uint32_t, core, "Whose events these are."),
    COBNUT_FIELD(TraceHeader, uint32_t, event_count, "Places of the ring: a power of two."),
    COBNUT_FIELD(TraceHeader, uint32_t, running,
                 "0: no event follows, for it was stopped or a Frame was taken away."),
    COBNUT_FIELD(TraceHeader, uint32_t, events, "Which types are written, one bit each."),
    COBNUT_FIELD(TraceHeader, uint32_t, reserved, ""),
    COBNUT_FIELD(TraceHeader, uint64_t, ticks_per_second, ""),
    COBNUT_FIELD(TraceHeader, uint64_t, head,
                 "Events so far. Read it with acquire; again after copying an event, to see "
                 "whether it has been overwritten meanwhile."),
};

inline constexpr uint32_t trace_magic = 0x43525443;

/// Frames of a ring behind the header's, at most.
inline constexpr unsigned max_trace_frames = 16;

} // namespace cobnut
