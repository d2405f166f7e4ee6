// SPDX-License-Identifier: BSD-2-Clause
// The tour's steps about programs that do what they must not: their fault handler, init, stops and
// reports them, and everything else goes on.

#include "tour.hpp"

#include <lib/names.hpp>

namespace cobnut::tour {

void Tour::describe_fault(const Message& fault, const Process& process) {
    if (fault.kind() != Kind::fault) {
        say("   unexpected message ", fault.label(), " of program ", fault.badge, "\n");
        return;
    }
    const auto type = static_cast<FaultType>(fault.label());
    Word words[fault_words]; // a print uses the IPC buffer too
    for (unsigned index = 0; index < fault_words; ++index)
        words[index] = fault.word(index);
    const Word ip = words[0];
    say("   stopped at the instruction at ", Hex{ip}, ": ", name_of(type), "\n");
    Line bytes("   bytes of the instruction:");
    for (const char byte : process.program_bytes(ip, 4)) {
        bytes.add(' ');
        bytes.add(Hex{static_cast<uint8_t>(byte), 2});
    }
    say(bytes.text(), "\n");
    switch (type) {
    case FaultType::vm: {
        const Word access = words[3];
        say("   it wanted to ",
            access & VmAccess::execute ? "execute"
            : access & VmAccess::write ? "write"
                                       : "read",
            " at address ", Hex{words[2]}, ", where ",
            access & VmAccess::present ? "that is not allowed\n" : "nothing is mapped\n");
        break;
    }
    case FaultType::capability:
        say("   it used the capability at path ", Hex{words[2]}, ": ",
            name_of(static_cast<Error>(words[4])), "\n");
        break;
    default:
        say("   details: ", Hex{words[2]}, " ", Hex{words[3]}, "\n");
        break;
    }
}

/// A call to the echo server and a line through the driver.
bool Tour::still_working() {
    const Message answer = call(echo_.index, Message::of(EchoProtocol::echo, 7, 8));
    const bool right =
        answer.received() && answer.word(0) == (7 ^ EchoProtocol::twist) && answer.word(1) == 9;
    say("   the echo server still answers, the driver still prints\n");
    return expect(right, "the echo server still answers");
}

bool Tour::stopped_by_fault(Who who, FaultType wanted) {
    const Message event = next_event();
    const bool right = event.kind() == Kind::fault && event.badge == static_cast<Word>(who) &&
                       event.label() == static_cast<Word>(wanted);
    describe_fault(event, process(who));
    const bool inside = !process(who).program_bytes(event.word(0), 2).empty();
    if (const Status status = process(who).destroy(); !status.ok())
        return failed("its end", status);
    return expect(right, "its fault handler was told") &&
           expect(inside, "the instruction is one of the program's");
}

bool Tour::show_offender() {
    if (const Status status = create(Who::offender, "offender", ProcessPlan()); !status.ok())
        return failed("the offender", status);
    if (const Status status = process(Who::offender).start(0); !status.ok())
        return failed("the offender", status);
    const bool stopped = stopped_by_fault(Who::offender, FaultType::capability);
    return still_working() && stopped;
}

bool Tour::show_null_reader() {
    if (const Status status = create(Who::null_reader, "null-reader", ProcessPlan()); !status.ok())
        return failed("the null-reader", status);
    if (const Status status = process(Who::null_reader).start(0); !status.ok())
        return failed("the null-reader", status);
    const bool stopped = stopped_by_fault(Who::null_reader, FaultType::vm);
    return still_working() && stopped;
}

} // namespace cobnut::tour
