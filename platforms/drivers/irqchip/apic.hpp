// SPDX-License-Identifier: BSD-2-Clause
// Local APIC (xAPIC and x2APIC), I/O APIC, and the legacy PICs put to silence. Intel SDM volume 3,
// chapter 12.
#pragma once

#include <cobnut/register.hpp>

#include <arch/instructions.hpp>

#include <stddef.h>
#include <stdint.h>

namespace platform::irqchip {

namespace reg = cobnut::reg;

// Offsets of the xAPIC page; the x2APIC MSR is 0x800 + offset / 16.
enum class LocalRegister : uint16_t {
    id = 0x20,
    task_priority = 0x80,
    end_of_interrupt = 0xb0,
    spurious = 0xf0,
    in_request = 0x200, // 8 registers of 32 vectors
    error_status = 0x280,
    command_low = 0x300,
    timer = 0x320,
    thermal = 0x330,
    performance = 0x340,
    line_0 = 0x350,
    line_1 = 0x360,
    error = 0x370,
    initial_count = 0x380,
    current_count = 0x390,
    divide = 0x3e0,
};

struct LocalVector : reg::Word<LocalVector, uint32_t> {
    using Word::Word;
    enum class Mode : uint8_t { one_shot = 0, periodic = 1, deadline = 2 };
    using Vector = reg::Field<7, 0, uint8_t>;
    using Masked = reg::Flag<16>;
    using TimerMode = reg::Field<18, 17, Mode>;
    static_assert(reg::disjoint<Vector, Masked, TimerMode>);
};

class LocalApic {
public:
    constexpr LocalApic() = default;

    // Enables the boot core's APIC. base: where its page is mapped, unused with x2APIC.
    static LocalApic start(uintptr_t base, bool x2apic, uint8_t spurious_vector);

    [[nodiscard]] uint32_t read(LocalRegister which) const {
        if (x2apic_)
            return static_cast<uint32_t>(arch::read_msr(msr(which)));
        return block_.read<uint32_t>(static_cast<size_t>(which));
    }

    void write(LocalRegister which, uint32_t value) const {
        if (x2apic_)
            arch::write_msr(msr(which), value);
        else
            block_.write<uint32_t>(static_cast<size_t>(which), value);
    }

    // Pending vectors of the 32 from this one on, which must be a multiple of 32.
    [[nodiscard]] uint32_t requested(unsigned first_vector) const {
        const unsigned offset = static_cast<unsigned>(LocalRegister::in_request) + first_vector / 2;
        return read(static_cast<LocalRegister>(offset));
    }

    void interrupt_self(uint8_t vector) const {
        constexpr uint32_t to_self = 1 << 18, assert_level = 1 << 14;
        write(LocalRegister::command_low, to_self | assert_level | vector);
    }

    void end_of_interrupt() const { write(LocalRegister::end_of_interrupt, 0); }
    [[nodiscard]] uint32_t id() const {
        const uint32_t value = read(LocalRegister::id);
        return x2apic_ ? value : value >> 24;
    }

private:
    static arch::Msr msr(LocalRegister which) {
        return static_cast<arch::Msr>(static_cast<uint32_t>(arch::Msr::x2apic_base) +
                                      (static_cast<uint32_t>(which) >> 4));
    }

    reg::Volatile block_;
    bool x2apic_ = false;
};

// A redirection entry, 82093AA section 3.2.4. Fixed delivery to one APIC id, physical mode.
struct Redirection : reg::Word<Redirection, uint64_t> {
    using Word::Word;
    using Vector = reg::Field<7, 0, uint8_t>;
    using ActiveLow = reg::Flag<13>;
    using Level = reg::Flag<15>;
    using Masked = reg::Flag<16>;
    using Destination = reg::Field<63, 56, uint8_t>;
    static_assert(reg::disjoint<Vector, ActiveLow, Level, Masked, Destination>);
};

class IoApic {
public:
    constexpr IoApic() = default;
    IoApic(uintptr_t base, uint32_t first_interrupt);

    [[nodiscard]] uint32_t first() const { return first_; }
    [[nodiscard]] uint32_t count() const { return count_; }
    [[nodiscard]] bool owns(uint32_t interrupt) const { return interrupt - first_ < count_; }

    // Masks on the way, so that no half-written entry can fire.
    void route(uint32_t interrupt, Redirection entry) const;
    void set_masked(uint32_t interrupt, bool masked) const;

private:
    // Index and data window.
    using Select = reg::Register<0x00, uint32_t>;
    using Window = reg::Register<0x10, uint32_t>;

    [[nodiscard]] uint32_t read(uint32_t index) const {
        block_.write<Select>(index);
        return block_.read<Window>();
    }
    void write(uint32_t index, uint32_t value) const {
        block_.write<Select>(index);
        block_.write<Window>(value);
    }
    [[nodiscard]] uint32_t entry_index(uint32_t interrupt) const {
        return 0x10 + 2 * (interrupt - first_);
    }

    reg::Mmio<> block_;
    uint32_t first_ = 0;
    uint32_t count_ = 0;
};

// Remaps both 8259As away from the exception vectors and masks all their lines.
void silence_legacy_pics(uint8_t vector_base);

} // namespace platform::irqchip

namespace platform {

// The name by which a board lists the pair.
using Apic = irqchip::LocalApic;

} // namespace platform
