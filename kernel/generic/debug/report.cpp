// SPDX-License-Identifier: BSD-2-Clause
// What the debug kernel says on the console.
#include <generic/debug/print.hpp>
#include <generic/debug/report.hpp>

namespace kernel::debug {

#if COBNUT_DEBUG
inline constexpr bool enabled = true;
#else
inline constexpr bool enabled = false;
#endif

void report_unhandled_fault(const Thread& thread) {
    if constexpr (enabled) {
        print("kernel: thread ", Hex{reinterpret_cast<Word>(&thread)}, " stopped by fault ",
              Hex{thread.fault.type}, " at ", Hex{thread.registers.ip()}, ": ",
              Hex{thread.fault.word[0]}, " ", Hex{thread.fault.word[1]}, " ",
              Hex{thread.fault.word[2]}, "\n");
    }
}

void report_refusal(const Thread& thread, Word label, const Failure& failure) {
    if constexpr (enabled) {
        // A missing table is how every program learns which one to make: no news.
        if (failure.error == Error::missing_table)
            return;
        print("kernel: thread ", Hex{reinterpret_cast<Word>(&thread)}, " method ", Hex{label},
              " refused: error ", Hex{static_cast<Word>(failure.error)}, " (",
              Hex{failure.detail[0]}, ", ", Hex{failure.detail[1]}, ")\n");
    }
}

} // namespace kernel::debug
