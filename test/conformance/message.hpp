// SPDX-License-Identifier: BSD-2-Clause
// System calls as the tests make them: every word of a message as given, nothing checked on the
// way.
#pragma once

#include "answers.hpp"

#include <arch/syscall.hpp>
#include <cobnut/abi/error.hpp>
#include <cobnut/abi/object.hpp>
#include <cobnut/abi/syscall.hpp>

#include <initializer_list>
#include <stddef.h>

namespace conformance {

using namespace cobnut;

using Entry = void (*)(Word argument);

/// What a thread of a test knows of itself. It lies at the lowest address of the thread's stack.
struct Local {
    IpcBuffer* buffer = nullptr;
    Entry entry = nullptr;
    Word argument = 0;
    CapIndex thread = 0;
    CapIndex context = 0;
    CapIndex buffer_frame = 0;
    Word refusals = 0; ///< That it saw, and the debug kernel tells on its console.
};

inline constexpr size_t area_size = 8192;

/// Stack of a thread.
struct alignas(area_size) Area {
    Local local;
    char stack[area_size - sizeof(Local)];

    [[nodiscard]] Word top() const { return reinterpret_cast<Word>(this) + area_size - 64; }
};

inline constexpr unsigned area_count = 16;
extern Area areas[area_count];

/// The running thread's.
Local& local();

/// An answer that the calls below have not seen: notes it if it is a refusal.
void count_refusal(Tag answer);
/// The refusals that the domain's threads saw.
Word refusals_seen();

/// An error, and what was refused with it: checks note that a test asked for this answer.
struct Answer {
    Error error;
    Operation operation;

    constexpr operator Error() const { return error; }
    constexpr explicit operator Word() const { return static_cast<Word>(error); }
};

/// What a system call gave back.
struct Received {
    Word badge = 0;
    Tag tag;
    Word registers[arch::message_registers] = {};
    Operation operation = 0;

    [[nodiscard]] Kind kind() const { return tag.kind(); }
    [[nodiscard]] Word label() const { return tag.label(); }
    [[nodiscard]] unsigned length() const { return tag.length(); }
    /// Of a kernel object's answer or of a form that failed; what was received has none.
    [[nodiscard]] Answer error() const {
        return {kind() == Kind::none ? tag.error() : Error::none, operation};
    }
    [[nodiscard]] Word operator[](unsigned index) const {
        return index < arch::message_registers ? registers[index] : local().buffer->words[index];
    }
};

using Words = std::initializer_list<Word>;

/// One system call. Words beyond the registers go to the IPC buffer.
Received system_call(Syscall form, CapIndex capability, Tag tag, Words words = {},
                     CapIndex reply = 0, CapIndex second = 0);

/// One system call with the words of a message as they came, those in the IPC buffer included.
Received pass_on(Syscall form, CapIndex capability, Tag tag, const Received& message,
                 CapIndex reply = 0, CapIndex second = 0);

/// A system call of any number (aliens and the like).
Received raw_system_call(Word number, CapIndex capability, Word tag);

/// A method of a kernel object. Ends the test if the answer names an argument that is not the one.
Received request(CapIndex object, Method method, Words words = {},
                std::initializer_list<CapIndex> capabilities = {});

inline Received call(CapIndex endpoint, Tag tag, Words words = {}) {
    return system_call(Syscall::call, endpoint, tag, words);
}
inline Received send(CapIndex endpoint, Tag tag, Words words = {}) {
    return system_call(Syscall::send, endpoint, tag, words);
}
inline Received nb_send(CapIndex endpoint, Tag tag, Words words = {}) {
    return system_call(Syscall::nb_send, endpoint, tag, words);
}
inline Received recv(CapIndex endpoint, CapIndex reply) {
    return system_call(Syscall::recv, endpoint, {}, {}, reply);
}
inline Received nb_recv(CapIndex endpoint, CapIndex reply) {
    return system_call(Syscall::nb_recv, endpoint, {}, {}, reply);
}
inline Received wait(CapIndex object) {
    return system_call(Syscall::wait, object, {});
}
inline Received nb_wait(CapIndex object) {
    return system_call(Syscall::nb_wait, object, {});
}
inline Received reply_recv(CapIndex endpoint, CapIndex reply, Tag tag, Words words = {}) {
    return system_call(Syscall::reply_recv, endpoint, tag, words, reply);
}
inline Received signal(CapIndex notification) {
    return system_call(Syscall::nb_send, notification, {});
}
inline void yield() {
    system_call(Syscall::yield, 0, {});
}

} // namespace conformance
