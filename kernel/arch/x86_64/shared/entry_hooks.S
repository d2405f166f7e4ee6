// SPDX-License-Identifier: BSD-2-Clause
// What isolated/entry_hooks.S does otherwise.
#define load_current(register) mov core(CPU_CURRENT), register
#define to_kernel_stack mov $STACK_TOP, %rsp
#define load_last load %rdi, rax, rdi
