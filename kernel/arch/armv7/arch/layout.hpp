// SPDX-License-Identifier: BSD-2-Clause
// The kernel's half of the address space. link.ld and start.S hold the same numbers.
#pragma once

#include <stdint.h>

namespace arch::layout {

inline constexpr uint32_t window = 0x80000000;
inline constexpr uint32_t window_size = 0x70000000;
inline constexpr uint32_t image = 0xf0000000;        ///< Code and constants, one block of 2 MiB,
inline constexpr uint32_t image_data = 0xf1000000;   ///< and the same memory for data.
inline constexpr uint32_t small_pages = 0xf2000000;  ///< 2 MiB of 4 KiB pages: stacks, devices.
inline constexpr uint32_t boot_blob = 0xf4000000;    ///< Boot: the device tree, two blocks.
inline constexpr uint32_t boot_copy = 0xf4400000;    ///< Boot: the image's new place, one block.

inline constexpr uint32_t block_size = 0x200000;
inline constexpr uint32_t page_size = 0x1000;
inline constexpr uint32_t image_load_offset = 0x10000;

/// Pages of the small_pages block: a guard, the stack, the Cpu on top of it, a guard, one for passing use, devices.
inline constexpr uint32_t stack_bottom = small_pages + page_size;
inline constexpr uint32_t stack_pages = 2;
inline constexpr uint32_t cpu = stack_bottom + stack_pages * page_size;
inline constexpr uint32_t passing = cpu + 2 * page_size; ///< Of RAM beyond the window, in turn.
inline constexpr uint32_t devices = small_pages + 8 * page_size;
inline constexpr uint32_t devices_end = small_pages + block_size;

} // namespace arch::layout
