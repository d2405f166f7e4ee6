// SPDX-License-Identifier: BSD-2-Clause
// Every error that the kernel can report, with a fixed number.
#pragma once

#include <stdint.h>

namespace cobnut {

/// In the label of a reply of a kernel object, or of a tag of kind `none`.
enum class Error : uint16_t {
    none = 0,
    invalid_capability = 1, ///< The invoked or named slot is empty or of a type without this operation.
    invalid_method = 2,     ///< The object has no method of this number.
    invalid_argument = 3,   ///< Word 0: number of the argument, word 1: what it was.
    failed_lookup = 4,      ///< Word 0: depth in bits that was left, word 1: LookupFailure.
    missing_right = 5,      ///< The capability lacks a right that the method needs.
    truncated_message = 6,  ///< Fewer words or capabilities than the method takes.
    slot_occupied = 7,      ///< A destination slot is not empty.
    slot_empty = 8,         ///< A source slot is empty.
    has_children = 9,       ///< The capability must have no descendants for this.
    not_enough_memory = 10, ///< Untyped: word 0: bytes that are left.
    out_of_range = 11,      ///< Word 0: least, word 1: greatest value allowed.
    misaligned = 12,        ///< An address or offset is not aligned to its size.
    missing_table = 13,     ///< Word 0: address bits that the missing table translates.
    already_mapped = 14,    ///< This capability is mapped, or something is at that address.
    not_mapped = 15,        ///< Nothing is mapped by this capability.
    busy = 16,              ///< Another operation on the object is under way; try again.
    in_use = 17,            ///< The object is bound already, or its interrupt is taken.
    not_bound = 18,         ///< The object is bound to nothing.
    not_supported = 19,     ///< The machine lacks what this needs.
    no_buffer = 20,         ///< The message needs an IPC buffer that the thread does not have.
    message_too_long = 21,  ///< The message does not fit the receiver; nothing moved.
    no_receive_slot = 22,   ///< The receiver has no place for the capabilities; nothing moved.
    would_block = 23,       ///< A non-blocking receive found nothing.
    canceled = 24,          ///< The object that the thread waited on, or its partner, is gone.
    no_reply = 25,          ///< The Reply object holds no caller.
    time_out_of_range = 26, ///< Budget or period: word 0: least, word 1: greatest, microseconds.
    illegal_operation = 27, ///< The objects allow the operation, their state does not.
};

inline constexpr unsigned error_count = 28;

/// Word 1 of Error::failed_lookup.
enum class LookupFailure : uint8_t {
    invalid_root = 0,   ///< The root is not a CNode.
    guard_mismatch = 1, ///< The guard differs from the path's bits.
    depth_mismatch = 2, ///< The path ends inside a CNode or needs more bits than are left.
    missing_node = 3,   ///< A slot on the way holds no CNode.
};

} // namespace cobnut
