// SPDX-License-Identifier: BSD-2-Clause
// The way out with a voluntary frame, of the fastpath and of the slow path alike.
#pragma once

#include <arch/entry_area.hpp>
#include <arch/registers.hpp>
#include <generic/object/thread.hpp>

namespace arch {

constexpr size_t register_at(size_t offset) { return kernel::thread_registers_offset + offset; }

} // namespace arch

// With the thread in rcx, badge, tag and message words in their registers. Flags become 0x202;
// GS base is 0 in the kernel, and so with a voluntary frame.
#define ARCH_LEAVE                                                                                 \
    "movq %c[at_rbp](%%rcx), %%rbp\n"                                                              \
    "movq %c[at_r12](%%rcx), %%r12\n"                                                              \
    "movq %c[at_r13](%%rcx), %%r13\n"                                                              \
    "movq %c[at_r14](%%rcx), %%r14\n"                                                              \
    "movq %c[at_r15](%%rcx), %%r15\n"                                                              \
    ARCH_LEAVE_REST
// What every system call has changed, and how it ends.
#define ARCH_LEAVE_REST                                                                            \
    "movq %c[at_fs](%%rcx), %%rax\n"                                                               \
    "wrfsbase %%rax\n"                                                                             \
    "movq %c[at_rsp](%%rcx), %%rsp\n"                                                              \
    "movq %c[at_rip](%%rcx), %%rcx\n"                                                              \
    ARCH_SYSRET
#define ARCH_SYSRET                                                                                \
    "movl $0x202, %%r11d\n"                                                                        \
    ARCH_TO_USER
#define ARCH_LEAVE_OFFSET(name, member)                                                            \
    [at_##name] "i"(arch::register_at(offsetof(arch::Registers, member)))
#define ARCH_LEAVE_OFFSETS                                                                         \
    ARCH_LEAVE_OFFSET(rbp, rbp), ARCH_LEAVE_OFFSET(r12, r12), ARCH_LEAVE_OFFSET(r13, r13),         \
        ARCH_LEAVE_OFFSET(r14, r14), ARCH_LEAVE_OFFSET(r15, r15), ARCH_LEAVE_OFFSET(fs, fs_base),  \
        ARCH_LEAVE_OFFSET(rip, rip), ARCH_LEAVE_OFFSET(rsp, rsp)
