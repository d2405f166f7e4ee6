// SPDX-License-Identifier: BSD-2-Clause
// Messages through Endpoints: forms, lengths, badges, rights, order.
#include "chapters.hpp"

namespace conformance {
namespace {

struct Places {
    CapIndex endpoint, reply;
};
Places places; // for workers, which get one word

/// Answers every message with its own words and label + 1.
void echo(Word) {
    Received message = recv(places.endpoint, places.reply);
    for (;;)
        message = pass_on(Syscall::reply_recv, places.endpoint,
                          Tag(message.label() + 1, message.length()), message, places.reply);
}

void make_places() {
    places = {make_endpoint(), make_reply()};
}

Received call_with(CapIndex endpoint, unsigned length, Word seed) {
    Received message;
    for (unsigned index = 0; index < length; ++index)
        if (index < arch::message_registers)
            message.registers[index] = seed + index * 7;
        else
            local().buffer->words[index] = seed + index * 7;
    return pass_on(Syscall::call, endpoint, Tag(40, length), message);
}

constexpr Test tests[] = {
    {"ipc: a call of every length from 0 to 120 arrives whole and so does its answer",
     [] {
         make_places();
         start(echo);
         for (unsigned length = 0; length <= max_message_words; ++length) {
             const Received answer = call_with(places.endpoint, length, length * 1000);
             expect("kind", answer.kind(), Kind::message);
             expect("label", answer.label(), 41u);
             expect("length", answer.length(), length);
             for (unsigned index = 0; index < length; ++index)
                 expect("word", answer[index], length * 1000 + index * 7);
         }
     }},
    {"ipc: a send of every length arrives whole",
     [] {
         make_places();
         start([](Word) {
             for (unsigned length = 0; length <= max_message_words; ++length) {
                 Received message;
                 for (unsigned index = 0; index < length; ++index)
                     if (index < arch::message_registers)
                         message.registers[index] = length + index;
                     else
                         local().buffer->words[index] = length + index;
                 pass_on(Syscall::send, places.endpoint, Tag(length, length), message);
             }
         });
         for (unsigned length = 0; length <= max_message_words; ++length) {
             const Received got = recv(places.endpoint, places.reply);
             expect("length", got.length(), length);
             expect("label", got.label(), length);
             for (unsigned index = 0; index < length; ++index)
                 expect("word", got[index], length + index);
         }
     }},
    {"ipc: a label of 21 bits travels whole",
     [] {
         make_places();
         start(echo);
         expect("label", call(places.endpoint, Tag(0x1ffffe, 0)).label(), 0x1fffffu);
     }},
    {"ipc: a length beyond 120 is an error and nothing moves",
     [] {
         make_places();
         start(echo);
         for (const Word length : {Word{121}, Word{127}}) {
             const Received answer = call(places.endpoint, Tag(length));
             expect("kind", answer.kind(), Kind::none);
             expect_error("refused", answer, Error::invalid_argument);
         }
         expect("the server waits still", call(places.endpoint, Tag(3, 0)).label(), 4u);
     }},
    {"ipc: the receiver gets the sender's badge",
     [] {
         make_places();
         static CapIndex badged[3];
         for (unsigned index = 0; index < 3; ++index)
             badged[index] = minted(places.endpoint, Rights::all(), 100 + index);
         for (Word index = 0; index < 3; ++index) {
             start([](Word number) { send(badged[number], Tag(number, 0)); }, index);
             const Received got = recv(places.endpoint, places.reply);
             expect("badge", got.badge, 100 + index);
             expect("label", got.label(), index);
         }
     }},
    {"ipc: an unbadged capability has badge 0",
     [] {
         make_places();
         start([](Word) { send(places.endpoint, {}); });
         expect("badge", recv(places.endpoint, places.reply).badge, 0u);
     }},
    {"ipc: a badge has all bits of the word",
     [] {
         make_places();
         const CapIndex badged = minted(places.endpoint, Rights::all(), ~Word{0});
         static CapIndex source;
         source = badged;
         start([](Word) { send(source, {}); });
         expect("badge", recv(places.endpoint, places.reply).badge, ~Word{0});
     }},
    {"ipc: nb_send without the right to write is missing_right",
     [] {
         const CapIndex reader = copied(make_endpoint(), Rights::read_only());
         const Received answer = nb_send(reader, {});
         expect("kind", answer.kind(), Kind::none);
         expect_error("error", answer, Error::missing_right);
     }},
    {"ipc: nb_recv without the right to read is missing_right",
     [] {
         const CapIndex writer = copied(make_endpoint(), Rights::write_only());
         const Received answer = nb_recv(writer, make_reply());
         expect("kind", answer.kind(), Kind::none);
         expect_error("error", answer, Error::missing_right);
     }},
    {"ipc: nb_send without a receiver drops the message and does not tell",
     [] {
         make_places();
         expect_error("send", nb_send(places.endpoint, Tag(1, 0)), Error::none);
         expect_error("receive", nb_recv(places.endpoint, places.reply), Error::would_block);
     }},
    {"ipc: nb_recv and nb_wait without a sender are would_block",
     [] {
         make_places();
         const Received answer = nb_recv(places.endpoint, places.reply);
         expect("kind", answer.kind(), Kind::none);
         expect_error("receive", answer, Error::would_block);
         expect_error("wait", nb_wait(places.endpoint), Error::would_block);
     }},
    {"ipc: nb_send on an empty slot is an error",
     [] {
         const Received answer = nb_send(slots(), {});
         expect("kind", answer.kind(), Kind::none);
         expect_error("error", answer, Error::invalid_capability);
     }},
    {"ipc: senders of one priority are received in their order",
     [] {
         make_places();
         for (Word index = 0; index < 5; ++index)
             start([](Word number) { send(places.endpoint, Tag(number, 0)); }, index);
         for (Word index = 0; index < 5; ++index)
             expect("order", recv(places.endpoint, places.reply).label(), index);
     }},
    {"ipc: the sender of the highest priority is received first",
     [] {
         make_places();
         constexpr unsigned priorities[] = {110, 130, 120, 150, 140, 130};
         for (const unsigned priority : priorities)
             start([](Word number) { send(places.endpoint, Tag(number, 0)); }, priority,
                   {.priority = priority});
         for (const Word wanted : {150u, 140u, 130u, 130u, 120u, 110u})
             expect("order", recv(places.endpoint, places.reply).label(), wanted);
     }},
    {"ipc: the receiver of the highest priority gets the message, the first of several",
     [] {
         make_places();
         static Word got[4];
         constexpr unsigned priorities[] = {110, 120, 120, 115};
         static unsigned turn;
         turn = 0;
         for (Word index = 0; index < 4; ++index)
             start([](Word number) {
                 wait(places.endpoint);
                 got[number] = ++turn;
             }, index, {.priority = priorities[index]});
         for (unsigned index = 0; index < 4; ++index)
             expect_error("send", send(places.endpoint, {}), Error::none);
         expect("second thread first", got[1], 1u);
         expect("third thread next", got[2], 2u);
         expect("fourth thread third", got[3], 3u);
         expect("first thread last", got[0], 4u);
     }},
    {"ipc: a blocked sender that changes its priority is received by the new one",
     [] {
         make_places();
         Worker workers[3];
         for (Word index = 0; index < 3; ++index)
             workers[index] =
                 start([](Word number) { send(places.endpoint, Tag(number, 0)); }, index);
         succeed("raise", request(workers[2].thread, Method::thread_set_priority, {150, 150},
                                  {own::thread}));
         expect("raised first", recv(places.endpoint, places.reply).label(), 2u);
         expect("then the order", recv(places.endpoint, places.reply).label(), 0u);
     }},
    {"ipc: a send to a waiting receiver of lower priority does not run it",
     [] {
         make_places();
         static volatile Word done;
         done = 0;
         start([](Word) {
             wait(places.endpoint);
             done = 1;
         }, 0, {.priority = main_priority - 10});
         // Let it come to its wait.
         const CapIndex nap = make_notification();
         static CapIndex waker;
         waker = nap;
         start([](Word) { signal(waker); }, 0, {.priority = main_priority - 20});
         wait(nap);
         expect_error("send", nb_send(places.endpoint, {}), Error::none);
         expect("not yet", done, 0u);
     }},
    {"ipc: a call without grant and grant_reply is refused",
     [] {
         make_places();
         start(echo);
         const CapIndex sender = minted(places.endpoint, Rights::write_only(), 1);
         static CapIndex source, seen;
         source = sender;
         seen = 0;
         const CapIndex handler = make_endpoint();
         start([](Word) {
             call(source, {});
             seen = 1;
         }, 0, {.fault_handler = handler});
         const Received fault = nb_recv(handler, make_reply());
         expect("a fault", fault.kind(), Kind::fault);
         expect("capability fault", fault.label(), FaultType::capability);
         expect("its path", fault[2], sender);
         expect("nothing came back", seen, 0u);
     }},
    {"ipc: a call with write and grant_reply alone is answered",
     [] {
         make_places();
         start(echo);
         const CapIndex caller = minted(places.endpoint, Rights::call(), 1);
         expect("answer", call(caller, Tag(6, 0)).label(), 7u);
     }},
    {"ipc: wait takes a plain send",
     [] {
         make_places();
         start([](Word) { send(places.endpoint, Tag(5, 2), {8, 9}); });
         const Received got = wait(places.endpoint);
         expect("kind", got.kind(), Kind::message);
         expect("label", got.label(), 5u);
         expect("words", got[0] * 10 + got[1], 89u);
     }},
    {"ipc: a caller that is received without a Reply object gets no_reply",
     [] {
         make_places();
         const Worker worker = start([](Word) {
             local().argument = static_cast<Word>(call(places.endpoint, Tag(5, 0)).error());
         });
         expect_error("nothing to receive", nb_wait(places.endpoint), Error::would_block);
         yield();
         expect("the caller", worker.local->argument, Error::no_reply);
     }},
    {"ipc: nb_send_recv sends to the second capability and receives on the first",
     [] {
         make_places();
         static CapIndex other;
         other = make_endpoint();
         start([](Word) {
             const Received got = wait(other);
             send(places.endpoint, Tag(got.label() + 1, 1), {got[0] * 2});
         });
         const Received got = system_call(Syscall::nb_send_recv, places.endpoint, Tag(20, 1), {21},
                                          places.reply, other);
         expect("kind", got.kind(), Kind::message);
         expect("label", got.label(), 21u);
         expect("word", got[0], 42u);
     }},
    {"ipc: nb_send_wait sends to the second capability and waits on the first",
     [] {
         make_places();
         static CapIndex other;
         other = make_endpoint();
         const CapIndex notification = make_notification();
         const CapIndex badged = minted(notification, Rights::all(), 16);
         static CapIndex target;
         target = badged;
         start([](Word) {
             wait(other);
             signal(target);
         });
         const Received got =
             system_call(Syscall::nb_send_wait, notification, Tag(1, 0), {}, 0, other);
         expect("kind", got.kind(), Kind::signal);
         expect("flags", got.badge, 16u);
     }},
    {"ipc: a receiver without an IPC buffer fails a longer message and goes on waiting",
     [] {
         make_places();
         static volatile Word length;
         length = 1000;
         start([](Word) { length = wait(places.endpoint).length(); }, 0, {.with_buffer = false});
         Received message;
         const Received answer = pass_on(Syscall::send, places.endpoint,
                                         Tag(1, arch::message_registers + 1), message);
         expect("kind", answer.kind(), Kind::none);
         expect_error("too long", answer, Error::message_too_long);
         expect("nothing arrived", length, 1000u);
         expect_error("short", send(places.endpoint, Tag(1, arch::message_registers)), Error::none);
         expect("arrived", length, arch::message_registers);
     }},
    {"ipc: a sender without an IPC buffer cannot send more than the registers hold",
     [] {
         make_places();
         start([](Word) {
             Received message;
             local().argument = static_cast<Word>(
                 pass_on(Syscall::nb_send, places.endpoint, Tag(1, arch::message_registers + 1),
                         message).error());
         }, 0, {.priority = main_priority + 5, .with_buffer = false});
         // The receiver was not there: try again with one that waits.
         static volatile Word got;
         got = 0;
         start([](Word) {
             recv(places.endpoint, places.reply);
             got = 1;
         }, 0, {.priority = main_priority + 20});
         const Worker sender = start([](Word) {
             Received message;
             local().argument = static_cast<Word>(
                 pass_on(Syscall::nb_send, places.endpoint, Tag(1, arch::message_registers + 1),
                         message).error());
         }, 0, {.with_buffer = false});
         expect("error", sender.local->argument, Error::no_buffer);
         expect("nothing arrived", got, 0u);
     }},
    {"ipc: a receiver is canceled when the Endpoint goes",
     [] {
         make_places();
         const Worker worker = start([](Word) {
             const Received got = recv(places.endpoint, places.reply);
             local().argument = got.kind() == Kind::none ? static_cast<Word>(got.error()) : 0;
         });
         succeed("delete", remove(self, places.endpoint));
         yield();
         expect("canceled", worker.local->argument, Error::canceled);
     }},
    {"ipc: messages pass between address spaces",
     [] {
         make_places();
         const Worker worker = start(echo, 0, {.resume = false});
         Local& other = move_abroad(worker);
         other.entry = [](Word) {
             // Data are not mapped: the places are in known slots.
             Received message = recv(local().thread, local().context);
             for (;;)
                 message = pass_on(Syscall::reply_recv, local().thread,
                                   Tag(message.label() + 1, message.length()), message,
                                   local().context);
         };
         other.thread = places.endpoint;
         other.context = places.reply;
         succeed("resume", resume(worker.thread));
         for (const unsigned length : {0u, 3u, 8u, 120u}) {
             const Received answer = call_with(places.endpoint, length, 5000);
             expect("label", answer.label(), 41u);
             expect("length", answer.length(), length);
             for (unsigned index = 0; index < length; ++index)
                 expect("word", answer[index], 5000 + index * 7);
         }
     }},
};

} // namespace

constinit const Chapter ipc_chapter = chapter("ipc", tests);

} // namespace conformance
