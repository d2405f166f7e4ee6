// SPDX-License-Identifier: BSD-2-Clause
// Calibration of the time stamp counter and the local APIC timer.
#include <platforms/drivers/timer/lapic.hpp>

#include <generic/base/attributes.hpp>

namespace platform {

namespace {

using irqchip::LocalApic;
using irqchip::LocalRegister;
using irqchip::LocalVector;

constexpr uint64_t pm_timer_frequency = 3579545;
constexpr uint64_t pit_frequency = 1193182;
constexpr unsigned measurements_per_second = 100;
constexpr unsigned patience = 1'000'000;

struct Sample {
    uint64_t stamps;
    uint32_t ticks;
    uint64_t reference_ticks;
    uint64_t reference_frequency;
};

// The counter is 24 bits wide at least, so 10 ms never wrap twice. False: it stands still.
KERNEL_BOOT bool wait_pm_timer(uint16_t port, uint64_t& elapsed) {
    constexpr uint32_t mask = 0xffffff;
    constexpr uint32_t wanted = pm_timer_frequency / measurements_per_second;
    const uint32_t start = arch::in32(port);
    for (unsigned polls = 0; polls < patience; ++polls) {
        elapsed = (arch::in32(port) - start) & mask;
        if (elapsed >= wanted)
            return true;
    }
    return false;
}

// Channel 0 of the PIT, latched.
KERNEL_BOOT uint32_t read_pit() {
    arch::out8(0x43, 0);
    const uint32_t low = arch::in8(0x40);
    return low | uint32_t{arch::in8(0x40)} << 8;
}

// It counts down once from its most; its interrupt is masked. The count is loaded a clock later.
KERNEL_BOOT void start_pit() {
    constexpr uint8_t both_bytes_mode_0 = 0x30;
    arch::out8(0x43, both_bytes_mode_0);
    arch::out8(0x40, 0xff);
    arch::out8(0x40, 0xff);
    for (unsigned polls = 0; polls < 100 && read_pit() < 0xf000; ++polls)
        arch::pause();
}

KERNEL_BOOT bool wait_pit(uint64_t& elapsed) {
    constexpr uint32_t wanted = pit_frequency / measurements_per_second;
    const uint32_t start = read_pit();
    for (unsigned polls = 0; polls < patience; ++polls) {
        elapsed = (start - read_pit()) & 0xffff;
        if (elapsed >= wanted)
            return true;
    }
    return false;
}

KERNEL_BOOT Sample measure(const LocalApic& apic, Reference reference) {
    constexpr uint32_t most = 0xffffffff;
    Sample sample{};
    bool done = false;
    if (reference.pm_timer_port != 0) {
        apic.write(LocalRegister::initial_count, most);
        const uint64_t start = arch::time_stamp();
        done = wait_pm_timer(reference.pm_timer_port, sample.reference_ticks);
        sample.stamps = arch::time_stamp() - start;
        sample.ticks = most - apic.read(LocalRegister::current_count);
        sample.reference_frequency = pm_timer_frequency;
    }
    if (!done) {
        start_pit();
        apic.write(LocalRegister::initial_count, most);
        const uint64_t start = arch::time_stamp();
        done = wait_pit(sample.reference_ticks);
        sample.stamps = arch::time_stamp() - start;
        sample.ticks = most - apic.read(LocalRegister::current_count);
        sample.reference_frequency = pit_frequency;
    }
    if (!done)
        sample.stamps = 0;
    return sample;
}

} // namespace

KERNEL_BOOT Lapic Lapic::start(const LocalApic& apic, Reference reference, bool deadline,
                               uint8_t vector) {
    constexpr uint32_t divide_by_1 = 0b1011;
    Lapic timer;
    apic.write(LocalRegister::divide, divide_by_1);
    const Sample sample = measure(apic, reference);
    apic.write(LocalRegister::initial_count, 0);
    if (sample.stamps == 0 || sample.ticks == 0)
        return timer;
    timer.frequency_ = sample.stamps * sample.reference_frequency / sample.reference_ticks;
    timer.scale_ = (uint64_t{sample.ticks} << scale_shift) / sample.stamps;
    timer.longest_ = (uint64_t{0xffffffff} << scale_shift) / (timer.scale_ + 1);
    // The product span * scale must fit 64 bits.
    if (timer.longest_ > 0xffffffff)
        timer.longest_ = 0xffffffff;
    timer.deadline_mode_ = deadline;
    const auto mode = deadline ? LocalVector::Mode::deadline : LocalVector::Mode::one_shot;
    apic.write(
        LocalRegister::timer,
        LocalVector{}.with<LocalVector::Vector>(vector).with<LocalVector::TimerMode>(mode).raw());
    // Mode switch and the first deadline may pass each other otherwise (SDM 12.5.4.1).
    arch::memory_fence();
    return timer;
}

} // namespace platform
