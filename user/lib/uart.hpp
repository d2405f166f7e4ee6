// SPDX-License-Identifier: BSD-2-Clause
// A UART at user level: PL011, SiFive, Cadence, i.MX or 16550, in memory or behind I/O ports.
#pragma once

#include <cobnut/registers/cadence_uart.hpp>
#include <cobnut/registers/imx_uart.hpp>
#include <cobnut/registers/ns16550.hpp>
#include <cobnut/registers/pl011.hpp>
#include <cobnut/registers/sifive_uart.hpp>
#include <lib/objects.hpp>
#include <lib/text.hpp>

namespace cobnut {

enum class UartKind : uint8_t { none, pl011, ns16550, ns16550_port, sifive, cadence, imx };

/// What a driver must know besides the page where the registers are mapped.
struct UartType {
    UartKind kind = UartKind::none;
    uint8_t shift = 0;    ///< Registers of a 16550 are 1 << shift bytes apart
    uint8_t io_width = 1; ///< and accessed as so many bytes.
    uint16_t offset = 0;  ///< Of the registers in their page, or the first I/O port.

    [[nodiscard]] constexpr Word packed() const {
        return Word{static_cast<uint8_t>(kind)} | Word{shift} << 4 | Word{io_width} << 8 |
               Word{offset} << 16;
    }
    static constexpr UartType unpacked(Word word) {
        return {static_cast<UartKind>(word & 15), static_cast<uint8_t>(word >> 4 & 15),
                static_cast<uint8_t>(word >> 8 & 15), static_cast<uint16_t>(word >> 16)};
    }
};

/// Register access of a 16550 through an I/O port capability.
class PortAccess {
public:
    constexpr PortAccess() = default;
    constexpr PortAccess(IoPort port, uint16_t base) : port_(port), base_(base) {}

    template <std::unsigned_integral Raw>
    [[nodiscard]] Raw read(size_t offset) const {
        const auto value = port_.read(static_cast<uint16_t>(base_ + offset), sizeof(Raw));
        return value.ok() ? static_cast<Raw>(*value) : Raw{0};
    }
    template <std::unsigned_integral Raw>
    void write(size_t offset, Raw value) const {
        (void)port_.write(static_cast<uint16_t>(base_ + offset), sizeof(Raw), value);
    }

private:
    IoPort port_;
    uint16_t base_ = 0;
};

/// Polled output, and what an interrupt-driven driver needs.
class Uart {
public:
    /// Characters that may follow one another after an empty transmitter.
    static constexpr unsigned fifo_depth = 16;

    constexpr Uart() = default;
    /// `page`: where the page of the registers is mapped; `port`: for I/O ports.
    Uart(UartType type, Word page, IoPort port);

    [[nodiscard]] bool can_send() const;
    void send(char character) const;
    /// Lets the device interrupt when the transmitter wants more, or stops that.
    void set_transmit_interrupt(bool on) const;
    /// Takes back the device's own interrupt, before the handler is acknowledged.
    void clear_interrupts() const;

    /// Polled; a newline sends a carriage return too.
    void print(Text text) const;

private:
    UartType type_;
    reg::Mmio<reg::Volatile> words_; ///< Of a UART that is no 16550.
    reg::Mmio<ns16550::MemoryAccess> memory_;
    reg::Mmio<PortAccess> port_;
};

} // namespace cobnut
