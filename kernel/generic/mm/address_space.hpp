// SPDX-License-Identifier: BSD-2-Clause
// Mapping tables and frames into VSpaces. The records of mappings lie in the capabilities.
#pragma once

#include <generic/base/result.hpp>
#include <generic/cap/slot.hpp>
#include <generic/mm/page_attributes.hpp>
#include <generic/object/vspace.hpp>

namespace kernel::mm {

/// Sizes of Frames: log2 of bytes by size index, ascending; 0: no such, or not on this machine.
[[nodiscard]] unsigned frame_bits(unsigned size_index);
inline constexpr unsigned frame_size_count = 8;
/// The size index of frames of 2^bits bytes, or frame_size_count.
[[nodiscard]] unsigned frame_size_index(unsigned bits);

/// `table` (a PageTable capability) becomes the highest table that misses at `address`.
[[nodiscard]] Failure map_table(VSpace& space, Slot& table, VirtAddr address);
/// in_use: it still holds something and is not the root. With `used_too` it goes all the same, and then,
/// as when the root goes, the space becomes as new: nothing is mapped in it.
[[nodiscard]] Failure unmap_table(Slot& table, bool used_too);

/// Maps the frame, or changes its mapping if it is at this address already. error_preempted: to be
/// called again, with `repeated`.
[[nodiscard]] Failure map_frame(VSpace& space, Slot& frame, VirtAddr address,
                                PageAttributes attributes, bool repeated);
/// Changes the rights of the mapping where it is; they can only be taken away.
[[nodiscard]] Failure set_rights(Slot& frame, bool write, bool execute);
/// Cache maintenance of RAM until it is done or an interrupt is pending: how many bytes it did.
[[nodiscard]] size_t maintain_cache(PhysAddr begin, size_t bytes,
                                    cobnut::CacheOperation operation);
void unmap_frame(Slot& frame);

/// Where the capability's mapping is, if it still is; address 0 may be valid: `mapped` tells.
struct MappingState {
    bool mapped;
    VirtAddr address;
};
[[nodiscard]] MappingState mapping_of(const Slot& frame_or_table);

void destroy(VSpace& space);

} // namespace kernel::mm
