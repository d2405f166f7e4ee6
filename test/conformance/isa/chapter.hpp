// SPDX-License-Identifier: BSD-2-Clause
// What the chapters of all ISAs share.
#pragma once

#include "../tests/chapters.hpp"
#include "isa.hpp"

namespace conformance {

/// Of the threads to the test; `runs` clears the first.
inline volatile Word result[4];
inline CapIndex notification;

/// Whether the code ran to its end, where it sets result[0]; if not, its fault went to a handler.
inline bool runs(Entry entry) {
    const CapIndex handler = make_endpoint();
    result[0] = 0;
    notification = make_notification();
    const Worker worker = start(entry, 0, {.fault_handler = handler});
    const Received got = nb_recv(handler, make_reply());
    succeed("delete", remove(self, worker.thread));
    if (result[0] == 0)
        expect("a fault", got.kind(), Kind::fault);
    return result[0] != 0;
}

/// `store_behind` makes a reservation of the word at place::free, does the action, and tells whether the
/// store that depends on it failed: 1.
inline void fail_behind_call(Word (*store_behind)(void (*)())) {
    static CapIndex endpoint, reply;
    endpoint = make_endpoint();
    reply = make_reply();
    start([](Word) {
        recv(endpoint, reply);
        for (;;)
            reply_recv(endpoint, reply, {});
    });
    succeed("map", map(make_frame(), place::free));
    expect("failed", store_behind([] { call(endpoint, {}); }), 1u);
}
/// The same behind a fault and an interrupt.
inline void fail_behind_switches(Word (*store_behind)(void (*)())) {
    static Word (*reserve)(void (*)());
    reserve = store_behind;
    const CapIndex handler = make_endpoint(), answer = make_reply();
    succeed("map", map(make_frame(), place::free));
    result[1] = 99;
    start([](Word) { result[1] = reserve(isa::undefined_instruction); }, 0,
          {.fault_handler = handler});
    const Received got = recv(handler, answer);
    send(answer, Tag(static_cast<Word>(FaultReply::resume), 1), {got[0] + isa::undefined_size});
    expect("a fault", result[1], 1u);
    start([](Word) {
        for (;;)
            result[2] = result[2] + 1;
    }, 0, {.priority = main_priority, .budget = 50, .period = 50});
    result[2] = 0;
    expect("an interrupt", reserve([] {
        while (result[2] == 0)
            continue;
    }), 1u);
}

} // namespace conformance
