// SPDX-License-Identifier: BSD-2-Clause
// What the debug kernel says on the console; in the other variants these are nothing.
#pragma once

#include <generic/debug/variant.hpp>
#include <generic/object/invocation.hpp>

namespace kernel::debug {

namespace detail {
void unhandled_fault(const Thread& thread, const Failure& failure);
void refused_method(const Invocation& call, Word label, const Failure& failure);
void refused_form(const Thread& thread, const char* phase, Word word, const Failure& failure);
void end_of_reports();
} // namespace detail

/// A thread stopped with a fault and has no handler, or (`failure`) one that cannot take the message.
inline void report_unhandled_fault(const Thread& thread, const Failure& failure = {}) {
    if constexpr (enabled)
        detail::unhandled_fault(thread, failure);
}

/// A call on a kernel object was refused: thread, method with arguments, error and its condition.
inline void report_refusal(const Invocation& call, Word label, const Failure& failure) {
    if constexpr (enabled)
        detail::refused_method(call, label, failure);
}

/// A phase of a system call was refused: `phase` says which and what the word is ("send through path").
inline void report_refusal(const Thread& thread, const char* phase, Word word,
                           const Failure& failure) {
    if constexpr (enabled)
        detail::refused_form(thread, phase, word, failure);
}

/// Something else is printed, a thread is deleted in whose place another may come, or the machine goes
/// off: tells how often the last refusal came again.
inline void end_of_reports() {
    if constexpr (enabled)
        detail::end_of_reports();
}

} // namespace kernel::debug
