// SPDX-License-Identifier: BSD-2-Clause
// Each party of an IPC in each phase of it, and each way to end it: what remains works on.
#include "chapters.hpp"

namespace conformance {
namespace {

CapIndex endpoint, reply;
volatile Word received, answered;
volatile Error failure;

/// The ways in which a party or what it stands on goes.
enum class End : uint8_t { thread, suspended_thread, the_endpoint, the_reply, context };

void prepare() {
    endpoint = make_endpoint();
    reply = make_reply();
    received = 0;
    answered = 0;
    failure = Error::none;
}

void apply(End end, const Worker& victim) {
    switch (end) {
    case End::thread: succeed("delete the thread", remove(self, victim.thread)); break;
    case End::suspended_thread:
        succeed("suspend", suspend(victim.thread));
        succeed("delete the thread", remove(self, victim.thread));
        break;
    case End::the_endpoint: succeed("delete the Endpoint", remove(self, endpoint)); break;
    case End::the_reply: succeed("delete the Reply", remove(self, reply)); break;
    case End::context: succeed("delete the context", remove(self, victim.context)); break;
    }
}

/// The Endpoint passes a message from a thread to this one.
void endpoint_works() {
    if (is_empty(endpoint))
        return;
    reply = make_reply(); // the old one may still have a caller
    const Worker worker = start([](Word) { send(endpoint, Tag(77, 1), {5}); });
    const Received got = nb_recv(endpoint, reply);
    expect("its kind", got.kind(), Kind::message);
    expect("the message", got.label(), 77u);
    expect("its word", got[0], 5u);
    succeed("delete", remove(self, worker.thread));
}

void server(Word) {
    const Received got = recv(endpoint, reply);
    received = got.label();
    failure = got.error();
}

void caller(Word) {
    const Received got = call(endpoint, Tag(1, 0));
    answered = got.label();
    failure = got.error();
}

constexpr Test tests[] = {
    {"death: of a thread that waits to send",
     [] {
         for (const End end : {End::thread, End::suspended_thread, End::the_endpoint, End::context}) {
             prepare();
             const Worker sender = start([](Word) {
                 failure = send(endpoint, Tag(1, 0)).error();
             });
             apply(end, sender);
             if (end == End::the_endpoint)
                 expect("told", failure, Error::canceled);
             else if (end == End::context)
                 expect("its message arrives", nb_recv(endpoint, reply).label(), 1u);
             else
                 expect("nobody waits", nb_recv(endpoint, reply).kind(), Kind::none);
             endpoint_works();
         }
     }},
    {"death: of a thread that waits to be received with its call",
     [] {
         for (const End end : {End::thread, End::suspended_thread, End::the_endpoint, End::context}) {
             prepare();
             const Worker client = start(caller);
             apply(end, client);
             if (end == End::the_endpoint)
                 expect("told", failure, Error::canceled);
             else if (end == End::context)
                 expect("its call arrives", nb_recv(endpoint, reply).label(), 1u);
             else
                 expect("nobody waits", nb_recv(endpoint, reply).kind(), Kind::none);
             endpoint_works();
         }
     }},
    {"death: of a thread that waits to receive",
     [] {
         for (const End end : {End::thread, End::suspended_thread, End::the_endpoint, End::the_reply}) {
             prepare();
             const Worker waiter = start(server);
             apply(end, waiter);
             if (end == End::the_endpoint) {
                 expect("told", failure, Error::canceled);
             } else {
                 nb_send(endpoint, Tag(9, 0));
                 require("no message for the dead", end == End::the_reply || received == 0);
             }
             if (end == End::the_reply && received == 0)
                 succeed("delete", remove(self, waiter.thread));
             endpoint_works();
         }
     }},
    {"death: of a caller that waits for its answer",
     [] {
         for (const End end : {End::thread, End::suspended_thread, End::the_endpoint, End::the_reply,
                               End::context}) {
             prepare();
             const Worker client = start(caller);
             expect("received", nb_recv(endpoint, reply).label(), 1u);
             apply(end, client);
             if (end == End::the_reply) {
                 expect("told", failure, Error::canceled);
             } else if (end == End::the_endpoint) {
                 send(reply, Tag(4, 0));
                 expect("answered all the same", answered, 4u);
             } else if (end == End::context) {
                 succeed("taken, to be read when it has time", send(reply, Tag(4, 0)));
                 expect("no time", answered, 0u);
             } else {
                 expect_error("no caller", send(reply, Tag(4, 0)), Error::no_reply);
             }
             endpoint_works();
         }
     }},
    {"death: of a server that owes an answer",
     [] {
         for (const End end : {End::thread, End::suspended_thread, End::the_endpoint, End::the_reply}) {
             prepare();
             static CapIndex never;
             never = make_notification();
             const Worker busy = start([](Word) {
                 received = recv(endpoint, reply).label();
                 wait(never);
             });
             const Worker client = start(caller);
             expect("it has the call", received, 1u);
             apply(end, busy);
             if (end == End::the_reply) {
                 expect("told", failure, Error::canceled);
             } else {
                 expect("who holds the Reply can still answer", answered, 0u);
                 succeed("answer", send(reply, Tag(4, 0)));
                 expect("answered", answered, 4u);
             }
             if (end != End::thread && end != End::suspended_thread)
                 succeed("delete", remove(self, busy.thread));
             succeed("delete", remove(self, client.thread));
             endpoint_works();
         }
     }},
    {"death: of the server in the middle of a chain of calls",
     [] {
         static CapIndex inner, inner_reply;
         for (const End end : {End::thread, End::suspended_thread, End::the_endpoint, End::the_reply}) {
             prepare();
             inner = make_endpoint();
             inner_reply = make_reply();
             const Worker middle = start([](Word) {
                 recv(endpoint, reply);
                 call(inner, Tag(2, 0));
             });
             const Worker client = start(caller);
             expect("at the end of the chain", nb_recv(inner, inner_reply).label(), 2u);
             apply(end, middle);
             if (end == End::the_reply)
                 expect("the outer caller is told", failure, Error::canceled);
             else
                 expect("the outer call waits", answered, 0u);
             const Error error = send(inner_reply, {}).error();
             expect("the inner answer", error, end == End::thread || end == End::suspended_thread
                                                   ? Error::no_reply
                                                   : Error::none);
             if (end == End::thread || end == End::suspended_thread) {
                 succeed("answer the outer call", send(reply, Tag(4, 0)));
                 expect("answered", answered, 4u);
             }
             if (!is_empty(middle.thread))
                 succeed("delete", remove(self, middle.thread));
             succeed("delete", remove(self, client.thread));
             endpoint_works();
         }
     }},
    {"death: of a thread that waits for its fault to be handled",
     [] {
         for (const End end : {End::thread, End::suspended_thread, End::the_endpoint, End::the_reply}) {
             prepare();
             const Worker faulting = start([](Word) {
                 *reinterpret_cast<volatile Word*>(place::free) = 1;
             }, 0, {.fault_handler = endpoint});
             expect("a fault", nb_recv(endpoint, reply).kind(), Kind::fault);
             apply(end, faulting);
             if (end == End::thread || end == End::suspended_thread)
                 expect_error("nobody to answer", send(reply, {}), Error::no_reply);
             else
                 succeed("delete", remove(self, faulting.thread));
             endpoint_works();
         }
     }},
    {"death: of a thread in the queue of its fault handler",
     [] {
         for (const End end : {End::thread, End::suspended_thread, End::the_endpoint, End::context}) {
             prepare();
             const Worker faulting = start([](Word) {
                 *reinterpret_cast<volatile Word*>(place::free) = 1;
             }, 0, {.fault_handler = endpoint});
             apply(end, faulting);
             if (end == End::context)
                 expect("its fault arrives", nb_recv(endpoint, reply).kind(), Kind::fault);
             else if (end != End::the_endpoint)
                 expect("nobody waits", nb_recv(endpoint, reply).kind(), Kind::none);
             endpoint_works();
         }
     }},
    {"death: of everything at once, by a revoke of the Untyped that two talking threads are made of",
     [] {
         const CapIndex part = make(ObjectType::untyped, 16);
         const CapIndex made = slots(2);
         for (unsigned round = 0; round < 3; ++round) {
             succeed("Endpoint", retype(part, ObjectType::endpoint, 0, own::cnode, made));
             succeed("Reply", retype(part, ObjectType::reply, 0, own::cnode, made + 1));
             endpoint = made;
             reply = made + 1;
             failure = Error::none;
             const Worker client = start(caller);
             if (round > 0)
                 expect("received", nb_recv(endpoint, reply).label(), 1u);
             succeed("revoke", revoke(self, part));
             expect("told", failure, Error::canceled);
             require("gone", is_empty(made) && is_empty(made + 1));
             succeed("delete", remove(self, client.thread));
         }
     }},
};

} // namespace

constinit const Chapter death_chapter = chapter("deaths", tests);

} // namespace conformance
