// SPDX-License-Identifier: BSD-2-Clause
// The forms of the system call as data: what each does and every error that it can end in.
#pragma once

#include <cobnut/abi/method_table.hpp>

namespace cobnut {

/// A capability that cannot be found, is of the wrong type or lacks the right, is a capability
/// fault in blocking forms; the others report it as these errors.
inline constexpr Refusal form_lookup_refusals[] = {
    {Error::failed_lookup, "The path ends before it names a slot."},
    {Error::invalid_capability, "The slot is empty or of a type that the form does not take."},
    {Error::missing_right, "Sending: write (call: grant or grant_reply too), receiving: read."},
};

/// What a message can fail of; nothing has moved then. The sender gets it, if it waits in a queue
/// when its turn comes.
inline constexpr Refusal message_refusals[] = {
    {Error::invalid_argument, "Word count above 120, or a kind in the tag. Answering a fault: a label that "
                              "is no FaultReply, or a register that cannot have its value."},
    {Error::no_buffer, "Words beyond the registers, or capabilities, and the sender has no buffer."},
    {Error::message_too_long, "Words beyond the registers, and the receiver has no buffer."},
    {Error::no_receive_slot, "The receiver names no empty slots for the capabilities."},
    {Error::missing_right, "Capabilities, and the Endpoint or Reply lacks grant."},
    {Error::no_reply, "A call, and the receiver offers no Reply object."},
    {Error::failed_lookup, "The path of a capability to be sent ends before it names a slot."},
    {Error::invalid_capability, "A capability to be sent is not there."},
    {Error::illegal_operation, "A capability to be sent cannot be derived."},
    {Error::has_children, "A capability to be sent is an Untyped that something was made of."},
    {Error::busy, "A revoke of a capability to be sent is under way."},
};

inline constexpr FormDescription forms[] = {
    {Syscall::call, "Sends and waits for the answer, or calls a kernel object.",
     {{Error::canceled, "The Endpoint, or the one who had the message, is gone."},
      {Error::no_reply, "A Reply object that holds no caller."}}},
    {Syscall::reply_recv, "Answers the caller in the Reply object, if there is one, then as recv.",
     {{Error::in_use, "Another thread waits with this Reply object."},
      {Error::canceled, "Endpoint or Reply object are gone."}}},
    {Syscall::send, "Sends; waits until somebody receives.",
     {{Error::canceled, "The Endpoint is gone, or the sends of its badge were canceled."},
      {Error::no_reply, "A Reply object that holds no caller."}}},
    {Syscall::nb_send, "Sends if somebody receives now; else the message is dropped.",
     {{Error::no_reply, "A Reply object that holds no caller."}}},
    {Syscall::recv, "Receives; the caller waits in the Reply object.",
     {{Error::in_use, "The Reply object holds a caller, or another thread waits with it."},
      {Error::canceled, "Endpoint or Reply object are gone."}}},
    {Syscall::nb_recv, "As recv, and does not wait.",
     {{Error::in_use, "The Reply object holds a caller, or another thread waits with it."},
      {Error::would_block, "Nobody sends."}}},
    {Syscall::wait, "Receives without a Reply object, or waits for a signal.",
     {{Error::canceled, "The Endpoint or Notification is gone."}}},
    {Syscall::nb_wait, "As wait, and does not wait.",
     {{Error::would_block, "Nobody sends, no signal is there."}}},
    {Syscall::nb_send_recv, "nb_send to the second capability, then recv.",
     {{Error::in_use, "The Reply object holds a caller, or another thread waits with it."},
      {Error::canceled, "Endpoint or Reply object are gone."},
      {Error::no_reply, "The second capability is a Reply object that holds no caller."}}},
    {Syscall::nb_send_wait, "nb_send to the second capability, then wait.",
     {{Error::canceled, "The Endpoint or Notification is gone."},
      {Error::no_reply, "The second capability is a Reply object that holds no caller."}}},
    {Syscall::yield, "Goes to the end of its priority's queue; with a budget, waits for the next.",
     {}},
};

static_assert(sizeof(forms) / sizeof(forms[0]) == syscall_count);

} // namespace cobnut
