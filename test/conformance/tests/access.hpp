// SPDX-License-Identifier: BSD-2-Clause
// Whether an access by another thread faults.
#pragma once

#include "../isa/isa.hpp"
#include "../test.hpp"

namespace conformance {

struct Seen {
    bool fault = false;
    Word address = 0;
    Word access = 0;
};

/// A load or store by another thread of this domain.
inline Seen try_access(Word address, bool write, CapIndex space = own::space) {
    static Word where;
    static bool writing;
    where = address;
    writing = write;
    const CapIndex handler = make_endpoint();
    const CapIndex answer = make_reply();
    const Worker worker = start([](Word) {
        if (writing)
            isa::store(where, 1);
        else
            isa::load(where);
    }, 0, {.fault_handler = handler, .space = space});
    const Received got = nb_recv(handler, answer);
    succeed("delete", remove(self, worker.thread));
    if (got.kind() != Kind::fault)
        return {};
    expect("label", got.label(), FaultType::vm);
    return {true, got[2], got[3]};
}

} // namespace conformance
