// SPDX-License-Identifier: BSD-2-Clause
// What only ARMv7-A can get wrong.
#include "../chapter.hpp"

namespace conformance {
namespace {

extern "C" Word isa_thumb_call(CapIndex capability, Word form);
extern "C" Word isa_it_block(CapIndex capability);

// A system call out of Thumb state, whose svc is 2 bytes long; and one inside an IT block.
asm(R"(
    .pushsection .text.isa, "ax"
    .syntax unified
    .globl isa_thumb_call
    .type isa_thumb_call, %function
isa_thumb_call:
    push {r4-r11, lr}
    mov r12, r1
    mov r1, #0
    adr r2, 1f
    orr r2, r2, #1
    bx r2
    .thumb
    .balign 4
1:  svc #0
    movs r2, #2
    bx pc
    nop
    .arm
    .balign 4
    mov r0, r1
    pop {r4-r11, pc}

    .globl isa_it_block
    .type isa_it_block, %function
isa_it_block:
    push {r4-r11, lr}
    mov r12, #3
    mov r1, #0
    adr r2, 1f
    orr r2, r2, #1
    bx r2
    .thumb
    .balign 4
1:  cmp r1, #0
    itet eq
    svceq #0
    movne r8, #5
    moveq r8, #6
    .balign 4
    bx pc
    nop
    .arm
    .balign 4
    mov r0, r8
    pop {r4-r11, pc}
    .popsection
)");

/// LDREX, the action, and the status of STREX: 1 is a failure. Only the two are asm.
Word store_behind(void (*action)()) {
    Word failed = 0;
    const Word address = place::free;
    asm volatile("ldrex r3, [%0]" : : "r"(address) : "r3", "memory");
    action();
    asm volatile("mov r3, #5\n\tstrex %0, r3, [%1]"
                 : "=&r"(failed) : "r"(address) : "r3", "memory");
    return failed;
}

constexpr Test tests[] = {
    {"armv7: a system call out of Thumb state works",
     [] {
         notification = make_notification();
         isa_thumb_call(notification, static_cast<Word>(Syscall::nb_send));
         expect("signalled", nb_wait(notification).kind(), Kind::signal);
     }},
    {"armv7: a system call out of Thumb state blocks and goes on",
     [] {
         notification = make_notification();
         start([](Word) {
             result[0] = 1 + isa_thumb_call(notification, static_cast<Word>(Syscall::wait));
         });
         expect("blocked", result[0], 0u);
         signal(notification);
         expect("a signal's tag", Tag(result[0] - 1).kind(), Kind::signal);
     }},
    {"armv7: a capability fault out of Thumb state is repaired and made again",
     [] {
         const CapIndex handler = make_endpoint(), answer = make_reply();
         static CapIndex empty;
         empty = slots();
         result[0] = 0;
         start([](Word) {
             isa_thumb_call(empty, static_cast<Word>(Syscall::send));
             result[0] = 1;
         }, 0, {.fault_handler = handler});
         expect("a fault", nb_recv(handler, answer).kind(), Kind::fault);
         notification = make_notification();
         succeed("give it", copy(self, empty, self, notification));
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("sent", result[0], 1u);
         expect("came", nb_wait(notification).kind(), Kind::signal);
     }},
    {"armv7: the IT state is preserved over a system call",
     [] {
         notification = make_notification();
         expect("the right branch", isa_it_block(notification), 6u);
         expect("signalled", nb_wait(notification).kind(), Kind::signal);
     }},
    // ARM ARM A3.4.4: software clears the local monitor on a switch, the CPU need not.
    {"armv7: an exclusive store fails behind a system call that switched threads",
     [] { fail_behind_call(store_behind); }},
    {"armv7: an exclusive store fails behind a fault and an interrupt that switched threads",
     [] { fail_behind_switches(store_behind); }},
    {"armv7: unaligned access to normal memory works",
     [] {
         succeed("map", map(make_frame(), place::free));
         at<Word>(place::free) = 0x11223344;
         Word value = 0;
         asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(place::free + 1) : "memory");
         expect("value", value, 0x00112233u);
     }},
    {"armv7: TPIDRURO cannot be written by user level",
     [] {
         require("faults", !runs([](Word) {
             asm volatile("mcr p15, 0, %0, c13, c0, 3" : : "r"(5));
             result[0] = 1;
         }));
     }},
    {"armv7: changing the mode has no effect or faults",
     [] {
         (void)runs([](Word) {
             asm volatile("cps #0x13\n\tcpsid if" ::: "memory");
             Word status;
             asm volatile("mrs %0, cpsr" : "=r"(status));
             expect("user mode", status & 0x1f, 0x10u);
             expect("interrupts on", status & 0x80, 0u);
             result[0] = 1;
         });
     }},
};

} // namespace

constinit const Chapter isa_chapter = chapter("ARMv7-A", tests);

} // namespace conformance
