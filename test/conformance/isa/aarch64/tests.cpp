// SPDX-License-Identifier: BSD-2-Clause
// What only AArch64 can get wrong.
#include "../chapter.hpp"

namespace conformance {
namespace {

constexpr Test tests[] = {
    {"aarch64: unaligned access to normal memory works",
     [] {
         succeed("map", map(make_frame(), place::free));
         at<Word>(place::free) = 0x1122334455667788;
         Word value = 0;
         asm volatile("ldr %0, [%1]" : "=r"(value) : "r"(place::free + 1) : "memory");
         expect("value", value, 0x0011223344556677u);
     }},
    {"aarch64: a misaligned program counter is a fault",
     [] {
         require("pc", !runs([](Word) {
             asm volatile("br %0" : : "r"(place::free + 2));
             result[0] = 1;
         }));
         // Emulators do not check the stack pointer.
         note("sp, ran", runs([](Word) {
             asm volatile("mov x9, sp\n\tadd sp, sp, #4\n\tldr x10, [sp]\n\tmov sp, x9"
                          ::: "x9", "x10", "memory");
             result[0] = 1;
         }));
     }},
    {"aarch64: the flags are preserved over a system call",
     [] {
         notification = make_notification();
         Word flags = 0;
         register Word x0 asm("x0") = notification;
         register Word x1 asm("x1") = 0;
         asm volatile("mov x9, #0xa0000000\n\tmsr nzcv, x9\n\tsvc #3\n\tmrs %0, nzcv"
                      : "=&r"(flags), "+r"(x0), "+r"(x1)
                      :
                      : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                        "x14", "x15", "x16", "x17", "x18", "cc", "memory");
         expect("N and C", flags, 0xa0000000u);
     }},
    // ARM ARM B2.12.5: an exception return clears the local monitor.
    {"aarch64: an exclusive store fails behind a system call",
     [] {
         notification = make_notification();
         succeed("map", map(make_frame(), place::free));
         Word failed = 0;
         register Word x0 asm("x0") = notification;
         register Word x1 asm("x1") = 0;
         register Word x19 asm("x19") = place::free;
         asm volatile("ldxr x20, [x19]\n\tsvc #3\n\tstxr w21, x20, [x19]\n\tmov %0, x21"
                      : "=&r"(failed), "+r"(x0), "+r"(x1)
                      : "r"(x19)
                      : "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
                        "x14", "x15", "x16", "x17", "x18", "x20", "x21", "cc", "memory");
         expect("status", failed, 1u);
     }},
    {"aarch64: with the flag the cycle counter is read, and only read",
     [] {
         require("counts", runs([](Word) {
             Word first = 0, second = 0;
             asm volatile("mrs %0, pmccntr_el0\n\tisb\n\tisb\n\tmrs %1, pmccntr_el0"
                          : "=&r"(first), "=r"(second)::"memory");
             result[0] = second > first;
         }));
         require("write", !runs([](Word) {
             asm volatile("msr pmccntr_el0, xzr" ::: "memory");
             result[0] = 1;
         }));
         require("control", !runs([](Word) {
             asm volatile("msr pmcr_el0, xzr" ::: "memory");
             result[0] = 1;
         }));
     }},
    {"aarch64: cache maintenance by user level faults or works, and harms nobody",
     [] {
         succeed("map", map(make_frame(), place::free));
         for (const Entry entry : {Entry([](Word) {
                                       asm volatile("dc cvau, %0" : : "r"(place::free));
                                       result[0] = 1;
                                   }),
                                   Entry([](Word) {
                                       asm volatile("dc civac, %0" : : "r"(place::free));
                                       result[0] = 1;
                                   }),
                                   Entry([](Word) {
                                       asm volatile("ic ivau, %0" : : "r"(place::free));
                                       result[0] = 1;
                                   }),
                                   Entry([](Word) {
                                       asm volatile("dc zva, %0" : : "r"(place::free));
                                       result[0] = 1;
                                   }),
                                   Entry([](Word) {
                                       asm volatile("wfi");
                                       result[0] = 1;
                                   }),
                                   Entry([](Word) {
                                       asm volatile("wfe");
                                       result[0] = 1;
                                   })})
             note("ran", runs(entry));
     }},
    {"aarch64: cache maintenance of kernel addresses harms nobody, invalidation faults",
     [] {
         note("ran", runs([](Word) {
             asm volatile("dc civac, %0" : : "r"(Word{0xffffff8000000000}));
             result[0] = 1;
         }));
         require("invalidate faults", !runs([](Word) {
             asm volatile("dc ivac, %0" : : "r"(place::free));
             result[0] = 1;
         }));
     }},
};

} // namespace

constinit const Chapter isa_chapter = chapter("AArch64", tests);

} // namespace conformance
