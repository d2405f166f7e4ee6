// SPDX-License-Identifier: BSD-2-Clause
// What the debug kernel says on the console, in the words of the ABI's tables.
#include <cobnut/abi/fault.hpp>
#include <cobnut/abi/forms.hpp>
#include <cobnut/abi/methods.hpp>
#include <generic/contract/console.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/debug/print.hpp>
#include <generic/debug/report.hpp>

namespace kernel::debug::detail {

namespace {

/// Refusals of one thread in a row that are told.
constexpr uint32_t told_in_a_row = 256;

constexpr size_t lookup_failure_count =
    sizeof(cobnut::lookup_failures) / sizeof(cobnut::lookup_failures[0]);

Hex address_of(const Thread& thread) {
    return {reinterpret_cast<Word>(&thread)};
}

/// Whether to tell of one more: a program that does nothing but fail would keep the console busy.
bool is_told(const Thread& thread) {
    Cpu& cpu = arch::current_cpu();
    if (cpu.refused != &thread)
        cpu.refusal_count = 0;
    cpu.refused = &thread;
    if (cpu.refusal_count > told_in_a_row)
        return false;
    if (++cpu.refusal_count <= told_in_a_row)
        return true;
    print("kernel: thread ", address_of(thread), " is refused again and again: no more of it\n");
    return false;
}

const char* name_of(Error error) {
    const auto number = static_cast<unsigned>(error);
    return number < cobnut::error_count ? cobnut::errors[number].name : "unknown error";
}

template <size_t count>
const char* condition_in(const cobnut::Refusal (&refusals)[count], Error error) {
    for (const cobnut::Refusal& refusal : refusals)
        if (refusal.error == error)
            return refusal.condition;
    return nullptr;
}

/// The method's own condition of the error, else the common one, else what the error means.
const char* reason(const cobnut::MethodDescription* method, Error error) {
    const char* own = method == nullptr ? nullptr : method->condition(error);
    if (own == nullptr)
        own = condition_in(cobnut::common_refusals, error);
    return own != nullptr ? own : cobnut::errors[static_cast<unsigned>(error)].meaning;
}

/// "name 0x1, other 0x2": the words under the names that the table gives them; true: there was one.
bool print_arguments(const char* names, const Word* words, unsigned count) {
    const bool any = count != 0 && *names != 0;
    for (unsigned i = 0; i < count && *names != 0; ++i) {
        if (i != 0)
            print(", ");
        for (; *names != 0 && *names != ','; ++names)
            arch::console_put(*names);
        print(" ", Hex{words[i]});
        while (*names == ',' || *names == ' ')
            ++names;
    }
    return any;
}

/// "root CNode 0x12": the paths that were sent along, as the caller's buffer has them still.
void print_capabilities(const Invocation& call, const cobnut::MethodDescription& method, bool begun) {
    const auto* buffer = static_cast<const volatile cobnut::IpcBuffer*>(call.caller.buffer);
    for (unsigned i = 0; i < call.capability_count && buffer != nullptr; ++i) {
        const char* name = method.capabilities[i].name;
        print(begun || i != 0 ? ", " : "", name != nullptr ? name : "capability", " ",
              Hex{buffer->capabilities[i]});
    }
}

/// " of argument 2 attributes": which one of the method the error names.
void print_which(const cobnut::MethodDescription& method, const Failure& failure) {
    const Word which = failure.first();
    if (failure.error() == Error::invalid_capability && which < cobnut::max_message_capabilities &&
        method.capabilities[which].name != nullptr)
        print(" of ", method.capabilities[which].name);
    if (failure.error() != Error::invalid_argument)
        return;
    print(" of argument ", Decimal{which}, " ");
    const char* name = method.arguments;
    for (Word i = 0; i < which && *name != 0; ++name)
        i += *name == ',' ? 1 : 0;
    for (name += *name == ' ' ? 1 : 0; *name != 0 && *name != ','; ++name)
        arch::console_put(*name);
}

void print_failure(const Failure& failure, const char* why) {
    print(" (", Hex{failure.first()}, ", ", Hex{failure.second()}, "): ", why);
    if (failure.error() == Error::failed_lookup && failure.second() < lookup_failure_count)
        print(" ", cobnut::lookup_failures[failure.second()].meaning);
    print("\n");
}

} // namespace

void unhandled_fault(const Thread& thread, const Failure& failure) {
    const char* name = "of unknown type";
    for (const cobnut::Named& type : cobnut::fault_types)
        if (type.number == thread.fault.type)
            name = type.name;
    print("kernel: thread ", address_of(thread), " stopped by fault ", name, " at ",
          Hex{thread.registers.ip()}, ": ", Hex{thread.fault.word[0]}, " ",
          Hex{thread.fault.word[1]}, " ", Hex{thread.fault.word[2]}, " ", Hex{thread.fault.word[3]});
    if (failure.ok())
        print(": no handler\n");
    else
        print(": its handler cannot take it: ", name_of(failure.error()), "\n");
}

void refused_method(const Invocation& call, Word label, const Failure& failure) {
    // A missing table is how every program learns which one to make: no news.
    if (failure.error() == Error::missing_table || !is_told(call.caller))
        return;
    const auto* method = cobnut::describe(static_cast<cobnut::Method>(label));
    print("kernel: thread ", address_of(call.caller), " ");
    if (method != nullptr)
        print(method->object, ".", method->name, "(");
    else
        print("method ", Hex{label}, "(");
    // These are told before the words are read.
    const bool was_read = failure.error() != Error::truncated_message &&
                          failure.error() != Error::no_buffer && failure.error() != Error::invalid_method;
    if (method != nullptr && was_read)
        print_capabilities(call, *method, print_arguments(method->arguments, call.words, call.word_count));
    print(") refused: ", name_of(failure.error()));
    if (method != nullptr)
        print_which(*method, failure);
    print_failure(failure, reason(method, failure.error()));
}

void refused_form(const Thread& thread, const char* phase, Word word, const Failure& failure) {
    if (!is_told(thread))
        return;
    const char* why = condition_in(cobnut::form_lookup_refusals, failure.error());
    if (why == nullptr && failure.error() != Error::no_reply && failure.error() != Error::busy)
        why = condition_in(cobnut::message_refusals, failure.error());
    if (why == nullptr)
        why = cobnut::errors[static_cast<unsigned>(failure.error())].meaning;
    print("kernel: thread ", address_of(thread), " ", phase, " ", Hex{word}, " refused: ",
          name_of(failure.error()));
    print_failure(failure, why);
}

} // namespace kernel::debug::detail
