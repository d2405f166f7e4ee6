// SPDX-License-Identifier: BSD-2-Clause
// Moving a message from one thread to another.
#include <generic/cap/derivation.hpp>
#include <generic/cap/derive.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/object/kernel.hpp>

#include <cobnut/abi/fault.hpp>

namespace kernel::ipc {

using cobnut::IpcBuffer;
using cobnut::Kind;
using cobnut::max_message_capabilities;
using cobnut::max_message_words;
using cobnut::Tag;

namespace {

constexpr unsigned register_words = arch::Registers::message_words;

IpcBuffer* buffer_of(const Thread& thread) {
    return static_cast<IpcBuffer*>(thread.buffer);
}

/// User memory: read once, whatever another core stores meanwhile.
Word read_once(const Word& word) {
    return *const_cast<const volatile Word*>(&word);
}

void copy_words(const Thread& sender, Thread& receiver, unsigned length) {
#pragma GCC unroll 6
    for (unsigned i = 0; i < register_words; ++i)
        receiver.registers.set_message(i, sender.registers.message(i));
    copy_rest(sender, receiver, length);
}

struct CapabilityTransfer {
    Slot* from[max_message_capabilities];
    Slot* to[max_message_capabilities];
};

/// Finds sources and destinations and checks that all can be derived.
Failure prepare(const Thread& sender, const Thread& receiver, unsigned count,
                CapabilityTransfer& plan) {
    const IpcBuffer* in = buffer_of(sender);
    const IpcBuffer* out = buffer_of(receiver);
    if (out == nullptr)
        return Error::no_receive_slot;
    auto root = find_capability(receiver, read_once(out->receive_root));
    if (!root.ok())
        return Error::no_receive_slot;
    const Word first = read_once(out->receive_index);
    const Word depth = read_once(out->receive_depth);
    for (unsigned i = 0; i < count; ++i) {
        KERNEL_TRY(from, find_capability(sender, read_once(in->capabilities[i])));
        KERNEL_CHECK(check_derivable(*from));
        auto to = lookup_slot(*root.value(), first + i, depth);
        if (!to.ok() || !to.value()->empty())
            return Error::no_receive_slot;
        plan.from[i] = from;
        plan.to[i] = to.value();
        for (unsigned j = 0; j < i; ++j)
            if (plan.to[j] == plan.to[i])
                return Error::no_receive_slot;
    }
    return {};
}

} // namespace

Word message_word(const Thread& thread, unsigned index) {
    return index < register_words ? thread.registers.message(index)
                                  : read_once(buffer_of(thread)->words[index]);
}

void set_message_word(Thread& thread, unsigned index, Word value) {
    if (index < register_words)
        thread.registers.set_message(index, value);
    else
        buffer_of(thread)->words[index] = value;
}

Failure transfer(Thread& sender, Thread& receiver, Word badge, bool grant) {
    const Tag tag{sender.registers.tag()};
    const unsigned length = tag.length();
    const unsigned count = tag.capabilities();
    if (length > max_message_words || tag.kind() != Kind::message)
        return {Error::invalid_argument, 1, tag.raw()};
    if ((length > register_words || count > 0) && sender.buffer == nullptr)
        return Error::no_buffer;
    if (length > register_words && receiver.buffer == nullptr)
        return Error::message_too_long;
    CapabilityTransfer plan;
    if (count > 0) {
        if (!grant)
            return Error::missing_right;
        KERNEL_CHECK(prepare(sender, receiver, count, plan));
    }
    copy_words(sender, receiver, length);
    for (unsigned i = 0; i < count; ++i)
        derive(*plan.from[i], *plan.to[i], Rights::all());
    receiver.registers.set_badge(badge);
    receiver.registers.set_tag(tag.raw());
    return {};
}

bool transfer_near(const Thread& sender, const Thread& receiver) {
    const IpcBuffer* in = buffer_of(sender);
    const IpcBuffer* out = buffer_of(receiver);
    if (in == nullptr || out == nullptr)
        return false;
    Slot* from = near_slot(sender, read_once(in->capabilities[0]));
    const Slot* root = near_slot(receiver, read_once(out->receive_root));
    if (from == nullptr || root == nullptr || !root->is(ObjectType::cnode))
        return false;
    const Word index = read_once(out->receive_index);
    const unsigned radix = root->radix();
    const Word guard_bits = read_once(out->receive_depth) - radix; // and the guard, above them, is zero
    if (guard_bits >= word_bits || root->badge != guard_bits || index >> radix != 0)
        return false;
    Slot& to = root->pointer<Slot>()[index];
    if (!to.empty())
        return false;
    if (is_copied_whole(from->type()) && kernel_state.progress_count == 0) [[likely]] {
        to.object = from->object;
        to.badge = from->badge;
        derivation::insert_child(*from, to);
        return true;
    }
    if (!check_derivable(*from).ok())
        return false;
    derive(*from, to, Rights::all());
    return true;
}

Failure transfer_fault(Thread& thread, Thread& receiver, Word badge) {
    if (cobnut::fault_words > register_words && receiver.buffer == nullptr)
        return Error::message_too_long;
    set_message_word(receiver, 0, thread.registers.ip());
    set_message_word(receiver, 1, thread.registers.sp());
    for (unsigned i = 0; i < 4; ++i)
        set_message_word(receiver, i + 2, thread.fault.word[i]);
    receiver.registers.set_badge(badge);
    receiver.registers.set_tag(
        Tag(thread.fault.type, cobnut::fault_words, 0, Kind::fault).raw());
    return {};
}

void give_signal(Thread& receiver, Word flags) {
    receiver.registers.set_badge(flags);
    receiver.registers.set_tag(Tag(0, 0, 0, Kind::signal).raw());
    for (unsigned i = 0; i < register_words; ++i)
        receiver.registers.set_message(i, 0);
}

void give_failure(Thread& thread, Error error) {
    thread.registers.set_badge(0);
    thread.registers.set_tag(Tag::failure(error).raw());
    for (unsigned i = 0; i < register_words; ++i)
        thread.registers.set_message(i, 0);
}

void give_failure(Thread& thread, const Failure& failure) {
    give_failure(thread, failure.error());
    if (failure.error() != Error::failed_lookup)
        return;
    thread.registers.set_tag(Tag(static_cast<Word>(Error::failed_lookup), 2, 0, Kind::none).raw());
    thread.registers.set_message(0, failure.first());
    thread.registers.set_message(1, failure.second());
}

} // namespace kernel::ipc
