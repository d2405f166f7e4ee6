// SPDX-License-Identifier: BSD-2-Clause
// What only RISC-V can get wrong.
#include "../chapter.hpp"

namespace conformance {
namespace {

/// LR, the action, and whether SC failed. Only the two are asm.
Word store_behind(void (*action)()) {
    Word failed = 0;
    asm volatile("lr.d t0, (%0)" : : "r"(place::free) : "t0", "memory");
    action();
    asm volatile("sc.d %0, zero, (%1)" : "=&r"(failed) : "r"(place::free) : "memory");
    return failed != 0 ? 1 : 0;
}

constexpr Test tests[] = {
    {"riscv: gp and tp are the thread's own",
     [] {
         notification = make_notification();
         for (Word number = 1; number <= 2; ++number)
             start([](Word which) {
                 Word gp, tp;
                 asm volatile("mv gp, %0\n\tmv tp, %1" : : "r"(which * 16), "r"(which * 32));
                 for (unsigned round = 0; round < 4; ++round)
                     yield();
                 asm volatile("mv %0, gp\n\tmv %1, tp" : "=r"(gp), "=r"(tp));
                 result[which] = 1 + (gp != which * 16) + (tp != which * 32);
             }, number, {.priority = main_priority});
         for (unsigned round = 0; round < 10; ++round)
             yield();
         expect("first", result[1], 1u);
         expect("second", result[2], 1u);
     }},
    {"riscv: misaligned access works or is a fault",
     [] {
         succeed("map", map(make_frame(), place::free));
         note("ran", runs([](Word) {
             Word value;
             asm volatile("ld %0, 0(%1)" : "=r"(value) : "r"(place::free + 1) : "memory");
             result[0] = 1;
         }));
     }},
    {"riscv: a reservation does not survive preemption with a store by another thread",
     [] {
         succeed("map", map(make_frame(), place::free));
         at<Word>(place::free) = 1;
         start([](Word) {
             const uint64_t until = clock() + handover.ticks_per_second / 500; // 2 ms
             Word failed, last;
             asm volatile("lr.d t0, (%2)\n"
                          "1:\trdtime %1\n\tbltu %1, %3, 1b\n\t"
                          "sc.d %0, t0, (%2)"
                          : "=&r"(failed), "=&r"(last)
                          : "r"(place::free), "r"(until)
                          : "t0", "memory");
             result[0] = 1 + failed;
         }, 0, {.priority = main_priority, .budget = 500, .period = 500});
         const uint64_t begin = clock();
         while (result[0] == 0 && microseconds(clock() - begin) < 100000) {
             at<Word>(place::free) = at<Word>(place::free) + 1;
             yield();
         }
         require("the store-conditional failed", result[0] > 1);
     }},
    {"riscv: a reservation does not survive a fault and an interrupt that switched threads",
     [] { fail_behind_switches(store_behind); }},
    {"riscv: a reservation does not survive a call to another thread",
     [] { fail_behind_call(store_behind); }},
    // Privileged ISA 4.3.1: without hardware updates an access with A or D clear is a page fault.
    {"riscv: first loads and stores need no update of the page table by user level",
     [] {
         const CapIndex handler = make_endpoint();
         for (unsigned page = 0; page < 8; ++page)
             succeed("map", map(make_frame(), place::free + page * 4096));
         const Worker worker = start([](Word) {
             for (unsigned page = 0; page < 8; ++page) {
                 result[1] = result[1] + at<Word>(place::free + page * 4096);
                 at<Word>(place::free + page * 4096) = page;
             }
             result[0] = 1;
         }, 0, {.fault_handler = handler});
         expect("no fault", nb_recv(handler, make_reply()).kind(), Kind::none);
         expect("to its end", result[0], 1u);
         succeed("delete", remove(self, worker.thread));
     }},
    {"riscv: odd and kernel addresses to jump to, WFI and fences harm nobody",
     [] {
         require("kernel", !runs([](Word) {
             asm volatile("jr %0" : : "r"(Word{0xffffffff80000000}));
             result[0] = 1;
         }));
         require("not canonical", !runs([](Word) {
             asm volatile("jr %0" : : "r"(Word{1} << 45));
             result[0] = 1;
         }));
         note("fence.i", runs([](Word) {
             asm volatile(".word 0x0000100f" ::: "memory"); // fence.i
             result[0] = 1;
         }));
         require("all zeros", !runs([](Word) {
             asm volatile(".half 0");
             result[0] = 1;
         }));
     }},
};

} // namespace

constinit const Chapter isa_chapter = chapter("RISC-V", tests);

} // namespace conformance
