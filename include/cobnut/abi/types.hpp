// SPDX-License-Identifier: BSD-2-Clause
// The machine word and the ABI's version.
#pragma once

#include <stdint.h>

namespace cobnut {

/// A general register of the ISA: 32 bits on ARMv7-A, 64 on the others.
using Word = uintptr_t;

/// Path to a capability, as a thread of its own capability space writes it.
using CapIndex = Word;

inline constexpr unsigned word_bits = sizeof(Word) * 8;

/// Grows whenever a number or a layout of the ABI changes. Major versions are incompatible.
inline constexpr uint16_t abi_major = 0;
inline constexpr uint16_t abi_minor = 1;

} // namespace cobnut
