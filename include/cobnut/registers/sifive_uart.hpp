// SPDX-License-Identifier: BSD-2-Clause
// Registers of SiFive's UART (FU540-C000 manual, chapter 13).
#pragma once

#include <cobnut/register.hpp>

namespace cobnut::sifive_uart {

// 13.4
struct TransmitData : reg::Word<TransmitData, uint32_t> {
    using Word::Word;
    using Character = reg::Field<7, 0, uint8_t>;
    using Full = reg::Flag<31>;
    static_assert(reg::disjoint<Character, Full>);
};

// 13.5
struct ReceiveData : reg::Word<ReceiveData, uint32_t> {
    using Word::Word;
    using Character = reg::Field<7, 0, uint8_t>;
    using Empty = reg::Flag<31>;
    static_assert(reg::disjoint<Character, Empty>);
};

// 13.6
struct TransmitControl : reg::Word<TransmitControl, uint32_t> {
    using Word::Word;
    using Enable = reg::Flag<0>;
    using TwoStopBits = reg::Flag<1>;
    using Watermark = reg::Field<18, 16, uint8_t>; ///< Interrupts while fewer characters wait.
    static_assert(reg::disjoint<Enable, TwoStopBits, Watermark>);
};

// 13.8: the same bits in both registers.
struct Interrupts : reg::Word<Interrupts, uint32_t> {
    using Word::Word;
    using Transmit = reg::Flag<0>;
    using Receive = reg::Flag<1>;
    static_assert(reg::disjoint<Transmit, Receive>);
};

using TransmitDataRegister = reg::Register<0x00, TransmitData>;
using ReceiveDataRegister = reg::Register<0x04, ReceiveData, reg::Ro>;
using TransmitControlRegister = reg::Register<0x08, TransmitControl>;
using InterruptEnableRegister = reg::Register<0x10, Interrupts>;
using InterruptPendingRegister = reg::Register<0x14, Interrupts, reg::Ro>;

} // namespace cobnut::sifive_uart
