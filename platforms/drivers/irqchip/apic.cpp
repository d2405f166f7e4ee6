// SPDX-License-Identifier: BSD-2-Clause
// Start-up and routing of the APICs.
#include <platforms/drivers/irqchip/apic.hpp>

#include <generic/base/attributes.hpp>

namespace platform::irqchip {

KERNEL_BOOT LocalApic LocalApic::start(uintptr_t base, bool x2apic, uint8_t spurious_vector) {
    constexpr uint64_t enable = uint64_t{1} << 11, extended = uint64_t{1} << 10;
    LocalApic apic;
    apic.block_ = reg::Volatile{base};
    apic.x2apic_ = x2apic;
    // Two writes: disabled to x2APIC in one step is not a legal transition (SDM 12.12.5).
    const uint64_t present = arch::read_msr(arch::Msr::apic_base);
    arch::write_msr(arch::Msr::apic_base, present | enable);
    if (x2apic)
        arch::write_msr(arch::Msr::apic_base, present | enable | extended);

    constexpr auto masked = LocalVector{}.set<LocalVector::Masked>();
    apic.write(LocalRegister::timer, masked.raw());
    apic.write(LocalRegister::line_0, masked.raw());
    apic.write(LocalRegister::line_1, masked.raw());
    apic.write(LocalRegister::task_priority, 0);
    constexpr uint32_t software_enable = 1 << 8;
    apic.write(LocalRegister::spurious, software_enable | spurious_vector);
    apic.end_of_interrupt();
    return apic;
}

KERNEL_BOOT IoApic::IoApic(uintptr_t base, uint32_t first_interrupt)
    : block_{base}, first_{first_interrupt} {
    constexpr uint32_t version_register = 1;
    count_ = ((read(version_register) >> 16) & 0xff) + 1;
    for (uint32_t index = 0; index < count_; ++index)
        set_masked(first_ + index, true);
}

void IoApic::route(uint32_t interrupt, Redirection entry) const {
    const uint32_t index = entry_index(interrupt);
    write(index, static_cast<uint32_t>(Redirection{}.set<Redirection::Masked>().raw()));
    write(index + 1, static_cast<uint32_t>(entry.raw() >> 32));
    write(index, static_cast<uint32_t>(entry.raw()));
}

void IoApic::set_masked(uint32_t interrupt, bool masked) const {
    const uint32_t index = entry_index(interrupt);
    write(index,
          static_cast<uint32_t>(Redirection{read(index)}.with<Redirection::Masked>(masked).raw()));
}

KERNEL_BOOT void silence_legacy_pics(uint8_t vector_base) {
    constexpr uint16_t first_command = 0x20, first_data = 0x21, second_command = 0xa0,
                       second_data = 0xa1;
    constexpr uint8_t initialise = 0x11, mode_8086 = 1;
    arch::out8(first_command, initialise);
    arch::out8(second_command, initialise);
    arch::out8(first_data, vector_base);
    arch::out8(second_data, static_cast<uint8_t>(vector_base + 8));
    arch::out8(first_data, 1 << 2); // the second one hangs on line 2
    arch::out8(second_data, 2);
    arch::out8(first_data, mode_8086);
    arch::out8(second_data, mode_8086);
    arch::out8(first_data, 0xff);
    arch::out8(second_data, 0xff);
}

} // namespace platform::irqchip
