// SPDX-License-Identifier: BSD-2-Clause
// The methods of kernel objects as data: the manual's reference and the golden file are printed
// from this table, kernel and user library use its counts.
#pragma once

#include <cobnut/abi/error.hpp>
#include <cobnut/abi/object.hpp>

namespace cobnut {

/// One method. `arguments` names its message words in order, `capabilities` the capabilities that
/// travel with the call; `results` the words of a successful reply. The label of the reply is an
/// Error; any call may also end in invalid_method, truncated_message, no_buffer or failed_lookup.
struct MethodDescription {
    Method method;
    const char* object;
    const char* name;
    const char* brief;
    const char* arguments;
    const char* capabilities;
    const char* results;
    uint8_t argument_count;
    uint8_t capability_count;
    const char* errors;
};

inline constexpr MethodDescription methods[] = {
    {Method::untyped_retype, "Untyped", "retype",
     "Makes `count` objects (at most 256) of one type in the unused rest of the memory and puts "
     "their capabilities into consecutive slots. The memory is cleared first (not a device's).",
     "type, size_bits, node_index, node_depth, first_slot, count", "root CNode", "", 6, 1,
     "invalid_argument, not_enough_memory, slot_occupied, out_of_range, busy, illegal_operation"},
    {Method::untyped_query, "Untyped", "query",
     "Tells size, used bytes (as two words, low first) and kind of the memory.", "", "",
     "size_bits, used_low, used_high, kind", 0, 0, ""},

    {Method::cnode_copy, "CNode", "copy",
     "Derives a child of the source with the rights that both masks allow.",
     "index, depth, source_index, source_depth, rights", "source root", "", 5, 1,
     "slot_occupied, slot_empty, has_children, busy, illegal_operation"},
    {Method::cnode_mint, "CNode", "mint",
     "As copy, and sets the badge (Endpoint, Notification), guard (CNode) or port range (IoPort).",
     "index, depth, source_index, source_depth, rights, badge", "source root", "", 6, 1,
     "slot_occupied, slot_empty, has_children, busy, illegal_operation, invalid_argument"},
    {Method::cnode_move, "CNode", "move", "Moves a capability with its place in the derivation.",
     "index, depth, source_index, source_depth", "source root", "", 4, 1,
     "slot_occupied, slot_empty"},
    {Method::cnode_mutate, "CNode", "mutate", "As move, and sets the guard of a CNode.",
     "index, depth, source_index, source_depth, badge", "source root", "", 5, 1,
     "slot_occupied, slot_empty, illegal_operation, invalid_argument"},
    {Method::cnode_rotate, "CNode", "rotate",
     "Moves pivot to destination and source to pivot. Destination may be the source.",
     "index, depth, badge, pivot_index, pivot_depth, pivot_badge, source_index, source_depth",
     "pivot root, source root", "", 8, 2,
     "slot_occupied, slot_empty, illegal_operation"},
    {Method::cnode_delete, "CNode", "delete",
     "Empties a slot; children go to its parent; the last capability destroys the object.",
     "index, depth", "", "", 2, 0, "failed_lookup"},
    {Method::cnode_revoke, "CNode", "revoke", "Deletes all descendants of a capability.",
     "index, depth", "", "", 2, 0, "failed_lookup"},
    {Method::cnode_cancel_badged_sends, "CNode", "cancel_badged_sends",
     "Ends the waiting sends to an Endpoint that carry this capability's badge with `canceled`.",
     "index, depth", "", "", 2, 0, "illegal_operation, failed_lookup"},
    {Method::cnode_identify, "CNode", "identify", "Tells what is in a slot.",
     "index, depth", "", "type, rights, badge, size_bits, address, mapped_address", 2, 0, ""},

    {Method::thread_configure, "Thread", "configure",
     "Sets capability space (with guard), address space and IPC buffer at once. Word 2 is 0: no "
     "buffer, and no third capability.",
     "node_guard, flags, buffer_address", "CNode, VSpace[, Frame]", "", 3, 2,
     "invalid_capability, misaligned, illegal_operation, busy"},
    {Method::thread_set_space, "Thread", "set_space", "Sets capability and address space.",
     "node_guard", "CNode, VSpace", "", 1, 2, "invalid_capability, illegal_operation, busy"},
    {Method::thread_set_ipc_buffer, "Thread", "set_ipc_buffer",
     "Sets the IPC buffer; address 0 and no capability: none.", "buffer_address", "[Frame]", "", 1,
     0, "invalid_capability, misaligned, illegal_operation, busy"},
    {Method::thread_set_fault_handler, "Thread", "set_fault_handler",
     "Sets the Endpoint that faults are sent to; without a capability: none.", "", "[Endpoint]", "",
     0, 0, "invalid_capability, missing_right, busy"},
    {Method::thread_set_timeout_handler, "Thread", "set_timeout_handler",
     "Sets the Endpoint that timeout faults are sent to; without a capability: none.", "",
     "[Endpoint]", "", 0, 0, "invalid_capability, missing_right, busy"},
    {Method::thread_set_priority, "Thread", "set_priority",
     "Sets priority and maximum controlled priority, neither above the authority's maximum.",
     "priority, max_priority", "authority Thread", "", 2, 1, "out_of_range, invalid_capability"},
    {Method::thread_bind_notification, "Thread", "bind_notification",
     "From now on the thread's receives take signals of this Notification too.", "",
     "Notification", "", 0, 1, "in_use, missing_right, invalid_capability"},
    {Method::thread_unbind_notification, "Thread", "unbind_notification", "Ends the binding.", "",
     "", "", 0, 0, "not_bound"},
    {Method::thread_read_registers, "Thread", "read_registers",
     "Reads `count` registers from number `first` in the ISA's order; word 0 of the reply is a "
     "bit mask of those that are held, the rest read 0. The thread must not be the caller.",
     "suspend, first, count", "", "held, registers...", 3, 0, "out_of_range, illegal_operation"},
    {Method::thread_write_registers, "Thread", "write_registers",
     "Writes `count` registers from number `first`, then resumes the thread if asked.",
     "resume, first, count, registers...", "", "", 3, 0,
     "out_of_range, illegal_operation, invalid_argument"},
    {Method::thread_suspend, "Thread", "suspend",
     "Stops the thread; it keeps its place in queues and goes on there after resume.", "", "", "",
     0, 0, ""},
    {Method::thread_resume, "Thread", "resume", "Lets the thread run.", "", "", "", 0, 0, ""},
    {Method::thread_set_flags, "Thread", "set_flags", "Clears, then sets ThreadFlags.",
     "clear, set", "", "flags", 2, 0, "invalid_argument, not_supported"},
    {Method::thread_info, "Thread", "info", "Tells state, priority, flags and last fault.", "", "",
     "state, priority, max_priority, flags, last_fault", 0, 0, ""},

    {Method::sched_context_bind, "SchedContext", "bind",
     "Gives the context to a Thread or Notification.", "", "Thread or Notification", "", 0, 1,
     "in_use, invalid_capability"},
    {Method::sched_context_unbind, "SchedContext", "unbind", "Takes the context from who has it.",
     "", "", "", 0, 0, "not_bound"},
    {Method::sched_context_consumed, "SchedContext", "consumed",
     "Tells and resets the microseconds that were consumed (two words, low first).", "", "",
     "low, high", 0, 0, ""},
    {Method::sched_context_yield_to, "SchedContext", "yield_to",
     "Puts the thread of this context to the front of its priority.", "", "", "", 0, 0,
     "not_bound, illegal_operation"},
    {Method::sched_control_configure, "SchedControl", "configure",
     "Sets budget and period in microseconds (each as two words, low first), number of "
     "replenishments beyond 2, and badge. Period equal to budget: round robin.",
     "budget_low, budget_high, period_low, period_high, extra_refills, badge", "SchedContext", "",
     6, 1, "time_out_of_range, out_of_range, invalid_capability"},

    {Method::page_table_map, "PageTable", "map",
     "Makes this the missing table of the highest level at the address (first of all: the root).",
     "address", "VSpace", "", 1, 1, "already_mapped, out_of_range, invalid_capability"},
    {Method::page_table_unmap, "PageTable", "unmap", "Takes the table out of its address space.",
     "", "", "", 0, 0, ""},
    {Method::frame_map, "Frame", "map",
     "Maps the frame, or changes rights and attributes of its mapping at the same address. Rights "
     "are those that argument and capability allow; attributes see MapAttributes.",
     "address, rights, attributes", "VSpace", "", 3, 1,
     "missing_table, already_mapped, misaligned, out_of_range, invalid_capability, missing_right, "
     "invalid_argument"},
    {Method::frame_unmap, "Frame", "unmap", "Removes the mapping made with this capability.", "",
     "", "", 0, 0, ""},
    {Method::frame_set_rights, "Frame", "set_rights",
     "Changes rights and execute_never of the mapping where it is. Execution is only taken away: "
     "map makes memory executable.",
     "rights, attributes", "", "", 2, 0,
     "not_mapped, missing_right, invalid_argument, illegal_operation"},
    {Method::frame_cache, "Frame", "cache",
     "Cache maintenance of a range of bytes, by CacheOperation. Needs the right read, invalidate "
     "needs write. Registers of devices are never cached.",
     "operation, offset, bytes", "", "", 3, 0,
     "invalid_argument, out_of_range, missing_right, illegal_operation"},
    {Method::frame_address, "Frame", "address", "Tells the physical address (low, high) and size.",
     "", "", "low, high, size_bits", 0, 0, ""},

    {Method::irq_control_get, "IrqControl", "get",
     "Makes the handler of an interrupt.", "number, trigger, index, depth", "root CNode", "", 4, 1,
     "in_use, out_of_range, not_supported, slot_occupied, busy"},
    {Method::irq_handler_acknowledge, "IrqHandler", "acknowledge",
     "The device is served; the interrupt may come again.", "", "", "", 0, 0, ""},
    {Method::irq_handler_set_notification, "IrqHandler", "set_notification",
     "Sets the Notification that the interrupt signals, and unmasks it.", "", "Notification", "", 0,
     1, "invalid_capability, missing_right, busy"},
    {Method::irq_handler_clear, "IrqHandler", "clear", "Masks it and forgets the Notification.", "",
     "", "", 0, 0, ""},

    {Method::io_port_read, "IoPort", "read", "Reads 1, 2 or 4 bytes.", "port, bytes", "", "value",
     2, 0, "out_of_range, invalid_argument, not_supported"},
    {Method::io_port_write, "IoPort", "write", "Writes 1, 2 or 4 bytes.", "port, bytes, value", "",
     "", 3, 0, "out_of_range, invalid_argument, not_supported"},

    {Method::firmware_power_off, "Firmware", "power_off", "Switches the machine off.", "", "", "",
     0, 0, "not_supported"},
    {Method::firmware_reset, "Firmware", "reset", "Resets the machine.", "", "", "", 0, 0,
     "not_supported"},
};

inline constexpr unsigned method_count = sizeof(methods) / sizeof(methods[0]);

/// The description of a method, or null.
constexpr const MethodDescription* describe(Method method) {
    for (const MethodDescription& description : methods)
        if (description.method == method)
            return &description;
    return nullptr;
}

} // namespace cobnut
