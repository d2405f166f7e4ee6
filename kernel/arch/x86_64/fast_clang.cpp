// SPDX-License-Identifier: BSD-2-Clause
// The fastpath under Clang, which has no -ffixed-REG: tag, message and reply wait beside the Cpu,
// and there is a stack.
#include <arch/layout.hpp>

namespace {

// Never called: a place for assembler with constants.
[[gnu::used]] void keep_arguments() {
    asm volatile(".macro keep_arguments\n"
                 "movq %%rsi, %%gs:%c0\n"
                 "movq %%rdx, %%gs:%c0+8\n"
                 "movq %%r8, %%gs:%c0+16\n"
                 "movq %%r9, %%gs:%c0+24\n"
                 "movq %%r10, %%gs:%c0+32\n"
                 "movq %%rbx, %%gs:%c0+40\n"
                 "movq %%rax, %%gs:%c0+48\n"
                 "movq $%c1, %%rsp\n"
                 ".endm\n"
                 ".pushsection .text.fast, \"ax\"\n"
                 ".global keep_and_call, keep_and_reply_recv\n"
                 "keep_and_call: keep_arguments\n"
                 "callq kernel_fast_call\n"
                 "keep_and_reply_recv: keep_arguments\n"
                 "callq kernel_fast_reply_recv\n"
                 ".popsection\n" ::"i"(arch::layout::kept_arguments),
                 "i"(static_cast<int64_t>(arch::layout::stack_top)));
}

} // namespace
