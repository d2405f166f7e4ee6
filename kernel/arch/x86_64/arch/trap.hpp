// SPDX-License-Identifier: BSD-2-Clause
// The border between the assembler of entry.S and C++.
#pragma once

#include <stdint.h>

namespace kernel {
struct Thread;
}

namespace arch::exception {

constexpr unsigned debug = 1;
constexpr unsigned non_maskable = 2;
constexpr unsigned breakpoint = 3;
constexpr unsigned double_fault = 8;
constexpr unsigned page_fault = 14;
constexpr unsigned machine_check = 18;
constexpr unsigned count = 32;

} // namespace arch::exception

extern "C" {
// Called on a fresh stack with the full frame stored.
[[noreturn]] void trap_from_user(uint64_t vector, uint64_t error);
[[noreturn]] void trap_from_kernel(uint64_t vector, uint64_t error, uint64_t ip);

void syscall_entry();
void ignore_entry();
extern const char trap_vectors[]; // 16 bytes of code each
}
