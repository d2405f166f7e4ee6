// SPDX-License-Identifier: BSD-2-Clause
// A command of the kernel debugger: each file in commands/ has one.
#pragma once

#include <generic/object/cpu.hpp>

namespace kernel::debug {

struct Arguments {
    static constexpr unsigned most = 2;

    const Cpu& cpu;
    unsigned count = 0;
    Word number[most] = {};

    /// The argument, or what stands for it where it is missing.
    [[nodiscard]] Word get(unsigned index, Word missing) const {
        return index < count ? number[index] : missing;
    }
};

/// Commands change nothing. What is typed is compared with what the kernel has, never followed.
struct Command {
    const char* name;
    const char* arguments;
    const char* brief;
    void (*run)(const Arguments&);
};

extern const Command threads_command, capabilities_command, derivation_command,
    address_spaces_command, queues_command, objects_command, memory_command, trace_command;

inline constexpr const Command* commands[] = {
    &threads_command, &capabilities_command, &derivation_command, &address_spaces_command,
    &queues_command,  &objects_command,      &memory_command,     &trace_command,
};

} // namespace kernel::debug
