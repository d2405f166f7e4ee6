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
/// of words, 4-5 of capabilities, then four bits for the type of each capability or `any_type`.
using Shape = uint32_t;

constexpr Shape any_type = static_cast<Shape>(ObjectType::firmware); // no method takes one
constexpr unsigned type_bits = 4;

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
    struct Row {
        uint8_t first = 0;
        uint8_t count = 0;
    };
    Row rows[type_count] = {};
    Shape of[all_methods()] = {};

    consteval Shapes() {
        unsigned first = 0;
        for (unsigned type = 0; type < type_count; ++type) {
            rows[type] = {static_cast<uint8_t>(first), static_cast<uint8_t>(methods_of(type))};
            first += rows[type].count;
        }
        unsigned described = 0;
        for (const auto& method : cobnut::methods) {
            const auto number = static_cast<unsigned>(method.method);
            if (number >> 8 >= type_count)
                continue;
            Shape shape = method.argument_count | Shape{method.capability_count} << 4;
            for (unsigned i = 0; i < cobnut::max_message_capabilities; ++i)
                shape |= only_type(method.capabilities[i].types) << (6 + type_bits * i);
            of[rows[number >> 8].first + (number & 0xff) - 1] = shape;
            ++described;
        }
        if (described != all_methods())
            numbers_of_methods_have_a_gap();
    }

    /// The one type that is allowed; any_type where the method itself tells several apart.
    static consteval Shape only_type(cobnut::ObjectTypes types) {
        const bool one = types.bits != 0 && (types.bits & (types.bits - 1)) == 0;
        return one ? static_cast<Shape>(__builtin_ctz(types.bits)) : any_type;
    }

private:
    static void numbers_of_methods_have_a_gap() {} // not constexpr: stops the compilation
};

constexpr Shapes shapes;

constexpr unsigned in_registers = arch::Registers::message_words;

[[gnu::noinline]] void read_registers(Invocation& call) {
    Word words[in_registers]; // all loads, then all stores: pairs where the ISA has them
#pragma GCC unroll 6
    for (unsigned i = 0; i < in_registers; ++i)
        words[i] = call.caller.registers.message(i);
#pragma GCC unroll 6
    for (unsigned i = 0; i < in_registers; ++i)
        call.words[i] = words[i];
}

/// The capability with this index that the caller sent along.
Result<Slot*> read_capability(const Thread& caller, unsigned index, Word path, Shape wanted) {
    auto found = lookup_capability(caller, path);
    if (!found.ok() && found.failure().error() != Error::invalid_capability)
        return found;
    if (!found.ok() || (wanted != any_type && static_cast<Shape>(found.value()->type()) != wanted))
        return Failure(Error::invalid_capability, index);
    return found;
}

Failure read_arguments(Invocation& call, Tag tag) {
    const Thread& caller = call.caller;
    const auto type = static_cast<unsigned>(call.slot.type());
    const Shapes::Row row = shapes.rows[type];
    const Word number = tag.label() - (Word{type} << 8) - 1;
    call.method = static_cast<cobnut::Method>(tag.label());
    call.word_count = tag.length();
    call.capability_count = tag.capabilities();
    if (number >= row.count)
        return Error::invalid_method;
    const Shape shape = shapes.of[row.first + number];
    if (call.word_count < (shape & 15) || call.capability_count < (shape >> 4 & 3))
        return Error::truncated_message;
    if (call.word_count > Invocation::max_words)
        call.word_count = Invocation::max_words;
    const auto* buffer = static_cast<const volatile cobnut::IpcBuffer*>(caller.buffer);
    if (buffer == nullptr && (call.word_count > in_registers || call.capability_count > 0))
        return Error::no_buffer;
    read_registers(call);
    for (unsigned i = in_registers; i < call.word_count; ++i)
        call.words[i] = ipc::message_word(caller, i);
    Shape types = shape >> 6;
    for (unsigned i = 0; i < call.capability_count; ++i, types >>= type_bits) {
        const Shape wanted = types & ((1 << type_bits) - 1);
        const Word path = buffer->capabilities[i];
        if (path < caller.node_size && static_cast<Shape>(caller.node[path].type()) == wanted) [[likely]] {
            call.capabilities[i] = caller.node + path;
            continue;
        }
        KERNEL_TRY(slot, read_capability(caller, i, path, wanted));
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
    case ObjectType::trace:
        if constexpr (trace::enabled)
            return invoke_trace(call);
        [[fallthrough]];
    default:
        return Error::invalid_method;
    }
}

Failure perform(Invocation& call, Tag tag) {
    KERNEL_CHECK(read_arguments(call, tag));
    return dispatch(call);
}

/// The result goes to the caller's registers and buffer, all of it or as much as there is room for.
void put_answer(Invocation& call, const Failure& failure) {
    Thread& caller = call.caller;
    give_answer(caller);
    if (!failure.ok()) {
        caller.registers.set_message(0, failure.first());
        caller.registers.set_message(1, failure.second());
        caller.registers.set_tag(
            Tag(static_cast<Word>(failure.error()), 2, 0, cobnut::Kind::none).raw());
        return;
    }
    unsigned count = call.result_count;
    if (count > in_registers && caller.buffer == nullptr)
        count = in_registers;
    for (unsigned i = 0; i < count; ++i)
        ipc::set_message_word(caller, i, call.results[i]);
    caller.registers.set_tag(Tag(0, count).raw());
}

} // namespace

Error invoke(Cpu& cpu, Thread& caller, Slot& slot, bool wants_answer) {
    Invocation call(cpu, caller, slot);
    const Tag tag{caller.registers.tag()};
    // The call may delete its own capability.
    uint64_t object = 0;
    if constexpr (trace::enabled)
        object = trace::name_of(slot);
    const Failure failure = perform(call, tag);
    if (failure.error() == error_preempted)
        return error_preempted;
    trace::record(cpu, trace::TraceType::method, static_cast<unsigned>(tag.label()), object,
                  static_cast<uint64_t>(failure.error()));
    if (!failure.ok())
        debug::report_refusal(call, tag.label(), failure);
    if (wants_answer)
        put_answer(call, failure);
    return failure.error();
}

} // namespace kernel
