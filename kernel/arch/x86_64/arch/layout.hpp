// SPDX-License-Identifier: BSD-2-Clause
// Where things lie in the kernel's half of every address space; link.ld and start.S agree.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace arch::layout {

constexpr size_t page = 4096;
constexpr uint64_t large_page = 2 << 20;
constexpr uint64_t huge_page = 1 << 30;

constexpr uint64_t window = 0xffff800000000000; // physical 0
constexpr uint64_t window_size = uint64_t{1} << 44;
constexpr uint64_t image_text = 0xffffffff80000000; // physical 0, read and execute
constexpr uint64_t image_data = 0xffffffffc0000000; // physical 0, read and write

// 4 KiB pages in the last 2 MiB: a guard page, the stack, the Cpu, device registers.
constexpr uint64_t small_pages = 0xffffffffffe00000;
constexpr size_t stack_size = 8192;
constexpr uint64_t stack_top = small_pages + page + stack_size;
constexpr uint64_t cpu = stack_top;
constexpr size_t cpu_size = 2 * page;
// Empty, but for what entries from user level need with page-table isolation.
constexpr uint64_t entry_page = cpu + cpu_size;
constexpr uint64_t devices = cpu + cpu_size + page;
constexpr size_t device_pages = 64;

// The page below the canonical hole stays empty: sysret to its end would fault in the kernel.
constexpr uint64_t user_end = 0x00007ffffffff000;

// Segment selectors; sysret wants user data and code in this order behind a base.
constexpr uint16_t kernel_code = 0x08;
constexpr uint16_t kernel_data = 0x10;
constexpr uint16_t sysret_base = 0x18;
constexpr uint16_t user_data = 0x20 | 3;
constexpr uint16_t user_code = 0x28 | 3;
constexpr uint16_t task_state = 0x30;

// Interrupt vectors: exceptions below 32, then the timer and the lines of the I/O APICs.
constexpr unsigned timer_vector = 32;
constexpr unsigned first_line_vector = 33;
constexpr unsigned vector_end = 96;
constexpr unsigned spurious_vector = 255;

} // namespace arch::layout
