// SPDX-License-Identifier: BSD-2-Clause
// Object types and methods: fixed numbers, the same in every configuration and on every ISA.
#pragma once

#include <cobnut/abi/rights.hpp>
#include <cobnut/abi/table.hpp>
#include <cobnut/abi/types.hpp>

namespace cobnut {

enum class ObjectType : uint8_t {
    null = 0,
    untyped = 1,
    cnode = 2,
    thread = 3,
    endpoint = 4,
    notification = 5,
    reply = 6,
    sched_context = 7,
    sched_control = 8,
    vspace = 9,
    page_table = 10,
    frame = 11,
    irq_control = 12,
    irq_handler = 13,
    io_port = 14,
    firmware = 15,
    trace = 16,
};

inline constexpr Named object_types[] = {
    COBNUT_NAMED(ObjectType, null, ""),
    COBNUT_NAMED(ObjectType, untyped, ""),
    COBNUT_NAMED(ObjectType, cnode, ""),
    COBNUT_NAMED(ObjectType, thread, ""),
    COBNUT_NAMED(ObjectType, endpoint, ""),
    COBNUT_NAMED(ObjectType, notification, ""),
    COBNUT_NAMED(ObjectType, reply, ""),
    COBNUT_NAMED(ObjectType, sched_context, ""),
    COBNUT_NAMED(ObjectType, sched_control, ""),
    COBNUT_NAMED(ObjectType, vspace, ""),
    COBNUT_NAMED(ObjectType, page_table, ""),
    COBNUT_NAMED(ObjectType, frame, ""),
    COBNUT_NAMED(ObjectType, irq_control, ""),
    COBNUT_NAMED(ObjectType, irq_handler, ""),
    COBNUT_NAMED(ObjectType, io_port, ""),
    COBNUT_NAMED(ObjectType, firmware, ""),
    COBNUT_NAMED(ObjectType, trace, "Of kernels with BootFeature trace."),
};

inline constexpr unsigned object_type_count = 17;

/// Label of a call on a kernel object: the object's type in bits 8-15, its method below.
enum class Method : uint16_t {
    untyped_retype = 0x0101,
    untyped_query = 0x0102,

    cnode_copy = 0x0201,
    cnode_mint = 0x0202,
    cnode_move = 0x0203,
    cnode_mutate = 0x0204,
    cnode_rotate = 0x0205,
    cnode_delete = 0x0206,
    cnode_revoke = 0x0207,
    cnode_cancel_badged_sends = 0x0208,
    cnode_identify = 0x0209,

    thread_configure = 0x0301,
    thread_set_space = 0x0302,
    thread_set_ipc_buffer = 0x0303,
    thread_set_fault_handler = 0x0304,
    thread_set_timeout_handler = 0x0305,
    thread_set_priority = 0x0306,
    thread_bind_notification = 0x0307,
    thread_unbind_notification = 0x0308,
    thread_read_registers = 0x0309,
    thread_write_registers = 0x030a,
    thread_suspend = 0x030b,
    thread_resume = 0x030c,
    thread_set_flags = 0x030d,
    thread_info = 0x030e,
    thread_set_breakpoint = 0x030f,
    thread_get_breakpoint = 0x0310,
    thread_set_single_step = 0x0311,
    thread_copy_registers = 0x0312,

    sched_context_bind = 0x0701,
    sched_context_unbind = 0x0702,
    sched_context_consumed = 0x0703,
    sched_context_yield_to = 0x0704,

    sched_control_configure = 0x0801,
    sched_control_set_partition = 0x0802,
    sched_control_set_schedule = 0x0803,

    page_table_map = 0x0a01,
    page_table_unmap = 0x0a02,

    frame_map = 0x0b01,
    frame_unmap = 0x0b02,
    frame_address = 0x0b03,
    frame_set_rights = 0x0b04,
    frame_cache = 0x0b05,

    irq_control_get = 0x0c01,

    irq_handler_acknowledge = 0x0d01,
    irq_handler_set_notification = 0x0d02,
    irq_handler_clear = 0x0d03,

    io_port_read = 0x0e01,
    io_port_write = 0x0e02,

    firmware_power_off = 0x0f01,
    firmware_reset = 0x0f02,
    firmware_suspend = 0x0f03,

    trace_set_frame = 0x1001,
    trace_start = 0x1002,
    trace_stop = 0x1003,
    trace_identify = 0x1004,
};

/// Flags of Method::thread_set_flags.
struct ThreadFlags {
    static constexpr Word fpu = 1;
    static constexpr Word counters = 2;
    static constexpr Word alien = 4;
};

inline constexpr Named thread_flags[] = {
    COBNUT_NAMED(ThreadFlags, fpu, "May use FP/SIMD registers; needs a thread with room."),
    COBNUT_NAMED(ThreadFlags, counters, "May read the time and cycle counters."),
    COBNUT_NAMED(ThreadFlags, alien, "Every system call becomes a fault to the handler."),
};

/// What a breakpoint of Method::thread_set_breakpoint stops at.
enum class BreakpointKind : uint8_t { none = 0, execute = 1, write = 2, read = 3, access = 4 };

inline constexpr Named breakpoint_kinds[] = {
    COBNUT_NAMED(BreakpointKind, none, "Nothing: it is removed."),
    COBNUT_NAMED(BreakpointKind, execute, "The instruction there, before it is executed. Size 0."),
    COBNUT_NAMED(BreakpointKind, write, "Stores to the 1, 2, 4 or 8 bytes there."),
    COBNUT_NAMED(BreakpointKind, read, "Loads."),
    COBNUT_NAMED(BreakpointKind, access, "Both."),
};

/// A thread has so many; the CPU may have fewer of a kind.
inline constexpr unsigned breakpoint_count = 4;

/// Bits 0-2 of the state that Method::thread_info tells.
enum class ThreadState : uint8_t {
    ready = 0,
    receiving = 1,
    sending = 2,
    calling = 3,
    waiting = 4,
};

inline constexpr Named thread_states[] = {
    COBNUT_NAMED(ThreadState, ready, "Runs, could run, or waits for time."),
    COBNUT_NAMED(ThreadState, receiving, "On an Endpoint."),
    COBNUT_NAMED(ThreadState, sending, "On an Endpoint: a message, a call or a fault."),
    COBNUT_NAMED(ThreadState, calling, "Its call or fault is with a server, in a Reply."),
    COBNUT_NAMED(ThreadState, waiting, "On a Notification."),
};

/// Flags of Method::sched_control_configure.
struct SchedFlags {
    static constexpr Word constant_bandwidth = 1;
};

inline constexpr Named sched_flags[] = {
    COBNUT_NAMED(SchedFlags, constant_bandwidth,
                 "One replenishment: the bandwidth budget/period is never exceeded, measured from any "
                 "wake-up."),
};

/// Memory type of a mapping, in bits 0-1 of its attributes.
enum class MemoryType : uint8_t { normal = 0, uncached = 1, device = 2 };

inline constexpr Named memory_types[] = {
    COBNUT_NAMED(MemoryType, normal, "Cached RAM."),
    COBNUT_NAMED(MemoryType, uncached, "RAM that is not cached."),
    COBNUT_NAMED(MemoryType, device, "Registers: in order, not combined, never executed."),
};

/// Attributes of Method::frame_map: a MemoryType and these.
struct MapAttributes {
    static constexpr Word type_mask = 3;
    static constexpr Word execute_never = 4;
};

inline constexpr Named map_attributes[] = {
    COBNUT_NAMED(MapAttributes, execute_never, "Instructions are not fetched from it."),
};

/// What Method::frame_cache does to the lines of a range. What an ISA's caches do by themselves is
/// nothing there: RISC-V only orders memory, x86-64 has no unify.
enum class CacheOperation : uint8_t { clean = 0, invalidate = 1, clean_invalidate = 2, unify = 3 };

inline constexpr Named cache_operations[] = {
    COBNUT_NAMED(CacheOperation, clean,
                 "Memory gets what the caches hold; for a device that reads."),
    COBNUT_NAMED(CacheOperation, invalidate,
                 "The caches forget; for a device that wrote. They clean first, so that what memory "
                 "held before it was this Frame's is not seen."),
    COBNUT_NAMED(CacheOperation, clean_invalidate, "Both, in this order."),
    COBNUT_NAMED(CacheOperation, unify,
                 "Instructions that were stored are seen by instruction fetch."),
};

/// Trigger of Method::irq_control_get.
enum class Trigger : uint8_t { firmware = 0, level = 1, edge = 2 };

inline constexpr Named triggers[] = {
    COBNUT_NAMED(Trigger, firmware, "As firmware or controller have it."),
    COBNUT_NAMED(Trigger, level, "While the line is active."),
    COBNUT_NAMED(Trigger, edge, "When it becomes active."),
};

/// log2 of the bytes of objects whose size is no argument of retype.
inline constexpr unsigned slot_size_bits = 5;
inline constexpr unsigned endpoint_size_bits = 4;
inline constexpr unsigned notification_size_bits = 6;
inline constexpr unsigned reply_size_bits = 6;
inline constexpr unsigned vspace_size_bits = 7;
inline constexpr unsigned page_table_size_bits = 12;
inline constexpr unsigned sched_context_min_size_bits = 8;
inline constexpr unsigned sched_context_max_size_bits = 10;
inline constexpr unsigned untyped_min_size_bits = 4;
/// A Thread without room for FP/SIMD state, where words have 32 and 64 bits.
inline constexpr unsigned thread_size_bits_32 = 9;
inline constexpr unsigned thread_size_bits_64 = 10;

/// log2 of bytes, from the least to the most.
struct SizeRange {
    uint8_t least;
    uint8_t most;
};

/// What retype takes as size_bits of a type, and how large the object is then; 0: as that argument.
struct ObjectSize {
    ObjectType type;
    const char* argument;
    SizeRange where_32_bits;
    SizeRange where_64_bits;
};

inline constexpr ObjectSize object_sizes[] = {
    {ObjectType::untyped, "log2 of bytes", {untyped_min_size_bits, 47}, {untyped_min_size_bits, 47}},
    {ObjectType::cnode, "log2 of slots: 1 to 24, with 64 bits 40",
     {slot_size_bits + 1, slot_size_bits + 24}, {slot_size_bits + 1, slot_size_bits + 40}},
    {ObjectType::thread, "0", {thread_size_bits_32, thread_size_bits_32},
     {thread_size_bits_64, thread_size_bits_64}},
    {ObjectType::thread, "BootInfo's fpu_thread_size_bits", {}, {}},
    {ObjectType::endpoint, "0", {endpoint_size_bits, endpoint_size_bits},
     {endpoint_size_bits, endpoint_size_bits}},
    {ObjectType::notification, "0", {notification_size_bits, notification_size_bits},
     {notification_size_bits, notification_size_bits}},
    {ObjectType::reply, "0", {reply_size_bits, reply_size_bits}, {reply_size_bits, reply_size_bits}},
    {ObjectType::sched_context, "log2 of bytes",
     {sched_context_min_size_bits, sched_context_max_size_bits},
     {sched_context_min_size_bits, sched_context_max_size_bits}},
    {ObjectType::vspace, "0", {vspace_size_bits, vspace_size_bits},
     {vspace_size_bits, vspace_size_bits}},
    {ObjectType::page_table, "0", {page_table_size_bits, page_table_size_bits},
     {page_table_size_bits, page_table_size_bits}},
    {ObjectType::frame, "one of BootInfo's frame_size_bits", {}, {}},
};

inline constexpr unsigned priority_count = 256;

/// Time partitions are numbered from 0; every thread begins in 0.
inline constexpr unsigned partition_count = 8;
/// Slots of a partition schedule, at most.
inline constexpr unsigned partition_slot_count = 16;

} // namespace cobnut
