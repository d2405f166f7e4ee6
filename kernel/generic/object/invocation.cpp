// SPDX-License-Identifier: BSD-2-Clause
// Decoding calls on kernel objects.
#include <cobnut/abi/methods.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/debug/report.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/object/invocation.hpp>
#include <generic/object/methods.hpp>
#include <generic/trace/record.hpp>

namespace kernel {

namespace {

using cobnut::Tag;

/// What the ABI's table says of a method's arguments, packed for the kernel: bits 0-3 least number
/// of words, 4-5 of capabilities, then four bits for the type of each capability (0: any).
using Shape = uint32_t;

/// Types whose methods this kernel has.
constexpr auto type_count =
    static_cast<unsigned>(trace::enabled ? ObjectType::trace : ObjectType::firmware) + 1;

consteval unsigned methods_of(unsigned type) {
    unsigned highest = 0;
    for (const auto& method : cobnut::methods) {
        const auto number = static_cast<unsigned>(method.method);
        if (number >> 8 == type && (number & 0xff) > highest)
            highest = number & 0xff;
    }
    return highest;
}

consteval unsigned all_methods() {
    unsigned sum = 0;
    for (unsigned type = 0; type < type_count; ++type)
        sum += methods_of(type);
    return sum;
}

/// The shapes of an object type's methods, from number 1 on, lie together.
struct Shapes {
    static constexpr Shape unknown = ~Shape{0};

    uint8_t first[type_count + 1] = {};
    Shape of[all_methods()] = {};

    consteval Shapes() {
        for (Shape& shape : of)
            shape = unknown;
        for (unsigned type = 0; type < type_count; ++type)
            first[type + 1] = static_cast<uint8_t>(first[type] + methods_of(type));
        for (const auto& method : cobnut::methods) {
            const auto number = static_cast<unsigned>(method.method);
            if (number >> 8 >= type_count)
                continue;
            Shape shape = method.argument_count | Shape{method.capability_count} << 4;
            for (unsigned i = 0; i < cobnut::max_message_capabilities; ++i)
                shape |= only_type(method.capabilities[i].types) << (6 + 4 * i);
            of[first[number >> 8] + (number & 0xff) - 1] = shape;
        }
    }

    /// The one type that is allowed; 0 where the method itself tells several apart.
    static consteval Shape only_type(cobnut::ObjectTypes types) {
        const bool one = types.bits != 0 && (types.bits & (types.bits - 1)) == 0;
        return one ? static_cast<Shape>(__builtin_ctz(types.bits)) : 0;
    }
};

constexpr Shapes shapes;

/// The shape of the method with this label, Shapes::unknown if the object has none.
Shape shape_of(ObjectType type, Word label) {
    const auto row = static_cast<unsigned>(type);
    const Word number = (label & 0xff) - 1;
    if (label >> 8 != row || number >= Word{shapes.first[row + 1]} - shapes.first[row])
        return Shapes::unknown;
    return shapes.of[shapes.first[row] + number];
}

Failure read_arguments(Invocation& call, Tag tag) {
    const Shape shape = shape_of(call.slot.type(), tag.label());
    if (shape == Shapes::unknown)
        return Error::invalid_method;
    call.method = static_cast<cobnut::Method>(tag.label());
    call.word_count = tag.length();
    call.capability_count = tag.capabilities();
    if (call.word_count < (shape & 15) || call.capability_count < (shape >> 4 & 3))
        return Error::truncated_message;
    if (call.word_count > Invocation::max_words)
        call.word_count = Invocation::max_words;
    const bool needs_buffer =
        call.word_count > arch::Registers::message_words || call.capability_count > 0;
    if (needs_buffer && call.caller.buffer == nullptr)
        return Error::no_buffer;
    constexpr unsigned in_registers = arch::Registers::message_words;
#pragma GCC unroll 6
    for (unsigned i = 0; i < in_registers; ++i)
        call.words[i] = call.caller.registers.message(i);
    for (unsigned i = in_registers; i < call.word_count; ++i)
        call.words[i] = ipc::message_word(call.caller, i);
    const auto* buffer = static_cast<const volatile cobnut::IpcBuffer*>(call.caller.buffer);
    for (unsigned i = 0; i < call.capability_count; ++i) {
        const auto wanted = static_cast<ObjectType>(shape >> (6 + 4 * i) & 15);
        const Word path = buffer->capabilities[i];
        Slot* slot = near_slot(call.caller, path);
        if (slot != nullptr && slot->type() == wanted && wanted != ObjectType::null) [[likely]] {
            call.capabilities[i] = slot;
            continue;
        }
        auto found = lookup_capability(call.caller, path);
        if (!found.ok())
            return found.failure().error == Error::invalid_capability
                       ? Failure(Error::invalid_capability, i)
                       : found.failure();
        if (wanted != ObjectType::null && found.value()->type() != wanted)
            return {Error::invalid_capability, i};
        call.capabilities[i] = found.value();
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
    case ObjectType::trace:
        if constexpr (trace::enabled)
            return invoke_trace(call);
        [[fallthrough]];
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
#pragma GCC unroll 6
    for (unsigned i = 0; i < arch::Registers::message_words; ++i)
        caller.registers.set_message(i, 0);
    for (unsigned i = 0; i < count; ++i)
        ipc::set_message_word(caller, i, words[i]);
    caller.registers.set_badge(0);
    caller.registers.set_tag(Tag(static_cast<Word>(failure.error), count, 0,
                                 ok ? cobnut::Kind::message : cobnut::Kind::none)
                                 .raw());
}

} // namespace

Error invoke(Cpu& cpu, Thread& caller, Slot& slot, bool wants_answer) {
    Invocation call(cpu, caller, slot);
    const Tag tag{caller.registers.tag()};
    // The call may delete its own capability.
    uint64_t object = 0;
    if constexpr (trace::enabled)
        object = trace::name_of(slot);
    Failure failure = read_arguments(call, tag);
    if (failure.ok())
        failure = dispatch(call);
    if (failure.error == error_preempted)
        return error_preempted;
    trace::record(cpu, trace::TraceType::method, static_cast<unsigned>(tag.label()), object,
                  static_cast<uint64_t>(failure.error));
    if (!failure.ok())
        debug::report_refusal(call, tag.label(), failure);
    if (wants_answer)
        put_answer(call, failure);
    return failure.error;
}

} // namespace kernel
