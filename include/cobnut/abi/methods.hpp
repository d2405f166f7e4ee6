// SPDX-License-Identifier: BSD-2-Clause
// The methods of kernel objects as data: the kernel decodes by this table, the manual's reference,
// the C header and the golden file are printed from it (./cobnut abi).
#pragma once

#include <cobnut/abi/method_table.hpp>

namespace cobnut {

/// What any call on a kernel object may be answered.
inline constexpr Refusal common_refusals[] = {
    {Error::invalid_method, "The label is no method of the object's type."},
    {Error::truncated_message, "Fewer words or capabilities than the method takes."},
    {Error::no_buffer, "Words beyond the registers, or capabilities, and no IPC buffer."},
    {Error::failed_lookup, "A path ends before it names a slot: word 0 tells the bits that were "
                           "left, word 1 the LookupFailure."},
    {Error::invalid_capability,
     "A capability sent along is empty or of a type that is not allowed there: word 0 tells which."},
};

inline constexpr MethodDescription methods[] = {
    {Method::untyped_retype, "Untyped", "retype",
     "Makes `count` objects (at most 256) of one type in the unused rest of the memory and puts "
     "their capabilities into consecutive slots of the CNode that root and path name (depth 0: the "
     "root itself). The memory is cleared first (not a device's). Without children all of it is "
     "unused.",
     "type, size_bits, node_index, node_depth, first_slot, count", {{"root CNode"}}, "",
     {{Error::invalid_argument, "Word 0: 0: no type that can be made, 1: no size that it has."},
      {Error::out_of_range, "size_bits, count or the slots lie outside what is allowed."},
      {Error::invalid_capability, "Root and path name no CNode."},
      {Error::slot_occupied, "A slot is not empty: word 0 tells which, counted from the first that is still to "
                             "be filled, word 1 its index in the CNode."},
      {Error::not_enough_memory, "They do not fit into the rest: word 0 tells its bytes."},
      {Error::busy, "The memory is being cleared for another thread, or a revoke of it or of what "
                    "it was made from is under way."},
      {Error::illegal_operation,
       "Device or frames_only memory, and neither Frames nor Untyped were asked for."}}},
    {Method::untyped_query, "Untyped", "query",
     "Tells size, used bytes (as two words, low first) and RegionKind of the memory.", "", {},
     "size_bits, used_low, used_high, kind", {}},

    {Method::cnode_copy, "CNode", "copy",
     "Derives a child of the source with the rights that both masks allow.",
     "index, depth, source_index, source_depth, rights", {{"source root"}}, "",
     {{Error::slot_occupied, "The destination is not empty."},
      {Error::slot_empty, "The source is empty."},
      {Error::has_children, "The source is an Untyped that something was made of."},
      {Error::busy, "A revoke of the source or of an ancestor is under way, or it is an Untyped "
                    "that is being cleared."},
      {Error::illegal_operation, "The source is IrqControl or a PageTable: there is one of each."}}},
    {Method::cnode_mint, "CNode", "mint",
     "As copy, and sets the badge (Endpoint, Notification), guard (CNode) or port range (IoPort).",
     "index, depth, source_index, source_depth, rights, badge", {{"source root"}}, "",
     {{Error::slot_occupied, "The destination is not empty."},
      {Error::slot_empty, "The source is empty."},
      {Error::has_children, "The source is an Untyped that something was made of."},
      {Error::busy, "A revoke of the source or of an ancestor is under way."},
      {Error::illegal_operation, "The source's type has no badge, or the source has its badge."},
      {Error::invalid_argument, "Word 0: 5: a guard that has more bits than a path leaves, or ports "
                                "outside the source's."}}},
    {Method::cnode_move, "CNode", "move", "Moves a capability with its place in the derivation.",
     "index, depth, source_index, source_depth", {{"source root"}}, "",
     {{Error::slot_occupied, "The destination is not empty."},
      {Error::slot_empty, "The source is empty."}}},
    {Method::cnode_mutate, "CNode", "mutate", "As move, and sets the guard of a CNode.",
     "index, depth, source_index, source_depth, badge", {{"source root"}}, "",
     {{Error::slot_occupied, "The destination is not empty."},
      {Error::slot_empty, "The source is empty."},
      {Error::illegal_operation, "The source is no CNode."},
      {Error::invalid_argument, "Word 0: 4: a guard that has more bits than a path leaves."}}},
    {Method::cnode_rotate, "CNode", "rotate",
     "Moves pivot to destination and source to pivot. Destination may be the source. A badge of 0 "
     "leaves the capability as it is.",
     "index, depth, badge, pivot_index, pivot_depth, pivot_badge, source_index, source_depth",
     {{"pivot root"}, {"source root"}}, "",
     {{Error::slot_occupied, "The destination is not empty and is not the source."},
      {Error::slot_empty, "Pivot or source is empty."},
      {Error::illegal_operation,
       "The pivot is source or destination, or a badge is given to what is no CNode."},
      {Error::invalid_argument, "Word 0: 2 or 5: a guard that has more bits than a path leaves."}}},
    {Method::cnode_delete, "CNode", "delete",
     "Empties a slot; children go to its parent; the last capability destroys the object.",
     "index, depth", {}, "", {}},
    {Method::cnode_revoke, "CNode", "revoke", "Deletes all descendants of a capability.",
     "index, depth", {}, "", {{Error::slot_empty, "There is no capability."}}},
    {Method::cnode_cancel_badged_sends, "CNode", "cancel_badged_sends",
     "Ends the waiting sends to an Endpoint that carry this capability's badge with `canceled`.",
     "index, depth", {}, "",
     {{Error::slot_empty, "There is no capability."},
      {Error::illegal_operation, "It is no Endpoint with a badge."}}},
    {Method::cnode_identify, "CNode", "identify",
     "Tells what is in a slot: ObjectType (null: empty), rights, badge (CNode: guard, IoPort: "
     "ports, IrqHandler: number), size (Untyped, Frame: log2 of bytes, CNode: of slots), physical "
     "address (Untyped, Frame, Endpoint, Notification, Reply; two words, low first), and whether this "
     "Frame capability is mapped (bit 0) and where (the bits from 12 on; 0: nowhere).",
     "index, depth", {}, "type, rights, badge, size_bits, address_low, address_high, mapping", {}},

    {Method::thread_configure, "Thread", "configure",
     "Sets capability space (with guard), address space and IPC buffer at once, and ThreadFlags as "
     "set_flags does. Buffer address 0: no buffer, and no third capability.",
     "node_guard, flags, buffer_address",
     {{"CNode", ObjectType::cnode}, {"VSpace", ObjectType::vspace},
      {"Frame", ObjectType::frame, true}}, "",
     {{Error::truncated_message, "A buffer address and no Frame."},
      {Error::invalid_argument, "Word 0: 0: a guard that has more bits than a path leaves; 1: a flag that "
                                "does not exist."},
      {Error::not_supported, "Flag fpu, and the thread was made without room for the state."},
      {Error::misaligned, "The buffer's address: word 0 tells the bits that must be 0."},
      {Error::illegal_operation, "The Frame is a device's, beyond the kernel's window, or lacks "
                                 "read or write; or the thread holds the last capability of its "
                                 "old CNode."},
      {Error::busy, "A revoke of one of the capabilities or of an ancestor is under way."}}},
    {Method::thread_set_space, "Thread", "set_space", "Sets capability and address space.",
     "node_guard", {{"CNode", ObjectType::cnode}, {"VSpace", ObjectType::vspace}}, "",
     {{Error::invalid_argument, "Word 0: 0: a guard that has more bits than a path leaves."},
      {Error::illegal_operation, "The thread holds the last capability of its old CNode."},
      {Error::busy, "A revoke of one of the capabilities or of an ancestor is under way."}}},
    {Method::thread_set_ipc_buffer, "Thread", "set_ipc_buffer",
     "Sets the IPC buffer; address 0 and no capability: none.", "buffer_address",
     {{"Frame", ObjectType::frame, true}}, "",
     {{Error::truncated_message, "An address and no Frame."},
      {Error::misaligned, "The address: word 0 tells the bits that must be 0."},
      {Error::illegal_operation,
       "The Frame is a device's, beyond the kernel's window, or lacks read or write."},
      {Error::busy, "A revoke of the Frame or of an ancestor is under way."}}},
    {Method::thread_set_fault_handler, "Thread", "set_fault_handler",
     "Sets the Endpoint that faults are sent to; without a capability: none.", "",
     {{"Endpoint", ObjectType::endpoint, true}}, "",
     {{Error::missing_right, "The Endpoint lacks write, or both grant and grant_reply."},
      {Error::busy, "A revoke of the Endpoint or of an ancestor is under way."}}},
    {Method::thread_set_timeout_handler, "Thread", "set_timeout_handler",
     "Sets the Endpoint that timeout faults are sent to; without a capability: none.", "",
     {{"Endpoint", ObjectType::endpoint, true}}, "",
     {{Error::missing_right, "The Endpoint lacks write, or both grant and grant_reply."},
      {Error::busy, "A revoke of the Endpoint or of an ancestor is under way."}}},
    {Method::thread_set_priority, "Thread", "set_priority",
     "Sets priority and maximum controlled priority, neither above the authority's maximum.",
     "priority, max_priority", {{"authority Thread", ObjectType::thread}}, "",
     {{Error::out_of_range, "One of them is above the authority's maximum."}}},
    {Method::thread_bind_notification, "Thread", "bind_notification",
     "From now on the thread's receives take signals of this Notification too.", "",
     {{"Notification", ObjectType::notification}}, "",
     {{Error::in_use, "Thread or Notification is bound, or somebody waits on it."},
      {Error::missing_right, "The Notification lacks read."}}},
    {Method::thread_unbind_notification, "Thread", "unbind_notification", "Ends the binding.", "",
     {}, "", {{Error::not_bound, "There is none."}}},
    {Method::thread_read_registers, "Thread", "read_registers",
     "Reads `count` registers from number `first` in the ISA's order; word 0 of the reply is a "
     "bit mask of those that are held, the rest read 0.",
     "suspend, first, count", {}, "held, registers...",
     {{Error::out_of_range, "Registers that the ISA does not have, or more than one message takes."},
      {Error::illegal_operation, "The thread is the caller."}}},
    {Method::thread_write_registers, "Thread", "write_registers",
     "Writes `count` registers from number `first`, then resumes the thread if asked.",
     "resume, first, count, registers...", {}, "",
     {{Error::out_of_range, "Registers that the ISA does not have, or more than one message takes."},
      {Error::illegal_operation, "The thread is the caller."},
      {Error::truncated_message, "Fewer values than `count`."},
      {Error::invalid_argument, "Word 0: the word whose value the register cannot have."}}},
    {Method::thread_suspend, "Thread", "suspend",
     "Stops the thread; it keeps its place in queues and goes on there after resume.", "", {}, "",
     {}},
    {Method::thread_resume, "Thread", "resume", "Lets the thread run.", "", {}, "", {}},
    {Method::thread_set_flags, "Thread", "set_flags", "Clears, then sets ThreadFlags.",
     "clear, set", {}, "flags",
     {{Error::invalid_argument, "Word 0: 1: a flag that does not exist is to be set."},
      {Error::not_supported, "Flag fpu, and the thread was made without room for the state."}}},
    {Method::thread_set_breakpoint, "Thread", "set_breakpoint",
     "Sets or removes one of the thread's breakpoint_count breakpoints (see BreakpointKind), whose "
     "debug fault goes to its fault handler.",
     "number, kind, address, size", {}, "",
     {{Error::out_of_range, "The number, or an address that is not user level's."},
      {Error::invalid_argument, "Word 0: 1: no BreakpointKind; 3: the size is 0 for execute and "
                                "none, else 1, 2, 4 or 8."},
      {Error::misaligned, "The address is not a multiple of the size."},
      {Error::not_supported, "The CPU has not so many breakpoints of this kind."}}},
    {Method::thread_get_breakpoint, "Thread", "get_breakpoint", "Tells what was set.", "number", {},
     "kind, address, size", {{Error::out_of_range, "The number."}}},
    {Method::thread_set_single_step, "Thread", "set_single_step",
     "1: each instruction of the thread is followed by a debug fault; 0: no more.", "on", {}, "",
     {{Error::invalid_argument, "Word 0: 0: neither 0 nor 1."},
      {Error::not_supported, "The CPU has none."}}},
    {Method::thread_info, "Thread", "info",
     "Tells state (bits 0-2: ThreadState, bit 3: suspended), priority, flags and last fault; the "
     "address, as identify's address_low, of the Endpoint, Notification or Reply that the thread waits "
     "on; the microseconds that the context it runs on has consumed since that was last asked.",
     "", {},
     "state, priority, max_priority, flags, last_fault, waits_on, consumed_low, consumed_high", {}},
    {Method::thread_copy_registers, "Thread", "copy_registers",
     "Gives the thread all registers of the source; those that are not held become 0. Suspends the "
     "source before and resumes the thread behind it, if asked.",
     "suspend_source, resume", {{"source Thread", ObjectType::thread}}, "",
     {{Error::illegal_operation, "One of them is the caller."}}},

    {Method::sched_context_bind, "SchedContext", "bind",
     "Gives the context to a Thread or Notification. It stays the thread's while it is lent to "
     "servers, and comes back when they are done with it or die.", "",
     {{"Thread or Notification", {ObjectType::thread, ObjectType::notification}}}, "",
     {{Error::in_use, "The context is bound, or the Thread or Notification has one."}}},
    {Method::sched_context_unbind, "SchedContext", "unbind", "Takes the context from who has it or "
     "runs on it.", "", {}, "", {{Error::not_bound, "Nobody has it."}}},
    {Method::sched_context_consumed, "SchedContext", "consumed",
     "Tells and resets the microseconds that were consumed (two words, low first).", "", {},
     "low, high", {}},
    {Method::sched_context_yield_to, "SchedContext", "yield_to",
     "Puts the thread of this context to the front of its priority, if it is ready; of the caller's "
     "priority, it runs at once and the caller is next.", "", {}, "",
     {{Error::not_bound, "No thread has it."},
      {Error::illegal_operation, "The thread's priority is above the caller's."}}},
    {Method::sched_control_configure, "SchedControl", "configure",
     "Sets budget and period in microseconds (each as two words, low first), number of "
     "replenishments beyond 2 (the object's size limits them), badge, and SchedFlags if there is a "
     "seventh word. Period equal to budget: round robin.",
     "budget_low, budget_high, period_low, period_high, extra_refills, badge",
     {{"SchedContext", ObjectType::sched_context}}, "",
     {{Error::time_out_of_range, "Budget or period is too small or too large, or the period "
                                 "shorter than the budget."},
      {Error::out_of_range, "More replenishments than the context has room for."},
      {Error::invalid_argument, "Word 0: 6: flags that do not exist."}}},
    {Method::sched_control_set_partition, "SchedControl", "set_partition",
     "Puts a thread into a time partition: it runs in slots of that partition only.", "partition",
     {{"Thread", ObjectType::thread}}, "",
     {{Error::out_of_range, "There is no such partition: word 1 tells the last."}}},
    {Method::sched_control_set_schedule, "SchedControl", "set_schedule",
     "Sets the cycle of the core's time partitions, which begins now with a pad: `count` slots, each two more "
     "words, partition and microseconds; the pad follows each, and nobody runs in it. No slot: "
     "partition 0 runs always, the others never.",
     "pad, count", {}, "",
     {{Error::out_of_range, "More slots than there can be, or no such partition."},
      {Error::time_out_of_range, "Pad or slot is too short or too long."},
      {Error::truncated_message, "Fewer words than `count` slots take."}}},

    {Method::page_table_map, "PageTable", "map",
     "Makes this the missing table of the highest level at the address (first of all: the root).",
     "address", {{"VSpace", ObjectType::vspace}}, "",
     {{Error::out_of_range, "The address is none of user level."},
      {Error::already_mapped, "The table is mapped, or none is missing there."},
      {Error::not_enough_memory, "A root, and the numbers of address spaces are used up: 2^48 (ARMv7-A: 2^64) since boot."}}},
    {Method::page_table_unmap, "PageTable", "unmap",
     "Takes the table out of its address space. With the root goes all that is mapped there.",
     "", {}, "", {{Error::in_use, "It is not the root, and it still holds something."}}},
    {Method::frame_map, "Frame", "map",
     "Maps the frame, or changes rights and attributes of its mapping at the same address. Rights "
     "are those that argument and capability allow; attributes see MapAttributes.",
     "address, rights, attributes", {{"VSpace", ObjectType::vspace}}, "",
     {{Error::missing_table, "Word 0 tells the address bits that the missing table translates."},
      {Error::already_mapped,
       "This capability is mapped at another address, or something else is at this one."},
      {Error::misaligned, "The address: word 0 tells the bits that must be 0."},
      {Error::out_of_range, "The address is none of user level."},
      {Error::missing_right, "Without read nothing is mapped."},
      {Error::invalid_argument, "Word 0: 2: attributes that do not exist."}}},
    {Method::frame_unmap, "Frame", "unmap", "Removes the mapping made with this capability.", "",
     {}, "", {}},
    {Method::frame_set_rights, "Frame", "set_rights",
     "Takes write or execution (execute_never) away from the mapping where it is: it keeps those "
     "that it has and the arguments name. map, which needs the VSpace, gives them.",
     "rights, attributes", {}, "",
     {{Error::not_mapped, "Nothing is mapped by this capability."},
      {Error::missing_right, "Without read nothing is mapped."},
      {Error::invalid_argument, "Word 0: 1: attributes other than execute_never."}}},
    {Method::frame_cache, "Frame", "cache",
     "Cache maintenance of a range of bytes, by CacheOperation. Registers of devices are never "
     "cached.",
     "operation, offset, bytes", {}, "",
     {{Error::invalid_argument, "Word 0: 0: no CacheOperation."},
      {Error::out_of_range, "The range ends beyond the Frame."},
      {Error::missing_right, "The capability lacks read, or, to invalidate, write."},
      {Error::illegal_operation, "The Frame is a device's."}}},
    {Method::frame_address, "Frame", "address", "Tells the physical address (low, high) and size.",
     "", {}, "low, high, size_bits", {}},

    {Method::irq_control_get, "IrqControl", "get",
     "Makes the handler of an interrupt.", "number, trigger, index, depth", {{"root CNode"}}, "",
     {{Error::in_use, "There is a handler."},
      {Error::out_of_range, "The machine has no such interrupt."},
      {Error::invalid_argument, "Word 0: 1: no Trigger."},
      {Error::not_supported, "The controller cannot have it so."},
      {Error::slot_occupied, "The slot is not empty."},
      {Error::busy, "A revoke of IrqControl is under way."}}},
    {Method::irq_handler_acknowledge, "IrqHandler", "acknowledge",
     "The device is served; the interrupt may come again.", "", {}, "", {}},
    {Method::irq_handler_set_notification, "IrqHandler", "set_notification",
     "Sets the Notification that the interrupt signals, and unmasks it.", "",
     {{"Notification", ObjectType::notification}}, "",
     {{Error::missing_right, "The Notification lacks write."},
      {Error::busy, "A revoke of the Notification or of an ancestor is under way."}}},
    {Method::irq_handler_clear, "IrqHandler", "clear", "Masks it and forgets the Notification.", "",
     {}, "", {}},

    {Method::io_port_read, "IoPort", "read", "Reads 1, 2 or 4 bytes.", "port, bytes", {}, "value",
     {{Error::out_of_range, "Ports outside the capability's."},
      {Error::invalid_argument, "Word 0: 1: bytes is not 1, 2 or 4."},
      {Error::not_supported, "The ISA has no ports."}}},
    {Method::io_port_write, "IoPort", "write", "Writes 1, 2 or 4 bytes.", "port, bytes, value", {},
     "",
     {{Error::out_of_range, "Ports outside the capability's."},
      {Error::invalid_argument, "Word 0: 1: bytes is not 1, 2 or 4."},
      {Error::not_supported, "The ISA has no ports."}}},

    {Method::firmware_power_off, "Firmware", "power_off", "Switches the machine off.", "", {}, "",
     {{Error::not_supported, "The machine cannot, or its firmware refused."}}},
    {Method::firmware_reset, "Firmware", "reset", "Resets the machine.", "", {}, "",
     {{Error::not_supported, "The machine cannot, or its firmware refused."}}},
    {Method::firmware_suspend, "Firmware", "suspend",
     "The core sleeps, in the deepest state of the firmware that keeps all it knows, until any "
     "interrupt; the caller's budget pays.",
     "", {}, "",
     {{Error::not_supported, "The machine cannot, or its firmware refused."}}},

    {Method::trace_set_frame, "Trace", "set_frame",
     "Gives a Frame for the core's trace: 0 for the TraceHeader, from 1 on for the ring. It takes "
     "the place of the one that was there. The kernel holds a derived capability: when that goes, "
     "the trace stops first.",
     "index", {{"Frame", ObjectType::frame}}, "",
     {{Error::out_of_range, "There is no such index."},
      {Error::in_use, "The trace runs."},
      {Error::illegal_operation, "The Frame is a device's, beyond the kernel's window, or lacks "
                                 "read or write."},
      {Error::busy, "A revoke of the Frame or of an ancestor is under way."}}},
    {Method::trace_start, "Trace", "start",
     "Begins at event 0; `events` has a bit for each TraceType that is written. While it runs no "
     "fastpath is taken.",
     "events", {}, "",
     {{Error::invalid_argument, "Word 0: 0: no bit, or one that is no TraceType."},
      {Error::in_use, "The trace runs."},
      {Error::illegal_operation, "Frame 0 lacks, or those of the ring are not 1, 2, 4, 8 or 16 of "
                                 "one size from index 1 on."}}},
    {Method::trace_stop, "Trace", "stop", "Stops it; what is in the ring stays.", "", {}, "", {}},
    {Method::trace_identify, "Trace", "identify",
     "Tells how events name the object of a capability (two words, low first).", "",
     {{"capability"}}, "low, high", {}},
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
