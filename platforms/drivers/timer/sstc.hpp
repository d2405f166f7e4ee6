// SPDX-License-Identifier: BSD-2-Clause
// The supervisor's own timer compare register (privileged architecture, extension Sstc 1.0).
#pragma once

#include <arch/csr.hpp>
#include <cobnut/format/fdt.hpp>

namespace platform {

struct Sstc {
    /// The device tree says that the hart has it, and firmware lets us have it.
    static bool detect(cobnut::fdt::Node core) {
        return is_listed(core) && arch::csr::has_stimecmp();
    }
    static void set(uint64_t deadline) { arch::csr::write_stimecmp(deadline); }

private:
    /// riscv,isa-extensions is a list of strings, riscv,isa one string with underscores.
    static bool is_listed(cobnut::fdt::Node core) {
        return contains(core.property("riscv,isa-extensions").data, '\0') ||
               contains(core.property("riscv,isa").data, '_');
    }
    static bool contains(cobnut::format::Bytes data, char separator) {
        constexpr char name[] = "sstc";
        constexpr uint64_t length = sizeof name - 1;
        bool at_begin = separator == '\0';
        for (uint64_t offset = 0; offset + length < data.size(); ++offset) {
            uint64_t same = 0;
            while (same < length && data.u8(offset + same) == static_cast<uint8_t>(name[same]))
                ++same;
            const auto next = static_cast<char>(data.u8(offset + length));
            if (at_begin && same == length && (next == separator || next == '\0'))
                return true;
            at_begin = static_cast<char>(data.u8(offset)) == separator;
        }
        return false;
    }
};

} // namespace platform
