// SPDX-License-Identifier: BSD-2-Clause
// The fastpaths' entries. This file is compiled with the ISA's fixed registers.
#include <generic/contract/fastpath.hpp>
#include <generic/ipc/fastpath.hpp>

using kernel::Word;

extern "C" {

[[noreturn]] void kernel_fast_call(Word path);
[[noreturn]] void kernel_fast_reply_recv(Word path);

[[noreturn]] void kernel_fast_call(Word path) {
    kernel::ipc::Fastpath<arch::FastPolicy>::call(path);
}

[[noreturn]] void kernel_fast_reply_recv(Word path) {
    kernel::ipc::Fastpath<arch::FastPolicy>::reply_recv(path);
}

} // extern "C"
