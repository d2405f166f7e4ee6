// SPDX-License-Identifier: BSD-2-Clause
// Whether the tests have seen what the ABI's tables of methods and forms say of errors.
#include "reference.hpp"

#include "../domain.hpp"

namespace conformance {

using namespace cobnut;

namespace {

constexpr uint8_t bit(Isa isa) {
    return static_cast<uint8_t>(1 << static_cast<unsigned>(isa));
}
constexpr uint8_t every_isa = 0xff;
constexpr uint8_t without_ports = every_isa & ~bit(Isa::x86_64);

/// What cannot be provoked.
struct Untried {
    Method method;
    Error error;
    uint8_t isas;
    const char* why;
};

constexpr Untried untried_list[] = {
    {Method::firmware_power_off, Error::none, every_isa, "the end of this run shows it"},
    {Method::firmware_power_off, Error::not_supported, every_isa, "this run needs it"},
    {Method::firmware_reset, Error::none, every_isa, "it would end this run"},
    {Method::firmware_reset, Error::not_supported, every_isa, "the machine has it"},
    {Method::firmware_suspend, Error::none, every_isa, "the firmware has no such state"},
    {Method::firmware_suspend, Error::not_supported, every_isa, "the firmware can"},
    {Method::thread_set_breakpoint, Error::not_supported, bit(Isa::aarch64) | bit(Isa::armv7),
     "the CPU has all of them"},
    {Method::thread_set_single_step, Error::not_supported, bit(Isa::aarch64) | bit(Isa::x86_64),
     "the CPU has it"},
    {Method::thread_set_single_step, Error::none, bit(Isa::armv7) | bit(Isa::riscv64),
     "there is none"},
    {Method::thread_write_registers, Error::invalid_argument, every_isa & ~bit(Isa::x86_64),
     "registers take every value"},
    {Method::frame_cache, Error::illegal_operation, bit(Isa::x86_64), "no device Frame"},
    {Method::page_table_map, Error::not_enough_memory, every_isa, "it takes 2^32 address spaces"},
    {Method::irq_control_get, Error::not_supported, bit(Isa::x86_64), "every line can be had"},
    {Method::io_port_read, Error::none, without_ports, "no ports"},
    {Method::io_port_read, Error::out_of_range, without_ports, "no ports"},
    {Method::io_port_read, Error::invalid_argument, without_ports, "no ports"},
    {Method::io_port_write, Error::none, without_ports, "no ports"},
    {Method::io_port_write, Error::out_of_range, without_ports, "no ports"},
    {Method::io_port_write, Error::invalid_argument, without_ports, "no ports"},
    {Method::io_port_read, Error::not_supported, every_isa, "no IoPort where there are no ports"},
    {Method::io_port_write, Error::not_supported, every_isa, "no IoPort where there are no ports"},
};

const char* why_untried(Operation operation, Error error, const BootInfo& info) {
    const bool traces = (info.feature_flags & BootFeature::trace) != 0;
    if (operation >> 8 == static_cast<unsigned>(ObjectType::trace) && !traces)
        return "the kernel is built without trace";
    for (const Untried& untried : untried_list)
        if (static_cast<Operation>(untried.method) == operation && untried.error == error &&
            (untried.isas >> info.isa & 1) != 0)
            return untried.why;
    return nullptr;
}

template <size_t count>
bool names(const Refusal (&refusals)[count], Error error) {
    for (const Refusal& refusal : refusals)
        if (refusal.condition != nullptr && refusal.error == error)
            return true;
    return false;
}

bool is_common(Error error) {
    return names(common_refusals, error);
}

/// Calls with each method's name, number, and every error in `refusals` and Error::none.
template <class Action>
void for_each_documented(Action action) {
    for (const MethodDescription& method : methods) {
        action(method, Error::none);
        for (const Refusal& refusal : method.refusals)
            if (refusal.condition != nullptr)
                action(method, refusal.error);
    }
}

bool is_non_blocking(Syscall form) {
    return form == Syscall::nb_send || form == Syscall::nb_recv || form == Syscall::nb_wait ||
           form == Syscall::nb_send_recv || form == Syscall::nb_send_wait;
}

bool sends(Syscall form) {
    return form != Syscall::yield && form != Syscall::recv && form != Syscall::nb_recv &&
           form != Syscall::wait && form != Syscall::nb_wait;
}

/// Whether the tables say that the form may end so.
bool is_documented(const FormDescription& form, Error error) {
    return names(form.refusals, error) ||
           (is_non_blocking(form.form) && names(form_lookup_refusals, error)) ||
           (sends(form.form) && names(message_refusals, error));
}

} // namespace

bool Reference::takes(Verdict kind, const Message& message) {
    if (kind != Verdict::given && kind != Verdict::expected)
        return false;
    Answers& answers = kind == Verdict::given ? given_ : expected_;
    for (unsigned index = 0; index < Answers::count; ++index)
        answers.add(index, static_cast<uint32_t>(message.word(index)));
    return true;
}

bool Reference::judge(Word number, const Machine& machine, Output& output) const {
    bool right = true;
    const auto wrong = [&](const char* what, const char* object, const char* name, Error error) {
        right = false;
        output.line("# ", what, ": ", object, *object == '\0' ? "" : ".", name, " ", errors[static_cast<unsigned>(error)].name);
    };
    if (number == 0)
        for_each_documented([&](const MethodDescription& method, Error error) {
            const auto operation = static_cast<Operation>(method.method);
            if (!expected_.has(operation, error) && why_untried(operation, error, machine.info()) == nullptr)
                wrong("never seen", method.object, method.name, error);
        });
    if (number == 1)
        for (const FormDescription& form : forms) {
            const auto see = [&](const Refusal& refusal) {
                const auto operation = static_cast<Operation>(form.form);
                if (refusal.condition != nullptr && !given_.has(operation, refusal.error))
                    wrong("never seen", "", syscalls[operation].name, refusal.error);
            };
            for (const Refusal& refusal : form.refusals)
                see(refusal);
            for (const Refusal& refusal : form_lookup_refusals)
                if (is_non_blocking(form.form))
                    see(refusal);
            for (const Refusal& refusal : message_refusals)
                if (sends(form.form) && (refusal.error != Error::no_reply || form.form == Syscall::call))
                    see(refusal);
        }
    if (number == 2)
        for (const MethodDescription& method : methods)
            for (const Named& error : errors) {
                const auto value = static_cast<Error>(error.number);
                // A Reply in the object's place answers so.
                if (value != Error::none && value != Error::no_reply && method.condition(value) == nullptr &&
                    !is_common(value) && given_.has(static_cast<Operation>(method.method), value))
                    wrong("not in the reference", method.object, method.name, value);
            }
    if (number == 3)
        for (const FormDescription& form : forms)
            for (const Named& error : errors) {
                const auto value = static_cast<Error>(error.number);
                const auto operation = static_cast<Operation>(form.form);
                if (value != Error::none && !is_documented(form, value) && given_.has(operation, value))
                    wrong("not in the reference", "", syscalls[operation].name, value);
            }
    return right;
}

void Reference::tell_untried(const Machine& machine, Output& output) const {
    for_each_documented([&](const MethodDescription& method, Error error) {
        const auto operation = static_cast<Operation>(method.method);
        const char* why = why_untried(operation, error, machine.info());
        if (why != nullptr && !expected_.has(operation, error))
            output.line("# not tested here: ", method.object, ".", method.name, " ",
                        errors[static_cast<unsigned>(error)].name, " (", why, ")");
    });
}

} // namespace conformance
