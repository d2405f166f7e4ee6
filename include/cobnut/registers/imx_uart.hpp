// SPDX-License-Identifier: BSD-2-Clause
// Registers of the i.MX UART (i.MX 6Dual/6Quad Reference Manual IMX6DQRM, section 64.15).
#pragma once

#include <cobnut/register.hpp>

namespace cobnut::imx_uart {

// UCR1
struct Control1 : reg::Word<Control1, uint32_t> {
    using Word::Word;
    using Enable = reg::Flag<0>;
    using TransmitEmptyInterrupt = reg::Flag<6>; ///< As long as the FIFO is empty.
    static_assert(reg::disjoint<Enable, TransmitEmptyInterrupt>);
};

// UTS
struct Test : reg::Word<Test, uint32_t> {
    using Word::Word;
    using TransmitFull = reg::Flag<4>;
    using ReceiveEmpty = reg::Flag<5>;
    static_assert(reg::disjoint<TransmitFull, ReceiveEmpty>);
};

// URXD
struct Receive : reg::Word<Receive, uint32_t> {
    using Word::Word;
    using Character = reg::Field<7, 0>;
};

using ReceiveRegister = reg::Register<0x00, Receive, reg::Ro>;   // URXD
using TransmitRegister = reg::Register<0x40, uint32_t, reg::Wo>; // UTXD
using Control1Register = reg::Register<0x80, Control1>;
using TestRegister = reg::Register<0xb4, Test, reg::Ro>;

} // namespace cobnut::imx_uart
