// SPDX-License-Identifier: BSD-2-Clause
// Boot only: adds to the kernel's half of the address space.
#pragma once

#include <generic/base/types.hpp>
#include <generic/boot/machine.hpp>

#include <stdint.h>

namespace arch {

/// What a virtual address of the image's data has more than its physical one.
extern uint64_t image_data_delta;

/// Maps RAM without the ranges to leave out, by the largest pages, into the window. Rounded inwards
/// to 4 KiB.
void map_window(const kernel::boot::Machine& machine, const kernel::boot::RangeList<32>& leave_out);

/// Maps pages at a virtual address of the kernel's half; attributes without the descriptor's type.
void map_range(uint64_t virtual_address, uint64_t begin, uint64_t end, uint64_t attributes);

} // namespace arch
