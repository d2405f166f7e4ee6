// SPDX-License-Identifier: BSD-2-Clause
// What the debug kernel says on the console; in the other variants these are nothing.
#pragma once

#include <generic/debug/variant.hpp>
#include <generic/object/invocation.hpp>

namespace kernel::debug {

namespace detail {
void unhandled_fault(const Thread& thread);
void refused_method(const Invocation& call, Word label, const Failure& failure);
void refused_form(const Thread& thread, const char* phase, Word path, const Failure& failure);
} // namespace detail

/// A thread stopped with a fault and has no handler.
inline void report_unhandled_fault(const Thread& thread) {
    if constexpr (enabled)
        detail::unhandled_fault(thread);
}

/// A call on a kernel object was refused: thread, method with arguments, error and its condition.
inline void report_refusal(const Invocation& call, Word label, const Failure& failure) {
    if constexpr (enabled)
        detail::refused_method(call, label, failure);
}

/// The phase ("send", "receive", ...) of a system call through `path` was refused.
inline void report_refusal(const Thread& thread, const char* phase, Word path,
                           const Failure& failure) {
    if constexpr (enabled)
        detail::refused_form(thread, phase, path, failure);
}

} // namespace kernel::debug
