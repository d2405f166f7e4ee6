// SPDX-License-Identifier: BSD-2-Clause
// The supervisor's own timer compare register (privileged architecture, extension Sstc 1.0).
#pragma once

#include <arch/csr.hpp>
#include <platforms/boot/fdt/hart.hpp>

namespace platform {

struct Sstc {
    /// The device tree says that the hart has it, and firmware lets us have it.
    static bool detect(cobnut::fdt::Node core) {
        return fdt::has_extension(core, "sstc") && arch::csr::has_stimecmp();
    }
    static void set(uint64_t deadline) { arch::csr::write_stimecmp(deadline); }
};

} // namespace platform
