// SPDX-License-Identifier: BSD-2-Clause
// Registers of the Arm PrimeCell UART (PL011), Technical Reference Manual DDI 0183G, chapter 3.
#pragma once

#include <cobnut/register.hpp>

namespace cobnut::pl011 {

// 3.3.1. Reading takes a character and the errors that came with it.
struct Data : reg::Word<Data, uint32_t> {
    using Word::Word;
    using Character = reg::Field<7, 0, uint8_t>;
    using FramingError = reg::Flag<8>;
    using ParityError = reg::Flag<9>;
    using BreakError = reg::Flag<10>;
    using OverrunError = reg::Flag<11>;
    static_assert(reg::disjoint<Character, FramingError, ParityError, BreakError, OverrunError>);
};

// 3.3.3
struct Flags : reg::Word<Flags, uint32_t> {
    using Word::Word;
    using ClearToSend = reg::Flag<0>;
    using DataSetReady = reg::Flag<1>;
    using CarrierDetect = reg::Flag<2>;
    using Busy = reg::Flag<3>;
    using ReceiveEmpty = reg::Flag<4>;
    using TransmitFull = reg::Flag<5>;
    using ReceiveFull = reg::Flag<6>;
    using TransmitEmpty = reg::Flag<7>;
    using RingIndicator = reg::Flag<8>;
    static_assert(reg::disjoint<ClearToSend, DataSetReady, CarrierDetect, Busy, ReceiveEmpty,
                                TransmitFull, ReceiveFull, TransmitEmpty, RingIndicator>);
};

// 3.3.5, 3.3.6: the divisor is the clock / (16 * baud), 16 bits before and 6 behind the point.
struct IntegerDivisor : reg::Word<IntegerDivisor, uint32_t> {
    using Word::Word;
    using Divisor = reg::Field<15, 0, uint16_t>;
};
struct FractionalDivisor : reg::Word<FractionalDivisor, uint32_t> {
    using Word::Word;
    using Divisor = reg::Field<5, 0, uint8_t>;
};

// 3.3.7. Writing it also makes the divisor registers take effect.
struct LineControl : reg::Word<LineControl, uint32_t> {
    using Word::Word;
    enum class Length : uint8_t { five, six, seven, eight };
    using SendBreak = reg::Flag<0>;
    using ParityEnable = reg::Flag<1>;
    using EvenParity = reg::Flag<2>;
    using TwoStopBits = reg::Flag<3>;
    using EnableFifos = reg::Flag<4>;
    using WordLength = reg::Field<6, 5, Length>;
    using StickParity = reg::Flag<7>;
    static_assert(reg::disjoint<SendBreak, ParityEnable, EvenParity, TwoStopBits, EnableFifos,
                                WordLength, StickParity>);
};

// 3.3.8. Not to be changed while the UART is enabled.
struct Control : reg::Word<Control, uint32_t> {
    using Word::Word;
    using Enable = reg::Flag<0>;
    using Loopback = reg::Flag<7>;
    using TransmitEnable = reg::Flag<8>;
    using ReceiveEnable = reg::Flag<9>;
    using DataTerminalReady = reg::Flag<10>;
    using RequestToSend = reg::Flag<11>;
    using RequestToSendFlow = reg::Flag<14>;
    using ClearToSendFlow = reg::Flag<15>;
    static_assert(reg::disjoint<Enable, Loopback, TransmitEnable, ReceiveEnable, DataTerminalReady,
                                RequestToSend, RequestToSendFlow, ClearToSendFlow>);
};

// 3.3.9
struct FifoLevels : reg::Word<FifoLevels, uint32_t> {
    using Word::Word;
    enum class Level : uint8_t { eighth, quarter, half, three_quarters, seven_eighths };
    using Transmit = reg::Field<2, 0, Level>;
    using Receive = reg::Field<5, 3, Level>;
    static_assert(reg::disjoint<Transmit, Receive>);
};

// 3.3.10 to 3.3.13: the same bits in the mask, both states and the clear register.
struct Interrupts : reg::Word<Interrupts, uint32_t> {
    using Word::Word;
    using Receive = reg::Flag<4>;
    using Transmit = reg::Flag<5>;
    using ReceiveTimeout = reg::Flag<6>;
    using FramingError = reg::Flag<7>;
    using ParityError = reg::Flag<8>;
    using BreakError = reg::Flag<9>;
    using OverrunError = reg::Flag<10>;
    static_assert(reg::disjoint<Receive, Transmit, ReceiveTimeout, FramingError, ParityError,
                                BreakError, OverrunError>);
    static constexpr uint32_t all = 0x7ff;
};

using DataRegister = reg::Register<0x00, Data>;
using FlagRegister = reg::Register<0x18, Flags, reg::Ro>;
using IntegerDivisorRegister = reg::Register<0x24, IntegerDivisor>;
using FractionalDivisorRegister = reg::Register<0x28, FractionalDivisor>;
using LineControlRegister = reg::Register<0x2c, LineControl>;
using ControlRegister = reg::Register<0x30, Control>;
using FifoLevelRegister = reg::Register<0x34, FifoLevels>;
using InterruptMaskRegister = reg::Register<0x38, Interrupts>; // 1 lets through
using RawInterruptRegister = reg::Register<0x3c, Interrupts, reg::Ro>;
using MaskedInterruptRegister = reg::Register<0x40, Interrupts, reg::Ro>;
using InterruptClearRegister = reg::Register<0x44, Interrupts, reg::Wo>;

} // namespace cobnut::pl011
