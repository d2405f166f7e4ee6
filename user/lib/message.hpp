// SPDX-License-Identifier: BSD-2-Clause
// Messages and the forms of a system call.
#pragma once

#include <arch/syscall.hpp>
#include <cobnut/abi/fault.hpp>
#include <cobnut/abi/syscall.hpp>
#include <lib/program.hpp>

#include <utility>

namespace cobnut {

inline constexpr unsigned message_registers = arch::message_registers;

/// What goes out or came in. Words that do not fit into registers lie in the IPC buffer, so at most
/// one message with more of them exists at a time.
struct Message {
    Tag tag;
    Word badge = 0; ///< Received: of the capability that was used, or flags of a signal.
    Word registers[message_registers] = {};

    constexpr Message() = default;
    constexpr explicit Message(Tag t) : tag(t) {}
    /// Words in registers only.
    template <class... Words>
    requires(sizeof...(Words) <= message_registers) static constexpr Message
        of(Word label, Words... words) {
        Message message(Tag(label, sizeof...(Words)));
        unsigned index = 0;
        ((message.registers[index++] = static_cast<Word>(words)), ...);
        return message;
    }

    [[nodiscard]] Word word(unsigned index) const {
        return index < message_registers ? registers[index] : ipc_buffer().words[index];
    }
    void set(unsigned index, Word value) {
        if (index < message_registers)
            registers[index] = value;
        else
            ipc_buffer().words[index] = value;
    }

    [[nodiscard]] Kind kind() const { return tag.kind(); }
    [[nodiscard]] Word label() const { return tag.label(); }
    [[nodiscard]] bool received() const { return kind() != Kind::none; }
    /// Why nothing was received, or what a kernel object answered.
    [[nodiscard]] Error error() const { return tag.error(); }
};

namespace detail {

template <Syscall form, int begin = -1, int end = -1>
[[gnu::always_inline]] inline Message trap(CapIndex capability, const Message& message,
                                           CapIndex reply = 0, CapIndex second = 0) {
    // Written out: a loop would keep the words in memory and clear them first.
    return [&]<unsigned... index>(std::integer_sequence<unsigned, index...>)
        __attribute__((always_inline)) {
        arch::Trap registers{
            capability, message.tag.raw(), {message.registers[index]...}, reply, second};
        arch::trap<form, begin, end>(registers);
        Message answer{Tag(registers.tag)};
        answer.badge = registers.capability;
        ((answer.registers[index] = registers.message[index]), ...);
        return answer;
    }
    (std::make_integer_sequence<unsigned, message_registers>());
}

} // namespace detail

inline Message call(CapIndex target, const Message& message) {
    return detail::trap<Syscall::call>(target, message);
}
/// Answers the caller in `reply`, then receives the next one into it.
inline Message reply_recv(CapIndex endpoint, const Message& message, CapIndex reply) {
    return detail::trap<Syscall::reply_recv>(endpoint, message, reply);
}
inline Message recv(CapIndex endpoint, CapIndex reply) {
    return detail::trap<Syscall::recv>(endpoint, Message(), reply);
}
inline Message nb_recv(CapIndex endpoint, CapIndex reply) {
    return detail::trap<Syscall::nb_recv>(endpoint, Message(), reply);
}
inline Message send(CapIndex target, const Message& message) {
    return detail::trap<Syscall::send>(target, message);
}
inline Message nb_send(CapIndex target, const Message& message) {
    return detail::trap<Syscall::nb_send>(target, message);
}
/// Waits for a signal, or for a message that wants no reply.
inline Message wait(CapIndex source) { return detail::trap<Syscall::wait>(source, Message()); }
inline Message nb_wait(CapIndex source) {
    return detail::trap<Syscall::nb_wait>(source, Message());
}
/// Sends to `target`, then receives on `endpoint`.
inline Message nb_send_recv(CapIndex target, const Message& message, CapIndex endpoint,
                            CapIndex reply) {
    return detail::trap<Syscall::nb_send_recv>(endpoint, message, reply, target);
}
inline Message nb_send_wait(CapIndex target, const Message& message, CapIndex source) {
    return detail::trap<Syscall::nb_send_wait>(source, message, 0, target);
}
inline void yield() { (void)detail::trap<Syscall::yield>(0, Message()); }

} // namespace cobnut
