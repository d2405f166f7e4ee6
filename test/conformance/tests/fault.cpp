// SPDX-License-Identifier: BSD-2-Clause
// Faults of every kind as messages, and their answers.
#include "../isa/isa.hpp"
#include "chapters.hpp"

namespace conformance {
namespace {

CapIndex handler, answer;
volatile Word result;

void prepare() {
    handler = make_endpoint();
    answer = make_reply();
    result = 0;
}

Worker start_faulty(Entry entry, Word argument = 0, Word flags = 0) {
    return start(entry, argument, {.fault_handler = handler, .flags = flags});
}

Received fault(FaultType type, Location location = here()) {
    const Received got = nb_recv(handler, answer);
    expect("kind", got.kind(), Kind::fault, location);
    expect("label", got.label(), type, location);
    expect("length", got.length(), fault_words, location);
    return got;
}

void resume_at(Word address) {
    send(answer, Tag(static_cast<Word>(FaultReply::resume), 1), {address});
}

constexpr Test tests[] = {
    {"fault: a VM fault tells instruction, stack, address and access",
     [] {
         prepare();
         const Worker worker = start_faulty([](Word) { isa::load(place::free + 0x123 * 8); });
         const Received got = fault(FaultType::vm);
         expect("address", got[2], place::free + 0x123 * 8);
         expect("access", got[3], 0u);
         const auto load = reinterpret_cast<Word>(&isa::load);
         require("instruction", got[0] >= load && got[0] < load + 64);
         const auto stack = reinterpret_cast<Word>(worker.local);
         require("stack", got[1] > stack && got[1] < stack + area_size);
     }},
    {"fault: a store says so",
     [] {
         prepare();
         start_faulty([](Word) { isa::store(place::free, 1); });
         expect("access", fault(FaultType::vm)[3], VmAccess::write);
     }},
    {"fault: the handler's badge is in the message",
     [] {
         prepare();
         const CapIndex badged = minted(handler, Rights::call(), 1717);
         start([](Word) { isa::load(place::free); }, 0, {.fault_handler = badged});
         expect("badge", fault(FaultType::vm).badge, 1717u);
     }},
    {"fault: a pager maps the page and the access is repeated",
     [] {
         prepare();
         start_faulty([](Word) {
             for (Word page = 0; page < 8; ++page)
                 isa::store(place::free + page * 4096, page + 100);
             result = isa::load(place::free + 3 * 4096);
         });
         for (Word page = 0; page < 8; ++page) {
             const Received got = fault(FaultType::vm);
             expect("address", got[2], place::free + page * 4096);
             succeed("map", map(make_frame(), got[2]));
             send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         }
         expect("result", result, 103u);
         expect("stored", at<Word>(place::free + 7 * 4096), 107u);
     }},
    {"fault: an answer with an address skips the instruction",
     [] {
         prepare();
         start_faulty([](Word) {
             isa::load(place::free);
             result = 1;
         });
         resume_at(fault(FaultType::vm)[0] + isa::access_size);
         expect("behind it", result, 1u);
     }},
    {"fault: an answer with two words sets the stack pointer too",
     [] {
         prepare();
         const Worker worker = start_faulty([](Word) { isa::load(place::free); });
         const Received got = fault(FaultType::vm);
         static constexpr Entry elsewhere = [](Word) {
             result = 2;
             rest();
         };
         const Word stack = reinterpret_cast<Word>(worker.local) + area_size - 1024 - 8;
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 2),
              {reinterpret_cast<Word>(elsewhere), stack});
         expect("there", result, 2u);
         (void)got;
     }},
    {"fault: the answer stop leaves the thread suspended",
     [] {
         prepare();
         const Worker worker = start_faulty([](Word) {
             isa::load(place::free);
             result = 1;
         });
         fault(FaultType::vm);
         send(answer, Tag(static_cast<Word>(FaultReply::stop), 0));
         yield();
         expect("stopped", result, 0u);
         succeed("map", map(make_frame(), place::free));
         succeed("resume", resume(worker.thread));
         expect("goes on", result, 1u);
     }},
    {"fault: an undefined instruction is a user exception and can be skipped",
     [] {
         prepare();
         start_faulty([](Word) {
             isa::undefined_instruction();
             result = 1;
         });
         const Received got = fault(FaultType::user_exception);
         const auto code = reinterpret_cast<Word>(&isa::undefined_instruction);
         require("instruction", got[0] >= code && got[0] < code + 64);
         resume_at(got[0] + isa::undefined_size);
         expect("behind it", result, 1u);
     }},
    {"fault: an unknown system call is a fault with its number and is emulated",
     [] {
         prepare();
         const Worker worker = start_faulty([](Word) {
             raw_system_call(99, 5, 6);
             result = 1;
         });
         const Received got = fault(FaultType::unknown_syscall);
         expect("number", got[2], 99u);
         (void)worker;
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("behind it", result, 1u);
     }},
    {"fault: the first number that is no system call is unknown",
     [] {
         prepare();
         start_faulty([](Word) { raw_system_call(11, 5, 6); });
         expect("number", fault(FaultType::unknown_syscall)[2], 11u);
     }},
    {"fault: an alien's system calls are faults",
     [] {
         prepare();
         static CapIndex notification;
         notification = make_notification();
         start_faulty([](Word) {
             signal(notification);
             result = 1;
         }, 0, ThreadFlags::alien);
         const Received got = fault(FaultType::unknown_syscall);
         expect("number", got[2], static_cast<Word>(Syscall::nb_send));
         expect("nothing signalled", nb_wait(notification).kind(), Kind::none);
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("behind it", result, 1u);
     }},
    {"fault: a call on an empty slot is a capability fault",
     [] {
         prepare();
         static CapIndex empty;
         empty = slots();
         start_faulty([](Word) { call(empty, {}); });
         const Received got = fault(FaultType::capability);
         expect("path", got[2], empty);
         expect("phase", got[3], 0u);
     }},
    {"fault: a receive on an empty slot is a capability fault in the receive phase",
     [] {
         prepare();
         static CapIndex empty;
         empty = slots();
         start_faulty([](Word) { wait(empty); });
         const Received got = fault(FaultType::capability);
         expect("path", got[2], empty);
         expect("phase", got[3], 1u);
     }},
    {"fault: a capability fault is repaired and the call made again",
     [] {
         prepare();
         static CapIndex empty;
         empty = slots();
         start_faulty([](Word) {
             send(empty, {});
             result = 1;
         });
         fault(FaultType::capability);
         const CapIndex notification = make_notification();
         succeed("give it", copy(self, empty, self, notification));
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("sent", result, 1u);
         expect("came", nb_wait(notification).kind(), Kind::signal);
     }},
    {"fault: without a handler the thread stops and info tells of it",
     [] {
         prepare();
         const Worker worker = start([](Word) {
             isa::load(place::free);
             result = 1;
         }, 0, {.fault_handler = 0});
         yield();
         expect("stopped", result, 0u);
         expect("last fault", request(worker.thread, Method::thread_info)[4], FaultType::vm);
     }},
    {"fault: a handler that goes stops the thread for good",
     [] {
         prepare();
         const Worker worker = start_faulty([](Word) {
             isa::load(place::free);
             result = 1;
         });
         succeed("delete", revoke(self, handler));
         succeed("delete", remove(self, handler));
         yield();
         expect("stopped", result, 0u);
         succeed("delete the thread", remove(self, worker.thread));
     }},
    {"fault: a handler that receives without a Reply object gets nothing, and the thread stays stopped",
     [] {
         prepare();
         // One that waits for the handler, and one for whom the handler waits.
         const Worker queued = start_faulty([](Word) {
             isa::load(place::free);
             result = result + 1;
         });
         expect_error("nothing", nb_wait(handler), Error::would_block);
         static volatile Word came;
         came = 0;
         start([](Word) {
             const Received got = wait(handler);
             came = 1 + static_cast<Word>(got.kind());
             rest();
         });
         const Worker awaited = start_faulty([](Word) {
             isa::load(place::free);
             result = result + 1;
         });
         expect("the handler waits on", came, 0u);
         for (const Worker& worker : {queued, awaited}) {
             const Received info = request(worker.thread, Method::thread_info);
             expect("suspended", info[0], 8u);
             expect("last fault", info[4], FaultType::vm);
         }
         succeed("map", map(make_frame(), place::free));
         resume(queued.thread);
         resume(awaited.thread);
         yield();
         expect("both go on", result, 2u);
     }},
    {"fault: a message that the handler has no place for stops the thread where registers are few",
     [] {
         prepare();
         static volatile Word came;
         came = 0;
         start([](Word) {
             const Received got = recv(handler, answer);
             came = 1 + static_cast<Word>(got.kind());
             rest();
         }, 0, {.with_buffer = false});
         const Worker worker = start_faulty([](Word) { isa::load(place::free); });
         const bool fits = fault_words <= arch::message_registers;
         expect("came", came, fits ? 1 + static_cast<Word>(Kind::fault) : 0u);
         const Received info = request(worker.thread, Method::thread_info);
         expect("state", info[0], fits ? 3u : 8u);
         expect("last fault", info[4], FaultType::vm);
     }},
    {"fault: a handler capability without write or grant_reply is missing_right",
     [] {
         prepare();
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         expect_error("set", request(worker.thread, Method::thread_set_fault_handler, {},
                                     {copied(handler, Rights::read_only())}),
                      Error::missing_right);
         expect_error("set", request(worker.thread, Method::thread_set_fault_handler, {},
                                     {copied(handler, Rights::write_only())}),
                      Error::missing_right);
     }},
    {"fault: several threads wait for one handler in their order",
     [] {
         prepare();
         for (Word number = 0; number < 4; ++number)
             start_faulty([](Word which) { isa::load(place::free + which * 8); }, number);
         for (Word number = 0; number < 4; ++number) {
             expect("order", fault(FaultType::vm)[2], place::free + number * 8);
             send(answer, Tag(static_cast<Word>(FaultReply::stop), 0));
         }
     }},
    {"fault: a handler may write all registers of the thread before it answers",
     [] {
         prepare();
         const Worker worker = start_faulty([](Word) { isa::load(place::free); });
         const Received got = fault(FaultType::vm);
         static constexpr Entry elsewhere = [](Word) {
             result = 3;
             rest();
         };
         succeed("write", request(worker.thread, Method::thread_write_registers,
                                  {0, 0, 1, reinterpret_cast<Word>(elsewhere)}));
         (void)got;
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("there", result, 3u);
     }},
    {"fault: the null pointer faults",
     [] {
         prepare();
         start_faulty([](Word) { isa::load(0); });
         expect("address", fault(FaultType::vm)[2], 0u);
     }},
    {"fault: an error that the hardware confines to a thread is a fault of it",
     [] {
         // Where somebody injects some (./cobnut test injected, on the Arm ISAs), he waits for these.
         constexpr Word rounds = 64, named = 0x5e44;
         prepare();
         start_faulty([](Word) {
             for (Word round = 0; round < rounds; ++round)
                 nb_send(named, Tag(round, 0));
             isa::undefined_instruction();
             result = 1;
         });
         Word errors = 0;
         for (Received got; result == 0;) {
             got = nb_recv(handler, answer);
             expect("kind", got.kind(), Kind::fault);
             if (got.label() == static_cast<Word>(FaultType::user_exception)) {
                 resume_at(got[0] + isa::undefined_size);
                 continue;
             }
             expect("label", got.label(), FaultType::hardware_error);
             ++errors;
             send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         }
         if (errors == 0)
             skip("no program can cause one");
         note("errors", errors);
     }},
};

} // namespace

constinit const Chapter fault_chapter = chapter("faults", tests);

} // namespace conformance
