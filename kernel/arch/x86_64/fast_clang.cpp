// SPDX-License-Identifier: BSD-2-Clause
// The fastpaths under Clang, which has no -ffixed-REG: what is in registers that preserve_none does
// not pass goes to some that it does, and there is a stack.
#include <arch/layout.hpp>

namespace {

// Never called: a place for assembler with constants.
[[gnu::used]] void pass_registers() {
    asm volatile(".macro pass_registers function\n"
                 "movq %%r10, %%r12\n"
                 "movq %%rbx, %%r13\n"
                 "movq %%rsp, %%r14\n"
                 "movq $%c0, %%rsp\n"
                 "jmp \\function\n"
                 ".endm\n"
                 ".pushsection .text.fast, \"ax\"\n"
                 ".global clang_fast_call, clang_fast_reply_recv, clang_fast_brief\n"
                 "clang_fast_call: pass_registers kernel_fast_call\n"
                 "clang_fast_reply_recv: pass_registers kernel_fast_reply_recv\n"
                 "clang_fast_brief: pass_registers kernel_fast_brief\n"
                 ".popsection\n" ::"i"(static_cast<int64_t>(arch::layout::stack_top - 8)));
}

} // namespace
