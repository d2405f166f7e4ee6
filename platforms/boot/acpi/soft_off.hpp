// SPDX-License-Identifier: BSD-2-Clause
// The scan for the soft-off sleep type in AML.
#pragma once

#include <platforms/boot/bytes.hpp>

#include <stddef.h>
#include <stdint.h>

namespace platform::acpi {

struct SleepType {
    bool found = false;
    uint8_t a = 0;
    uint8_t b = 0;
};

// One small integer constant of AML at offset, which moves behind it; ACPI 6.5 section 20.2.3.
inline bool aml_byte(const Bytes& code, size_t& offset, uint8_t& value) {
    const uint8_t opcode = code.u8(offset++);
    if (opcode == 0x00 || opcode == 0x01) {
        value = opcode;
        return offset <= code.size();
    }
    if (opcode != 0x0a)
        return false;
    value = code.u8(offset++);
    return offset <= code.size();
}

// Name(_S5_, Package(){a, b, ...}): found by its bytes, since the kernel interprets no AML.
inline SleepType find_soft_off(const Bytes& code) {
    constexpr uint8_t name_op = 0x08, root_prefix = '\\', package_op = 0x12;
    for (size_t at = 1; at + 4 <= code.size(); ++at) {
        if (!starts_with(code.part(at, 4), "_S5_"))
            continue;
        const bool named =
            code.u8(at - 1) == name_op ||
            (at >= 2 && code.u8(at - 1) == root_prefix && code.u8(at - 2) == name_op);
        if (!named || code.u8(at + 4) != package_op)
            continue;
        // The package length takes 1 to 4 bytes (its top two bits), the element count one.
        size_t offset = at + 5;
        offset += 1u + (code.u8(offset) >> 6);
        const uint8_t elements = code.u8(offset++);
        SleepType type;
        if (elements < 1 || !aml_byte(code, offset, type.a))
            continue;
        if (elements >= 2 && !aml_byte(code, offset, type.b))
            continue;
        type.found = type.a < 8 && type.b < 8;
        return type;
    }
    return {};
}

} // namespace platform::acpi
