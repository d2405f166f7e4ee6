// SPDX-License-Identifier: BSD-2-Clause
// Moving a message from one thread to another: all of it or nothing.
#pragma once

#include <cobnut/abi/syscall.hpp>
#include <generic/base/attributes.hpp>
#include <generic/base/result.hpp>
#include <generic/object/thread.hpp>

namespace kernel::ipc {

/// Word i of the message that a thread sends or has been given.
[[nodiscard]] Word message_word(const Thread& thread, unsigned index);
/// The thread needs an IPC buffer from word Registers::message_words on.
void set_message_word(Thread& thread, unsigned index, Word value);

/// The message of `sender` (its tag says how long) becomes the receiver's, with `badge`.
/// Capabilities travel only with `grant`. Fails, moving nothing, with no_buffer (the sender's
/// lacks), message_too_long, no_receive_slot, missing_right or an error of derivation.
[[nodiscard]] Failure transfer(Thread& sender, Thread& receiver, Word badge, bool grant);

/// The sender's first capability becomes the receiver's, if the CNodes of both hold source and destination
/// themselves, with a guard of zeros at the latter. False: nothing has been done.
[[nodiscard]] bool transfer_near(const Thread& sender, const Thread& receiver);

/// The words of a message that registers do not hold: if there are any, both threads have buffers. User
/// memory: each is read once.
KERNEL_HOT void copy_rest(const Thread& sender, const Thread& receiver, Word length) {
    constexpr unsigned first = arch::Registers::message_words;
    if (length <= first) [[likely]]
        return;
    const volatile Word* from = static_cast<const cobnut::IpcBuffer*>(sender.buffer)->words;
    Word* to = static_cast<cobnut::IpcBuffer*>(receiver.buffer)->words;
#pragma GCC unroll 1
    for (Word i = first; i < length; ++i)
        to[i] = from[i];
}

/// The receiver gets the fault that `thread` stopped for.
[[nodiscard]] Failure transfer_fault(Thread& thread, Thread& receiver, Word badge);

/// The receiver gets the flags of a Notification.
void give_signal(Thread& receiver, Word flags);

/// What the thread waited for failed.
void give_failure(Thread& thread, Error error);
/// As above; of failed_lookup with its two words, as methods answer it.
[[gnu::cold]] void give_failure(Thread& thread, const Failure& failure);

} // namespace kernel::ipc
