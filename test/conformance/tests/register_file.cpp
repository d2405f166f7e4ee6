// SPDX-License-Identifier: BSD-2-Clause
// Every way into the kernel with the whole register file filled by both partners: what is preserved
// is as it was, messages are the partner's, and nothing else is told.
#include "chapters.hpp"
#include "parties.hpp"
#include "uart_line.hpp"

namespace conformance {
namespace {

CapIndex console;

/// The console's interrupt, a signal to `other`, has come once and waits for its acknowledgement.
void let_interrupt(const Uart& uart, CapIndex irq) {
    other = make_notification();
    done = 0;
    succeed("set", request(irq, Method::irq_handler_set_notification, {},
                           {minted(other, Rights::all(), 9)}));
    uart.set_transmit_interrupt(true);
    uart.print("# masked\n");
    for (unsigned round = 0; round < 20000; ++round)
        if (nb_wait(other).kind() == Kind::signal)
            break;
}

/// It comes again as soon as it is acknowledged.
void let_interrupt_again(const Uart& uart) {
    uart.set_transmit_interrupt(false);
    uart.clear_interrupts();
    uart.set_transmit_interrupt(true);
    uart.print("# driver\n");
}

void drive(Word) {
    go(theirs, 1, Syscall::wait, other, Tag());
    done = 1;
}

constexpr Test tests[] = {
    {"register file: call and reply_recv",
     paired([] {
         for (const unsigned length : {0u, arch::message_registers, 30u}) {
             prepare();
             const CapIndex badged = minted(endpoint, Rights::all(), 77);
             static Party received;
             static Tag answer;
             answer = Tag(9, length);
             start_partner([](Word) {
                 go(received, 1, Syscall::recv, endpoint, Tag(), {}, reply);
                 for (;;) {
                     done = done + 1;
                     go(theirs, 2, Syscall::reply_recv, endpoint, answer, {}, reply);
                     received = theirs;
                 }
             });
             const Tag tag(5, length);
             for (Word round = 1; round < 5; ++round) {
                 go(mine, 3 + round, Syscall::call, badged, tag);
                 expect("received", done, round);
                 check(received, message_of(mine, 77, tag));
                 check(mine, message_of(theirs, 0, answer));
             }
         }
     })},
    {"register file: send to a waiting receiver, and by each form that waits",
     paired([] {
         for (const Syscall receiving : {Syscall::recv, Syscall::wait, Syscall::nb_send_recv,
                                         Syscall::nb_send_wait})
             for (const Syscall sending : {Syscall::send, Syscall::nb_send}) {
                 prepare();
                 other = make_notification();
                 const Worker worker = start_partner([](Word form) {
                     go(theirs, 1, static_cast<Syscall>(form), endpoint, Tag(), {}, reply, other);
                     done = 1;
                 }, static_cast<Word>(receiving));
                 const Tag tag(4, 2);
                 go(mine, 2, sending, endpoint, tag);
                 expect("received", done, 1u);
                 check(theirs, message_of(mine, 0, tag));
                 check(mine, {});
                 succeed("delete", remove(self, worker.thread));
             }
     })},
    {"register file: a sender that waited, and each form that receives it",
     paired([] {
         for (const Syscall receiving : {Syscall::recv, Syscall::nb_recv, Syscall::wait,
                                         Syscall::nb_wait, Syscall::reply_recv,
                                         Syscall::nb_send_recv, Syscall::nb_send_wait}) {
             prepare();
             other = make_notification();
             start_partner([](Word) {
                 go(theirs, 1, Syscall::send, endpoint, Tag(4, 3));
                 done = 1;
             });
             go(mine, 2, receiving, endpoint, Tag(), {}, reply, other);
             check(mine, message_of(theirs, 0, Tag(4, 3)));
             expect("sent", done, 1u);
             check(theirs, {});
         }
     })},
    {"register file: a caller that waited, and its answer by each form that sends",
     paired([] {
         for (const Syscall answering : {Syscall::send, Syscall::nb_send, Syscall::reply_recv}) {
             prepare();
             start_partner([](Word) {
                 go(theirs, 1, Syscall::call, endpoint, Tag(4, 1));
                 done = 1;
                 send(endpoint, Tag(6, 0));
             });
             go(mine, 2, Syscall::recv, endpoint, Tag(), {}, reply);
             check(mine, message_of(theirs, 0, Tag(4, 1)));
             if (answering == Syscall::reply_recv) {
                 static Party answered;
                 go(answered, 3, answering, endpoint, Tag(8, 2), {}, reply);
                 check(theirs, message_of(answered, 0, Tag(8, 2)));
             } else {
                 go(mine, 3, answering, reply, Tag(8, 2));
                 check(mine, {});
                 check(theirs, message_of(mine, 0, Tag(8, 2)));
             }
             expect("answered", done, 1u);
         }
     })},
    {"register file: a signal that switches, one that does not, and one that is there",
     paired([] {
         const CapIndex notification = make_notification();
         const CapIndex badged = minted(notification, Rights::all(), 0x15);
         other = notification;
         for (const Syscall signalling : {Syscall::nb_send, Syscall::send}) {
             done = 0;
             start_partner([](Word) {
                 go(theirs, 1, Syscall::wait, other, Tag());
                 done = 1;
             });
             go(mine, 2, signalling, badged, Tag());
             expect("woken", done, 1u);
             check(theirs, signalled(0x15));
             check(mine, {});
             go(mine, 3, signalling, badged, Tag());
             check(mine, {});
             go(mine, 4, signalling == Syscall::send ? Syscall::wait : Syscall::nb_wait,
                notification, Tag());
             check(mine, signalled(0x15));
         }
         go(mine, 5, Syscall::call, badged, Tag());
         check(mine, failed(Error::none));
     })},
    {"register file: a bound thread that is woken by its Notification",
     paired([] {
         prepare();
         const CapIndex notification = make_notification();
         const Worker worker = start_partner([](Word) {
             go(theirs, 1, Syscall::recv, endpoint, Tag(), {}, reply);
             done = 1;
         }, 0, {.resume = false});
         succeed("bind", request(worker.thread, Method::thread_bind_notification, {},
                                 {notification}));
         succeed("resume", resume(worker.thread));
         go(mine, 2, Syscall::nb_send, minted(notification, Rights::all(), 6), Tag());
         expect("woken", done, 1u);
         check(theirs, signalled(6));
         check(mine, {});
     })},
    {"register file: yield that switches and one that does not",
     paired([] {
         go(mine, 1, Syscall::yield, 0, Tag());
         check(mine, {});
         done = 0;
         start_partner([](Word) {
             for (Word round = 0; round < 3; ++round) {
                 go(theirs, 2, Syscall::yield, 0, Tag());
                 done = done + 1;
             }
         }, 0, {.priority = main_priority});
         for (Word round = 0; round < 4; ++round) {
             go(mine, 3, Syscall::yield, 0, Tag());
             check(mine, {});
             if (done != 0)
                 check(theirs, {});
         }
         require("it ran too", done > 1);
     })},
    {"register file: what is refused",
     paired([] {
         prepare();
         const CapIndex empty = slots();
         const CapIndex reader = copied(endpoint, Rights::read_only());
         go(mine, 1, Syscall::nb_send, empty, Tag());
         check(mine, failed(Error::invalid_capability));
         go(mine, 2, Syscall::nb_send, reader, Tag());
         check(mine, failed(Error::missing_right));
         go(mine, 3, Syscall::nb_recv, endpoint, Tag(), {}, reply);
         check(mine, failed(Error::would_block));
         go(mine, 4, Syscall::nb_wait, empty, Tag());
         check(mine, failed(Error::invalid_capability));
         go(mine, 5, Syscall::nb_send, reply, Tag());
         check(mine, failed(Error::no_reply));
         go(mine, 6, Syscall::nb_send_wait, endpoint, Tag(), {}, 0, empty);
         check(mine, failed(Error::invalid_capability));
         go(mine, 7, Syscall::call, own::cnode, Tag(0x0277, 1));
         check(mine, {Result::words, 0, Tag(static_cast<Word>(Error::invalid_method), 2, 0, Kind::none),
                      nullptr, {}});
     })},
    {"register file: a message that is refused, sent to a receiver and received from a sender",
     paired([] {
         prepare();
         start_partner([](Word) { recv(endpoint, reply); }, 0, {.with_buffer = false});
         go(mine, 1, Syscall::call, endpoint, Tag(1, arch::message_registers + 1));
         check(mine, failed(Error::message_too_long));
         prepare();
         start_partner([](Word) {
             go(theirs, 2, Syscall::call, endpoint, Tag(1, 1));
             done = 1;
         });
         go(mine, 3, Syscall::nb_wait, endpoint, Tag());
         check(mine, failed(Error::would_block));
         expect("told", done, 1u);
         check(theirs, failed(Error::no_reply));
     })},
    {"register file: methods that answer, that fail, and that answer nothing",
     paired([] {
         const CapIndex slot = minted(make_notification(), Rights::all(), 3);
         const auto tag = [](Method method, unsigned words) {
             return Tag(static_cast<Word>(method), words);
         };
         go(mine, 1, Syscall::call, own::untyped, tag(Method::untyped_query, 0));
         const Received query = request(own::untyped, Method::untyped_query);
         check(mine, {Result::words, 0, Tag(0, 4), nullptr,
                      {query[0], query[1], query[2], query[3]}});
         go(mine, 2, Syscall::call, own::cnode, tag(Method::cnode_delete, 2), {slot, word_bits});
         check(mine, succeeded());
         go(mine, 3, Syscall::call, own::cnode, tag(Method::cnode_revoke, 2), {slot, word_bits});
         check(mine, {Result::words, 0,
                      Tag(static_cast<Word>(Error::slot_empty), 2, 0, Kind::none), nullptr, {}});
         go(mine, 4, Syscall::send, own::cnode, tag(Method::cnode_delete, 2), {slot, word_bits});
         check(mine, {});
     })},
    {"register file: a call that is preempted and made again",
     paired([] {
         constexpr unsigned radix = 11;
         const CapIndex node = make(ObjectType::cnode, radix);
         other = make_endpoint();
         for (Word index = 0; index < Word{1} << radix; ++index)
             succeed("copy", copy({node, radix}, index, self, other));
         done = 0;
         const Worker worker = start_partner([](Word) {
             go(theirs, 1, Syscall::call, own::cnode,
                Tag(static_cast<Word>(Method::cnode_revoke), 2), {other, word_bits});
             done = 1;
         }, 0, {.budget = 100, .period = 1000});
         expect("preempted", done, 0u);
         for (unsigned round = 0; round < 100000 && done == 0; ++round)
             go(mine, 2, Syscall::yield, 0, Tag());
         expect("done", done, 1u);
         check(theirs, succeeded());
         check(mine, {});
         require("all of it", request(node, Method::cnode_identify, {2000, radix})[0] == 0);
         (void)worker;
     })},
    {"register file: a wait that is canceled",
     paired([] {
         for (const Syscall form : {Syscall::call, Syscall::send, Syscall::recv, Syscall::wait,
                                    Syscall::reply_recv}) {
             prepare();
             start_partner([](Word by) {
                 go(theirs, 1, static_cast<Syscall>(by), endpoint, Tag(), {}, reply);
                 done = 1;
             }, static_cast<Word>(form));
             go(mine, 2, Syscall::call, own::cnode,
                Tag(static_cast<Word>(Method::cnode_delete), 2), {endpoint, word_bits});
             expect("canceled", done, 1u);
             check(mine, succeeded());
             check(theirs, failed(Error::canceled));
         }
     })},
    {"register file: a fault, its handler and the answer",
     paired([] {
         for (const Syscall answering : {Syscall::send, Syscall::reply_recv}) {
             prepare();
             start_partner([](Word) {
                 go_undefined(theirs, 1);
                 done = 1;
                 send(endpoint, Tag(6, 0));
             }, 0, {.fault_handler = endpoint});
             go(mine, 2, Syscall::recv, endpoint, Tag(), {}, reply);
             check(mine, fault_for(mine, FaultType::user_exception));
             const Word next = mine.after.word[isa::message_places[0]] + isa::undefined_size;
             const Tag resumed(static_cast<Word>(FaultReply::resume), 1);
             go(mine, 3, answering, answering == Syscall::send ? reply : endpoint, resumed, {next},
                reply);
             expect("resumed", done, 1u);
             check_unchanged(theirs);
             if (answering == Syscall::send)
                 check(mine, {});
         }
     })},
    {"register file: an instruction that a handler emulates, by every register",
     paired([] {
         for (unsigned place = 0; place < isa::register_count; ++place) {
             prepare();
             const Worker worker = start_partner([](Word) {
                 go_undefined(theirs, 1);
                 done = 1;
             }, 0, {.with_buffer = false, .fault_handler = endpoint});
             const Received got = recv(endpoint, reply);
             expect("a fault", got.label(), FaultType::user_exception);
             const unsigned number = isa::number_of(place);
             expect("read", request(worker.thread, Method::thread_read_registers, {0, number, 1})[1],
                    theirs.before.word[place]);
             succeed("write", request(worker.thread, Method::thread_write_registers,
                                      {0, number, 1, 0x7654321}));
             send(reply, Tag(static_cast<Word>(FaultReply::resume), 1),
                  {got[0] + isa::undefined_size});
             expect("resumed", done, 1u);
             theirs.before.word[place] = 0x7654321;
             check_unchanged(theirs);
             succeed("delete", remove(self, worker.thread));
             forget_stack();
         }
     })},
    {"register file: a capability fault that is passed over leaves the registers as they were",
     paired([] {
         prepare();
         other = slots();
         start_partner([](Word) {
             go(theirs, 1, Syscall::call, other, Tag(4, 2));
             done = 1;
         }, 0, {.fault_handler = endpoint});
         const Received got = recv(endpoint, reply);
         expect("a fault", got.label(), FaultType::capability);
         send(reply, Tag(static_cast<Word>(FaultReply::resume), 1), {got[0] + isa::trap_size});
         expect("resumed", done, 1u);
         check(theirs, {});
     })},
    {"register file: a capability fault that is repaired, and the call made again",
     paired([] {
         prepare();
         const CapIndex handler = make_endpoint();
         static CapIndex missing;
         missing = slots();
         start_partner([](Word) {
             go(theirs, 1, Syscall::call, missing, Tag(4, 2));
             done = 1;
         }, 0, {.fault_handler = handler});
         expect("a fault", recv(handler, reply).label(), FaultType::capability);
         succeed("repair", copy(self, missing, self, endpoint));
         send(reply, Tag(static_cast<Word>(FaultReply::resume), 0));
         go(mine, 2, Syscall::recv, endpoint, Tag(), {}, reply);
         check(mine, message_of(theirs, 0, Tag(4, 2)));
         go(mine, 3, Syscall::send, reply, Tag(8, 1));
         expect("answered", done, 1u);
         check(theirs, message_of(mine, 0, Tag(8, 1)));
     })},
    {"register file: an alien's call that its handler passes over",
     paired([] {
         prepare();
         start_partner([](Word) {
             go(theirs, 1, Syscall::call, 3000, Tag(4, 2));
             done = 1;
         }, 0, {.fault_handler = endpoint, .flags = ThreadFlags::alien});
         expect("a fault", recv(endpoint, reply).label(), FaultType::unknown_syscall);
         go(mine, 2, Syscall::send, reply, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("resumed", done, 1u);
         check(mine, {});
         check_unchanged(theirs);
     })},
    {"register file: a system call of an unknown number that its handler passes over",
     paired([] {
         prepare();
         start_partner([](Word) {
             go(theirs, 1, static_cast<Syscall>(200), endpoint, Tag(4, 2));
             done = 1;
         }, 0, {.fault_handler = endpoint});
         const Received got = recv(endpoint, reply);
         expect("a fault", got.label(), FaultType::unknown_syscall);
         expect("its number", got[2], 200u);
         go(mine, 2, Syscall::send, reply, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("resumed", done, 1u);
         check(mine, {});
         check_unchanged(theirs);
     })},
    {"register file: an interrupt that wakes its driver behind a call",
     paired([] {
         const Uart uart = open_uart();
         const CapIndex irq = get_console();
         let_interrupt(uart, irq);
         start_partner(drive);
         let_interrupt_again(uart);
         go(mine, 2, Syscall::call, irq,
            Tag(static_cast<Word>(Method::irq_handler_acknowledge), 0));
         check(mine, succeeded());
         const Word changed = isa::changed_while_spinning(0x3131, 20000);
         for (unsigned round = 0; round < 20000 && done == 0; ++round)
             go(mine, 3, Syscall::yield, 0, Tag());
         uart.set_transmit_interrupt(false);
         uart.clear_interrupts();
         expect("changed", changed, 0u);
         expect("woken", done, 1u);
         check(theirs, signalled(9));
     })},
    {"register file: an interrupt of a device in the midst of a loop without system calls",
     paired([] {
         prepare();
         const Uart uart = open_uart();
         console = get_console();
         let_interrupt(uart, console);
         start_partner(drive);
         let_interrupt_again(uart);
         // Its time runs out on the way, so what it unmasks comes when the loop below goes on.
         start([](Word) {
             isa::changed_while_spinning(0x3131, 150000);
             system_call(Syscall::nb_send_wait, endpoint,
                         Tag(static_cast<Word>(Method::irq_handler_acknowledge), 0), {}, 0, console);
         }, 0, {.budget = 100, .period = 300});
         done = 0;
         go_spinning(mine, 2, 1000000);
         const Word woken = done;
         uart.set_transmit_interrupt(false);
         uart.clear_interrupts();
         expect("woken in the loop", woken, 1u);
         check_unchanged(mine);
         check(theirs, signalled(9));
     })},
};

} // namespace

constinit const Chapter register_file_chapter = chapter("register files", tests);

} // namespace conformance
