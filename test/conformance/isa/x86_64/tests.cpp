// SPDX-License-Identifier: BSD-2-Clause
// What only x86-64 can get wrong.
#include "../chapter.hpp"

namespace conformance {
namespace {

Word gs_base() {
    Word base;
    asm volatile("rdgsbase %0" : "=r"(base));
    return base;
}

void set_gs(Word base) { asm volatile("wrgsbase %0" : : "r"(base)); }

constexpr Test tests[] = {
    {"x86: a system call with TF set does not single-step the kernel",
     [] {
         (void)runs([](Word) {
             Word rdi = notification, rsi = 0, rax = 3;
             asm volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\tsyscall"
                          : "+D"(rdi), "+S"(rsi), "+a"(rax)
                          :
                          : "rcx", "rdx", "rbx", "r8", "r9", "r10", "r11", "memory", "cc");
             result[0] = 1;
         });
         expect("the kernel goes on", signal(notification).error(), Error::none);
     }},
    {"x86: a system call with DF and AC set works",
     [] {
         require("to its end", runs([](Word) {
             Word rdi = notification, rsi = 0, rax = 3;
             asm volatile("pushfq\n\torq $0x40400, (%%rsp)\n\tpopfq\n\tsyscall\n\t"
                          "pushfq\n\tandq $~0x40400, (%%rsp)\n\tpopfq"
                          : "+D"(rdi), "+S"(rsi), "+a"(rax)
                          :
                          : "rcx", "rdx", "rbx", "r8", "r9", "r10", "r11", "memory", "cc");
             result[0] = 1;
         }));
         expect("signalled", nb_wait(notification).kind(), Kind::signal);
     }},
    // The kernel's string instructions would run backwards.
    {"x86: a long message of a call with DF set arrives whole, and so does its answer",
     [] {
         constexpr unsigned words = 40;
         static CapIndex endpoint, reply;
         endpoint = make_endpoint();
         reply = make_reply();
         result[0] = 0;
         start([](Word) {
             recv(endpoint, reply);
             for (;;) {
                 IpcBuffer& buffer = *local().buffer;
                 for (unsigned index = arch::message_registers; index < words; ++index) {
                     result[0] = result[0] + (buffer.words[index] == 1000 + index ? 1 : 0);
                     buffer.words[index] = 2000 + index;
                 }
                 reply_recv(endpoint, reply, Tag(3, words));
             }
         });
         IpcBuffer& buffer = *local().buffer;
         for (unsigned index = 0; index < words; ++index)
             buffer.words[index] = 1000 + index;
         Word rdi = endpoint, rsi = Tag(2, words).raw(), rax = 0;
         asm volatile("std\n\tsyscall\n\tcld"
                      : "+D"(rdi), "+S"(rsi), "+a"(rax)
                      :
                      : "rcx", "rdx", "rbx", "r8", "r9", "r10", "r11", "memory", "cc");
         expect("answer", Tag(rsi).label(), 3u);
         expect("arrived", result[0], words - arch::message_registers);
         for (unsigned index = arch::message_registers; index < words; ++index)
             expect("a word", buffer.words[index], 2000 + index);
     }},
    // SDM volume 2, IRET: NT set is #GP in 64-bit mode, here in the kernel.
    {"x86: a system call with NT set switches to a thread that was interrupted",
     [] {
         static volatile bool stop;
         stop = false;
         result[0] = 0;
         start([](Word) {
             while (!stop)
                 result[0] = result[0] + 1;
         }, 0, {.priority = main_priority, .budget = 50, .period = 50});
         for (unsigned round = 0; round < 20; ++round) {
             const Word before = result[0];
             Word rdi = 0, rsi = 0, rax = static_cast<Word>(Syscall::yield);
             asm volatile("pushfq\n\torq $0x4000, (%%rsp)\n\tpopfq\n\tsyscall\n\t"
                          "pushfq\n\tandq $~0x4000, (%%rsp)\n\tpopfq"
                          : "+D"(rdi), "+S"(rsi), "+a"(rax)
                          :
                          : "rcx", "rdx", "rbx", "r8", "r9", "r10", "r11", "memory", "cc");
             require("it ran", result[0] != before);
         }
         stop = true;
     }},
    {"x86: the GS base of one thread is not seen by another",
     [] {
         notification = make_notification();
         start([](Word) {
             set_gs(0x1234567);
             signal(notification);
             yield();
             set_gs(0x7654321);
             rest();
         });
         expect("ours", gs_base(), 0u);
         start([](Word) { result[1] = gs_base() + 1; });
         expect("a third one's", result[1], 1u);
     }},
    {"x86: faults, preemption and system calls preserve FS and GS base",
     [] {
         static constexpr Word fs = 0x1234567000, gs = 0x7654321000;
         static const auto bases = [] {
             Word fs_now, gs_now;
             asm volatile("rdfsbase %0\n\trdgsbase %1" : "=r"(fs_now), "=r"(gs_now));
             return fs_now == fs && gs_now == gs ? 2u : 1u;
         };
         const CapIndex handler = make_endpoint(), answer = make_reply();
         notification = make_notification();
         static volatile bool others_ran;
         others_ran = false;
         start([](Word) {
             asm volatile("wrfsbase %0\n\twrgsbase %1" : : "r"(fs), "r"(gs));
             isa::undefined_instruction();
             result[0] = bases();
             while (!others_ran)
                 continue;
             result[1] = bases();
             signal(notification);
             result[2] = bases();
         }, 0, {.priority = main_priority, .budget = 50, .period = 50, .fault_handler = handler});
         const Received got = recv(handler, answer);
         asm volatile("wrfsbase %0\n\twrgsbase %0" : : "r"(Word{0x5000}));
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 1), {got[0] + isa::undefined_size});
         set_gs(0x6000);
         while (result[0] == 0)
             continue; // until our slice ends
         others_ran = true;
         wait(notification);
         yield();
         set_gs(0);
         expect("behind a fault", result[0], 2u);
         expect("preempted", result[1], 2u);
         expect("behind a system call", result[2], 2u);
     }},
    {"x86: every form of system call preserves the GS base of either partner",
     [] {
         static constexpr Word ours = 0x11000, theirs = 0x22000;
         static CapIndex endpoint, answer;
         notification = make_notification();
         for (const Word server : {Word{0}, theirs})
             for (const Word client : {Word{0}, ours}) {
                 endpoint = make_endpoint();
                 answer = make_reply();
                 const Worker worker = start([](Word base) {
                     set_gs(base);
                     recv(endpoint, answer);
                     for (unsigned round = 0; round < 8; ++round)
                         reply_recv(endpoint, answer, Tag(0, 1), {gs_base()});
                 }, server);
                 set_gs(client);
                 const auto check = [&](const char* form) {
                     const Word now = gs_base();
                     set_gs(0); // for what the suite does
                     expect(form, now, client);
                     set_gs(client);
                 };
                 const Received got = call(endpoint, Tag(0, 1), {1});
                 check("call");
                 expect("the server's", got[0], server);
                 const Received longer = call(endpoint, Tag(0, 12), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
                 check("a long call");
                 expect("the server's", longer[0], server);
                 send(endpoint, Tag(0, 1), {1});
                 check("send");
                 signal(notification);
                 check("signal");
                 wait(notification);
                 check("wait");
                 nb_wait(notification);
                 check("nb_wait");
                 yield();
                 check("yield");
                 (void)request(worker.thread, Method::thread_info, {});
                 check("a method");
                 (void)call(worker.thread, Tag(0xfff, 0));
                 check("a refused call");
                 set_gs(0);
             }
     }},
    // The trap of MOV SS comes behind SYSCALL, with the user's stack pointer and GS (CVE-2018-8897).
    {"x86: a watchpoint or trap flag that MOV SS puts off until SYSCALL does not stop the kernel",
     [] {
         static uint16_t selector;
         asm volatile("movw %%ss, %0" : "=m"(selector));
         const CapIndex handler = make_endpoint(), answer = make_reply();
         static constexpr Entry code[] = {
             [](Word) {
                 Word rdi = notification, rsi = 0, rax = 3;
                 asm volatile("movw %3, %%ss\n\tsyscall"
                              : "+D"(rdi), "+S"(rsi), "+a"(rax) : "m"(selector)
                              : "rcx", "rdx", "rbx", "r8", "r9", "r10", "r11", "memory", "cc");
                 result[0] = 1;
                 rest();
             },
             [](Word) {
                 Word rdi = notification, rsi = 0, rax = 3;
                 asm volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\tmovw %3, %%ss\n\tsyscall"
                              : "+D"(rdi), "+S"(rsi), "+a"(rax) : "m"(selector)
                              : "rcx", "rdx", "rbx", "r8", "r9", "r10", "r11", "memory", "cc");
                 result[0] = 1;
                 rest();
             }};
         notification = make_notification();
         for (const Entry entry : code) {
             result[0] = 0;
             const Worker worker = start(entry, 0, {.resume = false, .fault_handler = handler});
             succeed("watch", request(worker.thread, Method::thread_set_breakpoint,
                                      {0, static_cast<Word>(BreakpointKind::access),
                                       reinterpret_cast<Word>(&selector), 2}));
             succeed("resume", resume(worker.thread));
             unsigned traps = 0;
             for (; traps < 8 && nb_recv(handler, answer).kind() == Kind::fault; ++traps)
                 send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
             note("debug faults", traps);
             expect("to its end", result[0], 1u);
             expect("signalled", nb_wait(notification).kind(), Kind::signal);
         }
     }},
    {"x86: an instruction pointer that is not canonical is refused or faults",
     [] {
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         for (const Word address : {Word{1} << 47, Word{1} << 63, Word{0xffff7fffffffffff},
                                    (Word{1} << 47) - 1})
             expect_error("write", request(worker.thread, Method::thread_write_registers,
                                           {0, 0, 1, address}),
                          Error::invalid_argument);
         expect_error("FS base", request(worker.thread, Method::thread_write_registers,
                                         {0, 18, 1, Word{1} << 47}),
                      Error::invalid_argument);
         require("a jump", !runs([](Word) {
             asm volatile("jmp *%0" : : "r"(Word{1} << 63));
             result[0] = 1;
         }));
     }},
    {"x86: the answer to a fault cannot set an instruction pointer that is not canonical",
     [] {
         const CapIndex handler = make_endpoint(), answer = make_reply();
         result[0] = 0;
         start([](Word) {
             asm volatile("ud2");
             result[0] = 1;
         }, 0, {.fault_handler = handler});
         const Received got = nb_recv(handler, answer);
         expect("kind", got.kind(), Kind::fault);
         const Received sent =
             nb_send(answer, Tag(static_cast<Word>(FaultReply::resume), 1), {Word{1} << 47});
         note("error", static_cast<Word>(sent.error()));
         expect("not run", result[0], 0u);
     }},
    {"x86: the last page below the hole is never mapped",
     [] {
         expect_error("map", map_frame(make_frame(), own::space, (Word{1} << 47) - 4096,
                                       Rights::read_write()),
                      Error::out_of_range);
     }},
    {"x86: division by zero, breakpoint and overflow are faults",
     [] {
         const CapIndex handler = make_endpoint(), answer = make_reply();
         static constexpr Entry code[] = {
             [](Word) { asm volatile("xorl %%ecx, %%ecx\n\tdivl %%ecx" ::: "rax", "rcx", "rdx"); },
             [](Word) { asm volatile("int3" ::: "memory"); },
             [](Word) { asm volatile("movl $0, %%eax\n\tmovl %%eax, %%ss" ::: "rax"); },
             [](Word) { asm volatile("int $0x80" ::: "memory"); }};
         for (const Entry entry : code) {
             const Worker worker = start(entry, 0, {.fault_handler = handler});
             const Received got = nb_recv(handler, answer);
             expect("kind", got.kind(), Kind::fault);
             succeed("delete", remove(self, worker.thread));
         }
     }},
    {"x86: selectors that a program loads do not disturb the kernel",
     [] {
         (void)runs([](Word) {
             asm volatile("movl $0x23, %%eax\n\tmovl %%eax, %%gs\n\tmovl %%eax, %%fs\n\t"
                          "movl %%eax, %%ds\n\tmovl %%eax, %%es" ::: "rax");
             signal(notification);
             result[0] = 1;
         });
         (void)runs([](Word) {
             asm volatile("xorl %%eax, %%eax\n\tmovl %%eax, %%gs\n\tmovl %%eax, %%fs\n\t"
                          "movl %%eax, %%ds\n\tmovl %%eax, %%es" ::: "rax");
             signal(notification);
             yield();
             result[0] = 1;
         });
         expect("the kernel goes on", signal(notification).error(), Error::none);
     }},
    {"x86: FS and GS bases that are not canonical, or the kernel's, harm nobody",
     [] {
         // A CPU refuses them with #GP; emulators take them and fault at their use.
         note("FS, ran", runs([](Word) {
             asm volatile("wrfsbase %0" : : "r"(Word{1} << 47));
             result[0] = 1;
         }));
         note("GS, ran", runs([](Word) {
             asm volatile("wrgsbase %0" : : "r"(Word{0xffff7fffffffffff}));
             result[0] = 1;
         }));
         (void)runs([](Word) { // a kernel address is canonical: it may be set, not used
             asm volatile("wrgsbase %0\n\tmovq %%gs:0, %%rax"
                          : : "r"(Word{0xffffffff80000000}) : "rax", "memory");
             result[0] = 1;
         });
         expect("not read", result[0], 0u);
     }},
    {"x86: INT of every vector is a fault of the thread",
     [] {
         const CapIndex handler = make_endpoint(), answer = make_reply(), code = make_frame();
         succeed("write", map(code, place::free));
         for (unsigned vector = 0; vector < 256; ++vector) {
             at<uint8_t>(place::free + vector * 4) = 0xcd; // INT n
             at<uint8_t>(place::free + vector * 4 + 1) = static_cast<uint8_t>(vector);
             at<uint8_t>(place::free + vector * 4 + 2) = 0x0f; // UD2
             at<uint8_t>(place::free + vector * 4 + 3) = 0x0b;
         }
         succeed("execute", map(copied(code), place::free + 4096, Rights::read_only(), 0));
         const Worker worker = start(nullptr, 0, {.resume = false, .fault_handler = handler});
         for (unsigned vector = 0; vector < 256; ++vector) {
             succeed("start",
                     request(worker.thread, Method::thread_write_registers,
                             {1, 0, 2, place::free + 4096 + vector * 4, areas[1].top()}));
             const Received got = nb_recv(handler, answer);
             expect("a fault", got.kind(), Kind::fault);
             expect("an exception", got.label(),
                    vector == 3 ? FaultType::debug : FaultType::user_exception);
             send(answer, Tag(static_cast<Word>(FaultReply::stop), 0));
         }
     }},
    {"x86: SYSENTER and far returns are no way in",
     [] {
         require("sysenter", !runs([](Word) {
             asm volatile("sysenter" ::: "memory");
             result[0] = 1;
         }));
         require("far return", !runs([](Word) {
             asm volatile("pushq $8\n\tpushq $0\n\tlretq" ::: "memory");
             result[0] = 1;
         }));
     }},
};

} // namespace

constinit const Chapter isa_chapter = chapter("x86-64", tests);

} // namespace conformance
