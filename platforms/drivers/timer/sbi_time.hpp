// SPDX-License-Identifier: BSD-2-Clause
// The hart's timer behind the firmware (SBI 2.0, chapter 6).
#pragma once

#include <platforms/boot/sbi/sbi.hpp>

namespace platform {

struct SbiTime {
    static bool detect() { return sbi::has(sbi::extension_timer); }
    static void set(uint64_t deadline) { sbi::set_timer(deadline); }
};

} // namespace platform
