// SPDX-License-Identifier: BSD-2-Clause
// One fatal line and a stop; assertions of the debug kernel.
#pragma once

#include <generic/base/types.hpp>

namespace kernel {

/// Prints "cobnut: fatal: TEXT" and, if given, "NAME 0x..." pairs, then stops the core for good.
/// In every variant. The machine is powered off where it can be, so that it does not hang mutely.
[[noreturn]] void fatal(const char* text);
[[noreturn]] void fatal(const char* text, Word first, Word second = 0, Word third = 0);

#if defined(COBNUT_DEBUG) && COBNUT_DEBUG
#define KERNEL_ASSERT(condition)                                                                   \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ::kernel::fatal("assertion failed: " #condition " in " __FILE__);                      \
    } while (false)
#else
#define KERNEL_ASSERT(condition)                                                                   \
    do {                                                                                           \
    } while (false)
#endif

} // namespace kernel
