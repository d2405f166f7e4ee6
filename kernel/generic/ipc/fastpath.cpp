// SPDX-License-Identifier: BSD-2-Clause
// The fastpaths' entries. This file is compiled with the ISA's fixed registers.
#include <generic/contract/fastpath.hpp>
#include <generic/ipc/fastpath.hpp>
#include <generic/ipc/fastpath_memory.hpp>
#include <generic/ipc/fastpath_signal.hpp>

namespace {

using kernel::Slot;
using kernel::Word;
using Path = kernel::ipc::Fastpath<arch::FastPolicy>;

} // namespace

void kernel_fast_call(ARCH_FAST_PARAMETERS) { Path::call(ARCH_FAST_FROM_STUB, path); }
void kernel_fast_reply_recv(ARCH_FAST_PARAMETERS) { Path::reply_recv(ARCH_FAST_FROM_STUB, path); }
void kernel_fast_call_exchange(const Slot* slot) { Path::call_exchange(slot); }
void kernel_fast_reply_recv_exchange(Word path) { Path::reply_recv_exchange(path); }
void kernel_fast_memory(Word path) {
    if constexpr (arch::FastPolicy::memory_in_registers)
        kernel::ipc::call_in_registers<arch::FastPolicy>(path);
    KERNEL_GONE;
}
void kernel_fast_message(const Slot* slot) {
    if constexpr (arch::FastPolicy::signals_in_registers)
        kernel::ipc::send_in_registers<arch::FastPolicy, false>(slot);
    KERNEL_GONE;
}
void kernel_fast_signal(const Slot* slot) {
    if constexpr (arch::FastPolicy::signals_in_registers)
        kernel::ipc::send_in_registers<arch::FastPolicy, true>(slot);
    KERNEL_GONE; // not empty: the check finds functions by their names, one at a place
}
