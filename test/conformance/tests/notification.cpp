// SPDX-License-Identifier: BSD-2-Clause
// Notifications: flags, waiters, binding.
#include "chapters.hpp"

namespace conformance {
namespace {

CapIndex notification, one, two, four;
Word taken[6];
unsigned turn;

void prepare() {
    notification = make_notification();
    one = minted(notification, Rights::all(), 1);
    two = minted(notification, Rights::all(), 2);
    four = minted(notification, Rights::all(), 4);
    turn = 0;
}

constexpr Test tests[] = {
    {"notification: a signal is kept until it is waited for",
     [] {
         prepare();
         expect_error("signal", signal(two), Error::none);
         const Received got = wait(notification);
         expect("kind", got.kind(), Kind::signal);
         expect("flags", got.badge, 2u);
     }},
    {"notification: signals add their badges by or",
     [] {
         prepare();
         signal(one);
         signal(four);
         signal(one);
         expect("flags", wait(notification).badge, 5u);
     }},
    {"notification: a signal by any form that sends is added to what is there",
     [] {
         prepare();
         const CapIndex first = make_notification();
         for (const Syscall form : {Syscall::nb_send, Syscall::send, Syscall::call,
                                    Syscall::nb_send_recv, Syscall::nb_send_wait}) {
             signal(one);
             if (form == Syscall::nb_send_recv || form == Syscall::nb_send_wait) {
                 signal(first);
                 expect("received", system_call(form, first, Tag(), {}, 0, four).kind(),
                        Kind::signal);
             } else {
                 system_call(form, four, Tag());
             }
             expect("flags", nb_wait(notification).badge, 5u);
         }
     }},
    {"notification: taking a signal clears it",
     [] {
         prepare();
         signal(one);
         expect("first", nb_wait(notification).badge, 1u);
         const Received second = nb_wait(notification);
         expect("kind", second.kind(), Kind::none);
         expect_error("nothing", second, Error::would_block);
     }},
    {"notification: a signal with badge 0 wakes too",
     [] {
         prepare();
         signal(notification);
         const Received got = nb_wait(notification);
         expect("kind", got.kind(), Kind::signal);
         expect("flags", got.badge, 0u);
     }},
    {"notification: a waiter is woken with the flags",
     [] {
         prepare();
         static volatile Word flags;
         flags = 0;
         start([](Word) { flags = wait(notification).badge; });
         expect("it waits", flags, 0u);
         signal(four);
         expect("woken", flags, 4u);
         expect("taken", nb_wait(notification).kind(), Kind::none);
     }},
    {"notification: of several waiters the highest priority is woken, then the first",
     [] {
         prepare();
         constexpr unsigned priorities[] = {110, 120, 120};
         for (Word index = 0; index < 3; ++index)
             start([](Word number) {
                 wait(notification);
                 taken[number] = ++turn;
             }, index, {.priority = priorities[index]});
         for (unsigned index = 0; index < 3; ++index)
             signal(one);
         expect("second first", taken[1], 1u);
         expect("third next", taken[2], 2u);
         expect("first last", taken[0], 3u);
     }},
    {"notification: send is the blocking form's signal and does not block",
     [] {
         prepare();
         expect_error("send", send(two, {}), Error::none);
         expect("flags", nb_wait(notification).badge, 2u);
     }},
    {"notification: a signal without write and a wait without read are refused",
     [] {
         prepare();
         expect_error("signal", signal(copied(notification, Rights::read_only())),
                      Error::missing_right);
         expect_error("poll", nb_wait(copied(notification, Rights::write_only())),
                      Error::missing_right);
     }},
    {"notification: a bound thread gets signals while it receives on an Endpoint",
     [] {
         prepare();
         static CapIndex endpoint;
         endpoint = make_endpoint();
         static volatile Word kind, flags;
         kind = 99;
         const Worker worker = start([](Word) {
             for (;;) {
                 const Received got = wait(endpoint);
                 kind = static_cast<Word>(got.kind());
                 flags = got.badge;
             }
         }, 0, {.resume = false});
         succeed("bind",
                 request(worker.thread, Method::thread_bind_notification, {}, {notification}));
         resume(worker.thread);
         expect("it waits", kind, 99u);
         for (const Syscall form : {Syscall::nb_send, Syscall::send, Syscall::call}) {
             kind = 99;
             system_call(form, form == Syscall::send ? one : four, Tag());
             expect("a signal", kind, Kind::signal);
             expect("flags", flags, form == Syscall::send ? 1u : 4u);
         }
     }},
    {"notification: a pending signal comes before the messages of an Endpoint",
     [] {
         prepare();
         succeed("bind",
                 request(own::thread, Method::thread_bind_notification, {}, {notification}));
         static CapIndex endpoint;
         endpoint = make_endpoint();
         start([](Word) { send(endpoint, Tag(8, 0)); });
         signal(two);
         const Received first = recv(endpoint, make_reply());
         expect("signal first", first.kind(), Kind::signal);
         expect("flags", first.badge, 2u);
         expect("then the message", recv(endpoint, make_reply()).label(), 8u);
     }},
    {"notification: a Notification is bound to one thread, a thread to one Notification",
     [] {
         prepare();
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         succeed("bind",
                 request(own::thread, Method::thread_bind_notification, {}, {notification}));
         expect_error("again",
                      request(own::thread, Method::thread_bind_notification, {},
                              {make_notification()}),
                      Error::in_use);
         expect_error("to another",
                      request(worker.thread, Method::thread_bind_notification, {}, {notification}),
                      Error::in_use);
         succeed("unbind", request(own::thread, Method::thread_unbind_notification));
         expect_error("unbind again", request(own::thread, Method::thread_unbind_notification),
                      Error::not_bound);
         succeed("bind to another",
                 request(worker.thread, Method::thread_bind_notification, {}, {notification}));
     }},
    {"notification: deleting a bound Notification ends the binding",
     [] {
         prepare();
         const CapIndex part = make(ObjectType::untyped, 10);
         const CapIndex bound = slots();
         succeed("retype", retype(part, ObjectType::notification, 0, own::cnode, bound));
         succeed("bind", request(own::thread, Method::thread_bind_notification, {}, {bound}));
         succeed("revoke", revoke(self, part));
         expect_error("unbind", request(own::thread, Method::thread_unbind_notification),
                      Error::not_bound);
         succeed("bind",
                 request(own::thread, Method::thread_bind_notification, {}, {notification}));
     }},
    {"notification: deleting a thread that a Notification is bound to frees it",
     [] {
         prepare();
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         succeed("bind",
                 request(worker.thread, Method::thread_bind_notification, {}, {notification}));
         succeed("delete", remove(self, worker.thread));
         signal(one);
         expect("kept", nb_wait(notification).badge, 1u);
         succeed("bind",
                 request(own::thread, Method::thread_bind_notification, {}, {notification}));
     }},
    {"notification: waiters are canceled when it is destroyed",
     [] {
         prepare();
         const CapIndex part = make(ObjectType::untyped, 10);
         static CapIndex dying;
         dying = slots();
         succeed("retype", retype(part, ObjectType::notification, 0, own::cnode, dying));
         const Worker worker = start(
             [](Word) { local().argument = static_cast<Word>(wait(dying).error()); });
         succeed("revoke", revoke(self, part));
         yield();
         expect("canceled", worker.local->argument, Error::canceled);
     }},
    {"notification: a bound thread that waits on another Notification is woken by its own",
     [] {
         prepare();
         static CapIndex other;
         other = make_notification();
         succeed("bind",
                 request(own::thread, Method::thread_bind_notification, {}, {notification}));
         signal(one);
         const Received got = nb_wait(other);
         note("kind", static_cast<Word>(got.kind()), got.badge);
         require("its own or nothing", got.kind() == Kind::none || got.badge == 1);
     }},
};

} // namespace

constinit const Chapter notification_chapter = chapter("notification", tests);

} // namespace conformance
