// SPDX-License-Identifier: BSD-2-Clause
// What the debug kernel says on the console, in the words of the ABI's tables.
#include <cobnut/abi/fault.hpp>
#include <cobnut/abi/forms.hpp>
#include <cobnut/abi/methods.hpp>
#include <generic/contract/console.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/debug/print.hpp>
#include <generic/debug/report.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::debug::detail {

namespace {

/// How many more of the same refusal are told in one line: four, then sixteen, and so on.
constexpr uint32_t told_at_once(unsigned lines_before) {
    return 4u << 2 * (lines_before < 14 ? lines_before : 14);
}

constexpr size_t lookup_failure_count =
    sizeof(cobnut::lookup_failures) / sizeof(cobnut::lookup_failures[0]);

Hex address_of(const Thread& thread) {
    return {reinterpret_cast<Word>(&thread)};
}

/// A sum of all that a line says: another line has, but for one chance in 2^64, another sum.
class Sum {
public:
    void add(uint64_t word) {
        value_ = (value_ ^ word) * 0x9e3779b97f4a7c15;
        value_ ^= value_ >> 29;
    }
    void add(const Failure& failure) {
        add(static_cast<uint64_t>(failure.error()));
        add(failure.first());
        add(failure.second());
    }
    [[nodiscard]] uint64_t value() const { return value_; }

private:
    uint64_t value_ = 1;
};

void tell_more(Cpu& cpu) {
    if (cpu.more_untold != 0)
        print("kernel: ", Decimal{cpu.more_untold}, " more of the same\n");
    cpu.more_untold = 0;
}

/// Whether the refusal is to be told: one that is the line before over again is counted instead, and
/// how many there were is told now and then, and when something else comes.
bool is_news(const Thread& thread, Sum line) {
    Cpu& cpu = arch::current_cpu();
    line.add(reinterpret_cast<Word>(&thread));
    if (cpu.told == line.value()) {
        if (++cpu.more_untold == told_at_once(cpu.more_told)) {
            tell_more(cpu);
            ++cpu.more_told;
        }
        return false;
    }
    tell_more(cpu);
    cpu.told = line.value();
    cpu.more_told = 0;
    return true;
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

/// The paths that were sent along, as the caller's buffer has them still.
struct Paths {
    unsigned count;
    const volatile Word* path;

    explicit Paths(const Invocation& call) : count(0), path(nullptr) {
        if (const auto* buffer = static_cast<const volatile cobnut::IpcBuffer*>(call.caller.buffer)) {
            count = call.capability_count;
            path = buffer->capabilities;
        }
    }
};

/// "root CNode 0x12".
void print_capabilities(const Paths& paths, const cobnut::MethodDescription& method, bool begun) {
    for (unsigned i = 0; i < paths.count; ++i) {
        const char* name = method.capabilities[i].name;
        print(begun || i != 0 ? ", " : "", name != nullptr ? name : "capability", " ", Hex{paths.path[i]});
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
    end_of_reports();
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

void end_of_reports() {
    if (kernel_state.root == nullptr) // nobody calls yet
        return;
    Cpu& cpu = arch::current_cpu();
    tell_more(cpu);
    cpu.told = 0;
}

void refused_method(const Invocation& call, Word label, const Failure& failure) {
    // A missing table is how every program learns which one to make: no news.
    if (failure.error() == Error::missing_table)
        return;
    const auto* method = cobnut::describe(static_cast<cobnut::Method>(label));
    // These are told before the words are read.
    const bool was_read = method != nullptr && failure.error() != Error::truncated_message &&
                          failure.error() != Error::no_buffer && failure.error() != Error::invalid_method;
    const unsigned word_count = was_read ? call.word_count : 0;
    Sum line;
    line.add(label);
    for (unsigned i = 0; i < word_count; ++i)
        line.add(call.words[i]);
    if (was_read) {
        const Paths paths(call);
        for (unsigned i = 0; i < paths.count; ++i)
            line.add(paths.path[i]);
    }
    line.add(failure);
    if (!is_news(call.caller, line))
        return;
    print("kernel: thread ", address_of(call.caller), " ");
    if (method != nullptr)
        print(method->object, ".", method->name, "(");
    else
        print("method ", Hex{label}, "(");
    if (was_read)
        print_capabilities(Paths(call), *method, print_arguments(method->arguments, call.words, word_count));
    print(") refused: ", name_of(failure.error()));
    if (method != nullptr)
        print_which(*method, failure);
    print_failure(failure, reason(method, failure.error()));
}

void refused_form(const Thread& thread, const char* phase, Word word, const Failure& failure) {
    Sum line;
    line.add(reinterpret_cast<Word>(phase));
    line.add(word);
    line.add(failure);
    if (!is_news(thread, line))
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
