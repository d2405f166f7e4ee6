// SPDX-License-Identifier: BSD-2-Clause
// Where the kernel's half of the address space has what, and the table entries that boot code
// writes.
#pragma once

#include <stdint.h>

namespace arch {

constexpr uint64_t window_start = 0xffff800000000000; // all RAM; bit 47 set, see Slot
constexpr uint64_t window_size = 1ull << 44;          // what slots can index
constexpr uint64_t image_text = 0xffffff8000000000;   // link.ld has it too
constexpr uint64_t image_data_offset = 0x800000;      // link.ld and start.S have it too
constexpr uint64_t device_window = image_text + (16ull << 20);
constexpr uint64_t device_window_size = 8ull << 20;
constexpr uint64_t stack_window = image_text + (32ull << 20);
constexpr uint64_t device_tree_window = image_text + (48ull << 20);
constexpr uint64_t device_tree_blocks = 2; // a blob is at most 2 MiB, anywhere in a page

constexpr uint64_t page_size = 4096;
constexpr uint64_t block_size = 2ull << 20;

struct alignas(4096) TableArray {
    uint64_t entry[512];
};

// Stage 1 descriptors (Arm ARM D8.3), all with the access flag set, global, inner shareable.
constexpr uint64_t descriptor_table = 3;
constexpr uint64_t descriptor_block = 1;
constexpr uint64_t descriptor_page = 3;
constexpr uint64_t access_flag = 1ull << 10;
constexpr uint64_t inner_shareable = 3ull << 8;
constexpr uint64_t read_only = 1ull << 7;
constexpr uint64_t kernel_no_execute = 1ull << 53;
constexpr uint64_t user_no_execute = 1ull << 54;
constexpr uint64_t never_execute = kernel_no_execute | user_no_execute;

constexpr uint64_t normal_memory = access_flag | inner_shareable; // attribute index 0
constexpr uint64_t device_memory = access_flag | 2ull << 2;       // attribute index 2
constexpr uint64_t block_text = descriptor_block | normal_memory | read_only | user_no_execute;
constexpr uint64_t block_constant = descriptor_block | normal_memory | read_only | never_execute;
constexpr uint64_t block_data = descriptor_block | normal_memory | never_execute;

extern TableArray kernel_root;
extern TableArray kernel_image_level1;
extern TableArray kernel_image_level2;

} // namespace arch
