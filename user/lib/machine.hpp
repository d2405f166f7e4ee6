// SPDX-License-Identifier: BSD-2-Clause
// What the root task learns about the machine from BootInfo and the device tree.
#pragma once

#include <cobnut/abi/boot_info.hpp>
#include <cobnut/format/bytes.hpp>
#include <lib/uart.hpp>

namespace cobnut {

/// BootInfo with the lists behind it.
class Machine {
public:
    constexpr Machine() = default;
    explicit Machine(const BootInfo* info) : info_(info) {}

    [[nodiscard]] bool valid() const {
        return info_ != nullptr && info_->magic == boot_info_magic && info_->abi_major == abi_major;
    }
    [[nodiscard]] const BootInfo& info() const { return *info_; }
    [[nodiscard]] const BootRegion* begin() const {
        return reinterpret_cast<const BootRegion*>(reinterpret_cast<Word>(info_) + info_->regions);
    }
    [[nodiscard]] const BootRegion* end() const { return begin() + info_->region_count; }
    [[nodiscard]] Untyped untyped(const BootRegion& region) const {
        return Untyped(info_->first_untyped + static_cast<CapIndex>(&region - begin()));
    }
    [[nodiscard]] format::Bytes archive() const { return bytes(info_->archive); }
    [[nodiscard]] format::Bytes device_tree() const { return bytes(info_->device_tree); }
    /// Milliseconds of so many ticks of the clock, and back.
    [[nodiscard]] uint64_t milliseconds(uint64_t ticks) const {
        return ticks * 1000 / info_->ticks_per_second;
    }
    [[nodiscard]] uint64_t ticks(uint64_t milliseconds) const {
        return milliseconds * info_->ticks_per_second / 1000;
    }

private:
    static format::Bytes bytes(const BootArea& area) {
        return {reinterpret_cast<const char*>(area.address), area.address == 0 ? 0 : area.size};
    }

    const BootInfo* info_ = nullptr;
};

constexpr CapIndex slot(RootSlot name) { return static_cast<CapIndex>(name); }

/// Where the console is.
struct ConsolePlace {
    UartType type;
    uint64_t page = 0; ///< Physical, of the registers.
    unsigned interrupt = 0;
    Trigger trigger = Trigger::level;
};

/// From /chosen/stdout-path; without a device tree the first serial port of a PC.
ConsolePlace find_console(const Machine& machine);

} // namespace cobnut
