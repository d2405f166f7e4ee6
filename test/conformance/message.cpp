// SPDX-License-Identifier: BSD-2-Clause
// System calls as the tests make them.
#include "message.hpp"

#include "test.hpp"

#include <cobnut/abi/fault.hpp>

namespace conformance {

Area areas[area_count];

namespace {

Local outside; // of the root task's first thread, whose stack the kernel made

void trap(Syscall form, arch::Trap& registers) {
    switch (form) {
    case Syscall::call: return arch::trap<Syscall::call>(registers);
    case Syscall::reply_recv: return arch::trap<Syscall::reply_recv>(registers);
    case Syscall::send: return arch::trap<Syscall::send>(registers);
    case Syscall::nb_send: return arch::trap<Syscall::nb_send>(registers);
    case Syscall::recv: return arch::trap<Syscall::recv>(registers);
    case Syscall::nb_recv: return arch::trap<Syscall::nb_recv>(registers);
    case Syscall::wait: return arch::trap<Syscall::wait>(registers);
    case Syscall::nb_wait: return arch::trap<Syscall::nb_wait>(registers);
    case Syscall::nb_send_recv: return arch::trap<Syscall::nb_send_recv>(registers);
    case Syscall::nb_send_wait: return arch::trap<Syscall::nb_send_wait>(registers);
    case Syscall::yield: return arch::trap<Syscall::yield>(registers);
    }
}

/// Whether the debug kernel says why (docs/manual/debug.md). Who faults for lack of a capability gets no
/// answer; the handler sees it.
bool is_told(Tag answer) {
    if (answer.kind() == Kind::fault)
        return answer.label() == static_cast<Word>(FaultType::capability);
    const Error error = answer.kind() == Kind::none ? answer.error() : Error::none;
    return error != Error::none && error != Error::missing_table && error != Error::would_block &&
           error != Error::canceled;
}

Received result(Operation operation, const arch::Trap& registers) {
    Received received{registers.capability, Tag(registers.tag), {}, operation};
    for (unsigned index = 0; index < arch::message_registers; ++index)
        received.registers[index] = registers.message[index];
    if (received.kind() == Kind::none)
        answers_given.mark(operation, received.error());
    count_refusal(received.tag);
    return received;
}

Received perform(Operation operation, Syscall form, CapIndex capability, Tag tag, Words words,
                 CapIndex reply = 0, CapIndex second = 0) {
    arch::Trap registers;
    registers.capability = capability;
    registers.tag = tag.raw();
    registers.reply = reply;
    registers.second = second;
    unsigned index = 0;
    for (const Word word : words) {
        if (index < arch::message_registers)
            registers.message[index] = word;
        else if (local().buffer != nullptr)
            local().buffer->words[index] = word;
        ++index;
    }
    trap(form, registers);
    return result(operation, registers);
}

bool is_method(Syscall form, Tag tag) {
    return form == Syscall::call && tag.label() > 0xff && tag.label() < no_operation;
}

/// What an object refuses with an argument's number was sent with that number.
void check_which(const Received& answer, Words words, unsigned capabilities) {
    if (answer.error() == Error::invalid_argument) {
        if (answer[0] >= words.size())
            finish(Verdict::failed, "number of the argument", words.size() - 1, answer[0], here());
        expect("the argument of that number", answer[1], words.begin()[answer[0]]);
    }
    if (answer.error() == Error::invalid_capability && answer[0] >= capabilities)
        finish(Verdict::failed, "number of the capability", capabilities - 1, answer[0], here());
}

} // namespace

Local& local() {
    const auto here = reinterpret_cast<Word>(__builtin_frame_address(0));
    const auto first = reinterpret_cast<Word>(areas);
    if (here < first || here >= first + sizeof areas)
        return outside;
    return areas[(here - first) / area_size].local;
}

void count_refusal(Tag answer) {
    if (is_told(answer))
        ++local().refusals; // of each thread its own: one of all would have to be atomic
}

Word refusals_seen() {
    Word sum = outside.refusals;
    for (const Area& area : areas)
        sum += area.local.refusals;
    return sum;
}

Received system_call(Syscall form, CapIndex capability, Tag tag, Words words, CapIndex reply,
                     CapIndex second) {
    const Word operation = is_method(form, tag) ? tag.label() : static_cast<Word>(form);
    return perform(static_cast<Operation>(operation), form, capability, tag, words, reply, second);
}

Received pass_on(Syscall form, CapIndex capability, Tag tag, const Received& message,
                 CapIndex reply, CapIndex second) {
    arch::Trap registers;
    registers.capability = capability;
    registers.tag = tag.raw();
    registers.reply = reply;
    registers.second = second;
    for (unsigned index = 0; index < arch::message_registers; ++index)
        registers.message[index] = message.registers[index];
    trap(form, registers);
    // Threads of the random tests, whose calls these are, write each other's registers: what a form
    // seems to end in may be anything.
    return result(is_method(form, tag) ? static_cast<Operation>(tag.label()) : no_operation, registers);
}

Received raw_system_call(Word number, CapIndex capability, Word tag) {
    arch::Trap registers;
    registers.capability = capability;
    registers.tag = tag;
    switch (number) {
    case 11: arch::trap<static_cast<Syscall>(11)>(registers); break;
    case 99: arch::trap<static_cast<Syscall>(99)>(registers); break;
    default: arch::trap<static_cast<Syscall>(255)>(registers); break;
    }
    return result(no_operation, registers);
}

Received request(CapIndex object, Method method, Words words,
                std::initializer_list<CapIndex> capabilities) {
    unsigned count = 0;
    for (const CapIndex capability : capabilities)
        local().buffer->capabilities[count++] = capability;
    const Tag tag(static_cast<Word>(method), static_cast<unsigned>(words.size()), count);
    const Received answer = perform(static_cast<Operation>(method), Syscall::call, object, tag, words);
    check_which(answer, words, count);
    return answer;
}

} // namespace conformance
