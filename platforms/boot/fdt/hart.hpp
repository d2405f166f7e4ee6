// SPDX-License-Identifier: BSD-2-Clause
// What the device tree says that a RISC-V hart has (Devicetree binding riscv/extensions).
#pragma once

#include <cobnut/format/fdt.hpp>

namespace platform::fdt {

/// One with a name of several letters: a string of riscv,isa-extensions, or behind an underscore in riscv,isa.
inline bool has_extension(cobnut::fdt::Node core, const char* name) {
    uint64_t length = 0;
    while (name[length] != '\0')
        ++length;
    const auto contains = [&](cobnut::format::Bytes data, char separator) {
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
    };
    return contains(core.property("riscv,isa-extensions").data, '\0') ||
           contains(core.property("riscv,isa").data, '_');
}

/// D, of which F is a part: a string of its own, or a letter behind rv64 in riscv,isa, where g stands for it too;
/// s, x and z begin longer names.
inline bool has_double(cobnut::fdt::Node core) {
    if (has_extension(core, "d"))
        return true;
    const cobnut::format::Bytes isa = core.property("riscv,isa").data;
    constexpr uint64_t base = 4;
    for (uint64_t offset = base; offset < isa.size(); ++offset) {
        const auto letter = static_cast<char>(isa.u8(offset));
        if (letter == 'd' || letter == 'g')
            return true;
        if (letter == '\0' || letter == '_' || letter == 's' || letter == 'x' || letter == 'z')
            break;
    }
    return false;
}

} // namespace platform::fdt
