// SPDX-License-Identifier: BSD-2-Clause
// Reply objects: chains of calls, and what happens when a party goes.
#include "chapters.hpp"

namespace conformance {
namespace {

CapIndex endpoint, reply, other_reply;
volatile Word answered;

void caller(Word) {
    const Received answer = call(endpoint, Tag(1, 1), {5});
    local().argument = answer.kind() == Kind::none ? static_cast<Word>(answer.error())
                                                   : 1000 + answer.label();
    answered = answered + 1;
}

void prepare() {
    endpoint = make_endpoint();
    reply = make_reply();
    other_reply = make_reply();
    answered = 0;
}

constexpr unsigned chain_length = 8;
CapIndex chain_endpoint[chain_length + 1];
CapIndex chain_reply[chain_length];

void link(Word number) {
    Received got = recv(chain_endpoint[number], chain_reply[number]);
    for (;;) {
        Word sum = got[0] + 1;
        if (number + 1 < chain_length)
            sum = call(chain_endpoint[number + 1], Tag(1, 1), {sum})[0];
        got = reply_recv(chain_endpoint[number], chain_reply[number], Tag(2, 1), {sum});
    }
}

constexpr Test tests[] = {
    {"reply: the caller waits until it is answered",
     [] {
         prepare();
         const Worker worker = start(caller);
         recv(endpoint, reply);
         yield();
         expect("still waiting", answered, 0u);
         send(reply, Tag(77, 0));
         expect("answered", answered, 1u);
         expect("by the reply", worker.local->argument, 1077u);
     }},
    {"reply: an answer goes to the caller of this Reply object, not to the last one",
     [] {
         prepare();
         const Worker first = start(caller), second = start(caller);
         recv(endpoint, reply);
         recv(endpoint, other_reply);
         send(reply, Tag(1, 0));
         expect("first", first.local->argument, 1001u);
         expect("only the first", answered, 1u);
         send(other_reply, Tag(2, 0));
         expect("second", second.local->argument, 1002u);
     }},
    {"reply: a Reply object without a caller refuses an answer",
     [] {
         prepare();
         expect_error("send", nb_send(reply, {}), Error::no_reply);
     }},
    {"reply: an answer is given once",
     [] {
         prepare();
         start(caller);
         recv(endpoint, reply);
         send(reply, Tag(1, 0));
         expect_error("again", nb_send(reply, Tag(2, 0)), Error::no_reply);
         expect("once", answered, 1u);
     }},
    {"reply: reply_recv without a caller just receives",
     [] {
         prepare();
         start(caller);
         const Received got = reply_recv(endpoint, reply, Tag(9, 0));
         expect("kind", got.kind(), Kind::message);
         expect("word", got[0], 5u);
         send(reply, Tag(3, 0));
         expect("answered", answered, 1u);
     }},
    {"reply: a chain of eight calls unwinds",
     [] {
         for (unsigned number = 0; number < chain_length; ++number) {
             chain_endpoint[number] = make_endpoint();
             chain_reply[number] = make_reply();
         }
         for (Word number = 0; number < chain_length; ++number)
             start(link, number);
         for (Word round = 0; round < 20; ++round)
             expect("sum", call(chain_endpoint[0], Tag(1, 1), {round})[0], round + chain_length);
     }},
    {"reply: the caller is canceled when the server's thread is deleted",
     [] {
         prepare();
         const Worker server = start([](Word) {
             recv(endpoint, reply);
             rest();
         });
         const Worker client = start(caller);
         expect("waiting", answered, 0u);
         succeed("delete the server", remove(self, server.thread));
         succeed("and its Reply", remove(self, reply));
         yield();
         expect("canceled", client.local->argument, Error::canceled);
     }},
    {"reply: the caller is canceled when the Reply object goes",
     [] {
         prepare();
         const Worker client = start(caller);
         recv(endpoint, reply);
         succeed("delete", remove(self, reply));
         yield();
         expect("canceled", client.local->argument, Error::canceled);
     }},
    {"reply: a caller that is deleted leaves an empty Reply object",
     [] {
         prepare();
         const Worker client = start(caller);
         recv(endpoint, reply);
         succeed("delete", remove(self, client.thread));
         expect_error("answer", nb_send(reply, {}), Error::no_reply);
         start(caller);
         expect("it can be used again", recv(endpoint, reply).kind(), Kind::message);
     }},
    {"reply: a link in the middle of a chain of calls may be deleted",
     [] {
         prepare();
         static CapIndex inner;
         inner = make_endpoint();
         const Worker middle = start([](Word) {
             recv(endpoint, reply);
             call(inner, {});
             rest();
         });
         const Worker client = start(caller);
         recv(inner, other_reply);
         succeed("delete the middle", remove(self, middle.thread));
         expect_error("answer to nobody", nb_send(other_reply, {}), Error::no_reply);
         succeed("and its Reply", remove(self, reply));
         yield();
         expect("the caller", client.local->argument, Error::canceled);
     }},
    {"reply: the same Reply object named in a new receive gives up its caller",
     [] {
         prepare();
         const Worker first = start(caller);
         recv(endpoint, reply);
         const Worker second = start(caller);
         const Received got = recv(endpoint, reply);
         note("kind of the second receive", static_cast<Word>(got.kind()), got.label());
         yield();
         if (got.kind() == Kind::message) {
             expect("first", first.local->argument, Error::canceled);
             send(reply, Tag(4, 0));
             expect("second", second.local->argument, 1004u);
         } else {
             require("an error", got.error() != Error::none);
             expect("first waits", answered, 0u);
         }
     }},
    {"reply: a long answer needs the caller's IPC buffer",
     [] {
         prepare();
         const Worker client = start(caller, 0, {.with_buffer = false});
         recv(endpoint, reply);
         Received message;
         const Received answer =
             pass_on(Syscall::send, reply, Tag(1, arch::message_registers + 3), message);
         expect_error("too long", answer, Error::message_too_long);
         expect("the caller waits", answered, 0u);
         send(reply, Tag(5, 1), {1});
         expect("short", client.local->argument, 1005u);
     }},
    {"reply: something else than a Reply object where one is named is refused",
     [] {
         prepare();
         expect_error("receive", nb_recv(endpoint, endpoint), Error::invalid_capability);
     }},
};

} // namespace

constinit const Chapter reply_chapter = chapter("reply", tests);

} // namespace conformance
