// SPDX-License-Identifier: BSD-2-Clause
// Every error that the kernel can report, with a fixed number.
#pragma once

#include <cobnut/abi/table.hpp>

#include <stdint.h>

namespace cobnut {

/// In the label of a reply of a kernel object, or of a tag of kind `none`.
enum class Error : uint16_t {
    none = 0,
    invalid_capability = 1,
    invalid_method = 2,
    invalid_argument = 3,
    failed_lookup = 4,
    missing_right = 5,
    truncated_message = 6,
    slot_occupied = 7,
    slot_empty = 8,
    has_children = 9,
    not_enough_memory = 10,
    out_of_range = 11,
    misaligned = 12,
    missing_table = 13,
    already_mapped = 14,
    not_mapped = 15,
    busy = 16,
    in_use = 17,
    not_bound = 18,
    not_supported = 19,
    no_buffer = 20,
    message_too_long = 21,
    no_receive_slot = 22,
    would_block = 23,
    canceled = 24,
    no_reply = 25,
    time_out_of_range = 26,
    illegal_operation = 27,
};

inline constexpr Named errors[] = {
    COBNUT_NAMED(Error, none, ""),
    COBNUT_NAMED(Error, invalid_capability,
                 "The invoked or named slot is empty or of a type without this operation."),
    COBNUT_NAMED(Error, invalid_method, "The object has no method of this number."),
    COBNUT_NAMED(Error, invalid_argument, "Word 0: number of the argument, word 1: what it was."),
    COBNUT_NAMED(Error, failed_lookup,
                 "Word 0: depth in bits that was left, word 1: LookupFailure."),
    COBNUT_NAMED(Error, missing_right, "The capability lacks a right that the method needs."),
    COBNUT_NAMED(Error, truncated_message, "Fewer words or capabilities than the method takes."),
    COBNUT_NAMED(Error, slot_occupied, "A destination slot is not empty."),
    COBNUT_NAMED(Error, slot_empty, "A source slot is empty."),
    COBNUT_NAMED(Error, has_children, "The capability must have no descendants for this."),
    COBNUT_NAMED(Error, not_enough_memory, "Untyped: word 0: bytes that are left."),
    COBNUT_NAMED(Error, out_of_range, "Word 0: least, word 1: greatest value allowed."),
    COBNUT_NAMED(Error, misaligned, "An address or offset is not aligned to its size."),
    COBNUT_NAMED(Error, missing_table, "Word 0: address bits that the missing table translates."),
    COBNUT_NAMED(Error, already_mapped,
                 "This capability is mapped, or something is at that address."),
    COBNUT_NAMED(Error, not_mapped, "Nothing is mapped by this capability."),
    COBNUT_NAMED(Error, busy, "Another operation on the object is under way; try again."),
    COBNUT_NAMED(Error, in_use, "The object is bound already, its interrupt is taken, or it holds something."),
    COBNUT_NAMED(Error, not_bound, "The object is bound to nothing."),
    COBNUT_NAMED(Error, not_supported, "The machine lacks what this needs."),
    COBNUT_NAMED(Error, no_buffer,
                 "The message needs an IPC buffer that the thread does not have."),
    COBNUT_NAMED(Error, message_too_long,
                 "The message does not fit the receiver; nothing moved."),
    COBNUT_NAMED(Error, no_receive_slot,
                 "The receiver has no place for the capabilities; nothing moved."),
    COBNUT_NAMED(Error, would_block, "A non-blocking receive found nothing."),
    COBNUT_NAMED(Error, canceled,
                 "The object that the thread waited on, or its partner, is gone."),
    COBNUT_NAMED(Error, no_reply,
                 "The Reply object holds no caller, or the receiver of a call offers none."),
    COBNUT_NAMED(Error, time_out_of_range,
                 "Budget or period: word 0: least, word 1: greatest, microseconds."),
    COBNUT_NAMED(Error, illegal_operation,
                 "The objects allow the operation, their state does not."),
};

inline constexpr unsigned error_count = 28;

/// Word 5 of a capability fault has the bits that were left from this bit on, LookupFailure below.
inline constexpr unsigned lookup_bits_shift = 8;

/// Word 1 of Error::failed_lookup.
enum class LookupFailure : uint8_t {
    invalid_root = 0,
    guard_mismatch = 1,
    depth_mismatch = 2,
    missing_node = 3,
    too_deep = 4,
};

/// So many CNodes a path may lead through, the root included: what one look-up costs is bounded.
inline constexpr unsigned max_lookup_levels = 4;

inline constexpr Named lookup_failures[] = {
    COBNUT_NAMED(LookupFailure, invalid_root, "The root is not a CNode."),
    COBNUT_NAMED(LookupFailure, guard_mismatch, "The guard differs from the path's bits."),
    COBNUT_NAMED(LookupFailure, depth_mismatch,
                 "The path ends inside a CNode or needs more bits than are left."),
    COBNUT_NAMED(LookupFailure, missing_node, "A slot on the way holds no CNode."),
    COBNUT_NAMED(LookupFailure, too_deep, "The path leads through more than four CNodes."),
};

} // namespace cobnut
