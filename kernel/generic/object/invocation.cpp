// SPDX-License-Identifier: BSD-2-Clause
// Decoding calls on kernel objects.
#include <cobnut/abi/methods.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/debug/report.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/object/invocation.hpp>
#include <generic/object/methods.hpp>

namespace kernel {

namespace {

using cobnut::Tag;

/// Argument and capability counts by method, from the ABI's table: compact, for the kernel.
struct Shape {
    uint8_t arguments;
    uint8_t capabilities;
};

constexpr unsigned max_methods = 16;
constexpr uint8_t unknown = 0xff;

struct Shapes {
    Shape of[cobnut::object_type_count][max_methods] = {};
    consteval Shapes() {
        for (auto& row : of)
            for (Shape& shape : row)
                shape = {unknown, 0};
        for (const auto& method : cobnut::methods) {
            const auto number = static_cast<unsigned>(method.method);
            of[number >> 8][number & 0xff] = {method.argument_count, method.capability_count};
        }
    }
};

constexpr Shapes shapes;

Failure read_arguments(Invocation& call, Tag tag) {
    const Word label = tag.label();
    const auto type = static_cast<Word>(call.slot.type());
    if (label >> 8 != type || (label & 0xff) >= max_methods)
        return Error::invalid_method;
    const Shape& shape = shapes.of[type][label & 0xff];
    if (shape.arguments == unknown)
        return Error::invalid_method;
    call.method = static_cast<cobnut::Method>(label);
    call.word_count = tag.length();
    call.capability_count = tag.capabilities();
    if (call.word_count < shape.arguments || call.capability_count < shape.capabilities)
        return Error::truncated_message;
    if (call.word_count > Invocation::max_words)
        call.word_count = Invocation::max_words;
    const bool needs_buffer =
        call.word_count > arch::Registers::message_words || call.capability_count > 0;
    if (needs_buffer && call.caller.buffer == nullptr)
        return Error::no_buffer;
    for (unsigned i = 0; i < call.word_count; ++i)
        call.words[i] = ipc::message_word(call.caller, i);
    const auto* buffer = static_cast<const volatile cobnut::IpcBuffer*>(call.caller.buffer);
    for (unsigned i = 0; i < call.capability_count; ++i) {
        KERNEL_TRY(slot, lookup_capability(call.caller.cspace_slot, buffer->capabilities[i]));
        call.capabilities[i] = slot;
    }
    return {};
}

Failure dispatch(Invocation& call) {
    switch (call.slot.type()) {
    case ObjectType::untyped:
        return untyped::invoke(call);
    case ObjectType::cnode:
        return invoke_cnode(call);
    case ObjectType::thread:
        return invoke_thread(call);
    case ObjectType::sched_context:
        return invoke_sched_context(call);
    case ObjectType::sched_control:
        return invoke_sched_control(call);
    case ObjectType::page_table:
        return invoke_page_table(call);
    case ObjectType::frame:
        return invoke_frame(call);
    case ObjectType::irq_control:
        return invoke_irq_control(call);
    case ObjectType::irq_handler:
        return invoke_irq_handler(call);
    case ObjectType::io_port:
        return invoke_io_port(call);
    case ObjectType::firmware:
        return invoke_firmware(call);
    default:
        return Error::invalid_method;
    }
}

/// The result goes to the caller's registers and buffer, all of it or as much as there is room for.
void put_answer(Invocation& call, const Failure& failure) {
    Thread& caller = call.caller;
    const bool ok = failure.ok();
    unsigned count = ok ? call.result_count : 2;
    const Word* words = ok ? call.results : failure.detail;
    if (caller.buffer == nullptr && count > arch::Registers::message_words)
        count = arch::Registers::message_words;
    for (unsigned i = 0; i < arch::Registers::message_words; ++i)
        caller.registers.set_message(i, i < count ? words[i] : 0);
    for (unsigned i = arch::Registers::message_words; i < count; ++i)
        ipc::set_message_word(caller, i, words[i]);
    caller.registers.set_badge(0);
    caller.registers.set_tag(Tag(static_cast<Word>(failure.error), count, 0,
                                 ok ? cobnut::Kind::message : cobnut::Kind::none)
                                 .raw());
}

} // namespace

Failure invoke(Cpu& cpu, Thread& caller, Slot& slot, bool wants_answer) {
    Invocation call(cpu, caller, slot);
    const Tag tag{caller.registers.tag()};
    Failure failure = read_arguments(call, tag);
    if (failure.ok())
        failure = dispatch(call);
    if (failure.error == error_preempted)
        return failure;
    if (!failure.ok())
        debug::report_refusal(caller, tag.label(), failure);
    if (wants_answer)
        put_answer(call, failure);
    return failure;
}

} // namespace kernel
