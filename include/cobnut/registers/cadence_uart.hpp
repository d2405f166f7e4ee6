// SPDX-License-Identifier: BSD-2-Clause
// Registers of Cadence's UART as Xilinx has it (Zynq UltraScale+: Technical Reference Manual UG1085,
// chapter 21; register reference UG1087, module UART).
#pragma once

#include <cobnut/register.hpp>

namespace cobnut::cadence_uart {

struct Control : reg::Word<Control, uint32_t> {
    using Word::Word;
    using TransmitEnable = reg::Flag<4>;
    using TransmitDisable = reg::Flag<5>;
    static_assert(reg::disjoint<TransmitEnable, TransmitDisable>);
};

// Channel_sts, and with the same bits the interrupts' registers.
struct Status : reg::Word<Status, uint32_t> {
    using Word::Word;
    using ReceiveEmpty = reg::Flag<1>;
    using TransmitEmpty = reg::Flag<3>;
    using TransmitFull = reg::Flag<4>;
    static_assert(reg::disjoint<ReceiveEmpty, TransmitEmpty, TransmitFull>);
};

using ControlRegister = reg::Register<0x00, Control>;
using InterruptEnableRegister = reg::Register<0x08, Status, reg::Wo>;
using InterruptDisableRegister = reg::Register<0x0c, Status, reg::Wo>;
using InterruptStatusRegister = reg::Register<0x14, Status>; ///< Sticky; a written 1 clears.
using StatusRegister = reg::Register<0x2c, Status, reg::Ro>;
using FifoRegister = reg::Register<0x30, uint32_t>;

/// Switches the transmitter on, which firmware may have left off; the line settings stay.
template <class Access>
void enable_transmitter(const reg::Mmio<Access>& uart) {
    const Control control = uart.template read<ControlRegister>();
    uart.template write<ControlRegister>(control.template clear<Control::TransmitDisable>()
                                             .template set<Control::TransmitEnable>());
}

} // namespace cobnut::cadence_uart
