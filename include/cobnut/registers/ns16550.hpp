// SPDX-License-Identifier: BSD-2-Clause
// Registers of the 16550 UART and its many descendants, TI PC16550D data sheet (SNLS378),
// section 8.
#pragma once

#include <cobnut/register.hpp>

namespace cobnut::ns16550 {

// 8.5
struct InterruptEnable : reg::Word<InterruptEnable, uint8_t> {
    using Word::Word;
    using Received = reg::Flag<0>;
    using TransmitEmpty = reg::Flag<1>;
    using LineStatus = reg::Flag<2>;
    using ModemStatus = reg::Flag<3>;
    static_assert(reg::disjoint<Received, TransmitEmpty, LineStatus, ModemStatus>);
};

// 8.6
struct InterruptIdentification : reg::Word<InterruptIdentification, uint8_t> {
    using Word::Word;
    enum class Source : uint8_t {
        modem_status = 0,
        transmit_empty = 1,
        received = 2,
        line_status = 3,
        timeout = 6
    };
    using NonePending = reg::Flag<0>;
    using Pending = reg::Field<3, 1, Source>;
    using FifosEnabled = reg::Field<7, 6, uint8_t>;
    static_assert(reg::disjoint<NonePending, Pending, FifosEnabled>);
};

// 8.4
struct FifoControl : reg::Word<FifoControl, uint8_t> {
    using Word::Word;
    enum class Trigger : uint8_t { one, four, eight, fourteen };
    using Enable = reg::Flag<0>;
    using ResetReceive = reg::Flag<1>;
    using ResetTransmit = reg::Flag<2>;
    using ReceiveTrigger = reg::Field<7, 6, Trigger>;
    static_assert(reg::disjoint<Enable, ResetReceive, ResetTransmit, ReceiveTrigger>);
};

// 8.1
struct LineControl : reg::Word<LineControl, uint8_t> {
    using Word::Word;
    enum class Length : uint8_t { five, six, seven, eight };
    using WordLength = reg::Field<1, 0, Length>;
    using TwoStopBits = reg::Flag<2>;
    using ParityEnable = reg::Flag<3>;
    using EvenParity = reg::Flag<4>;
    using StickParity = reg::Flag<5>;
    using SendBreak = reg::Flag<6>;
    using DivisorAccess = reg::Flag<7>;
    static_assert(reg::disjoint<WordLength, TwoStopBits, ParityEnable, EvenParity, StickParity,
                                SendBreak, DivisorAccess>);
};

// 8.7
struct ModemControl : reg::Word<ModemControl, uint8_t> {
    using Word::Word;
    using DataTerminalReady = reg::Flag<0>;
    using RequestToSend = reg::Flag<1>;
    using Out1 = reg::Flag<2>;
    using Out2 = reg::Flag<3>; // gates the interrupt line of a PC
    using Loopback = reg::Flag<4>;
    static_assert(reg::disjoint<DataTerminalReady, RequestToSend, Out1, Out2, Loopback>);
};

// 8.3. Reading clears the error bits.
struct LineStatus : reg::Word<LineStatus, uint8_t> {
    using Word::Word;
    using DataReady = reg::Flag<0>;
    using OverrunError = reg::Flag<1>;
    using ParityError = reg::Flag<2>;
    using FramingError = reg::Flag<3>;
    using BreakInterrupt = reg::Flag<4>;
    using TransmitHoldingEmpty = reg::Flag<5>;
    using TransmitterEmpty = reg::Flag<6>;
    using FifoError = reg::Flag<7>;
    static_assert(reg::disjoint<DataReady, OverrunError, ParityError, FramingError, BreakInterrupt,
                                TransmitHoldingEmpty, TransmitterEmpty, FifoError>);
};

// Offsets count registers; how far apart they lie is the access policy's affair.
using ReceiveRegister = reg::Register<0, uint8_t, reg::Ro>;
using TransmitRegister = reg::Register<0, uint8_t, reg::Wo>;
using InterruptEnableRegister = reg::Register<1, InterruptEnable>;
using InterruptIdentificationRegister = reg::Register<2, InterruptIdentification, reg::Ro>;
using FifoControlRegister = reg::Register<2, FifoControl, reg::Wo>;
using LineControlRegister = reg::Register<3, LineControl>;
using ModemControlRegister = reg::Register<4, ModemControl>;
using LineStatusRegister = reg::Register<5, LineStatus, reg::Ro>;
using ScratchRegister = reg::Register<7, uint8_t>;
// With LineControl::DivisorAccess set. The divisor is the clock / (16 * baud).
using DivisorLowRegister = reg::Register<0, uint8_t>;
using DivisorHighRegister = reg::Register<1, uint8_t>;

// Registers in memory, 1 << shift bytes apart, each accessed as a byte or (io_width 4) as a word.
class MemoryAccess {
public:
    constexpr MemoryAccess() = default;
    constexpr explicit MemoryAccess(uintptr_t base, unsigned shift = 0, unsigned io_width = 1)
        : memory_{base}, shift_{static_cast<uint8_t>(shift)}, io_width_{
                                                                  static_cast<uint8_t>(io_width)} {}

    template <std::unsigned_integral Raw>
    [[nodiscard]] Raw read(size_t offset) const {
        const size_t at = offset << shift_;
        return io_width_ == 4 ? static_cast<Raw>(memory_.read<uint32_t>(at))
                              : memory_.read<Raw>(at);
    }

    template <std::unsigned_integral Raw>
    void write(size_t offset, Raw value) const {
        const size_t at = offset << shift_;
        if (io_width_ == 4)
            memory_.write<uint32_t>(at, value);
        else
            memory_.write<Raw>(at, value);
    }

private:
    reg::Volatile memory_;
    uint8_t shift_ = 0;
    uint8_t io_width_ = 1;
};

} // namespace cobnut::ns16550
