// SPDX-License-Identifier: BSD-2-Clause
// What the chapters of all ISAs share.
#pragma once

#include "../tests/chapters.hpp"

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

} // namespace conformance
