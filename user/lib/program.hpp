// SPDX-License-Identifier: BSD-2-Clause
// What every program has: its entry, its IPC buffer, its end.
#pragma once

#include <cobnut/abi/syscall.hpp>

namespace cobnut {

/// Every program defines it. `argument`: the address of BootInfo for the root task, for others what
/// Process::start was given. A C program defines it as cobnut_main.
void main(Word argument) asm("cobnut_main");

extern IpcBuffer* ipc_buffer_of_program;

/// Of the program's first thread. Other threads of a program pass only what fits into registers.
inline IpcBuffer& ipc_buffer() { return *ipc_buffer_of_program; }

/// Stops the calling thread for good: its fault handler gets a capability fault for path 0.
[[noreturn]] void stop();

} // namespace cobnut
