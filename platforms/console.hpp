// SPDX-License-Identifier: BSD-2-Clause
// The boot console: whichever of the board's UART drivers fits the device tree's node.
#pragma once

#include <cobnut/format/fdt.hpp>
#include <platforms/driver_list.hpp>

namespace platform {

template <class List>
class Console;

// Constant-initialised and mute until select() has found a driver.
template <class... Drivers>
class Console<DriverList<Drivers...>> {
    template <class Driver>
    struct Holder {
        Driver driver{};
    };
    struct Holders : Holder<Drivers>... {};

public:
    // Whether the board has a driver for the node: ask before mapping its registers.
    [[nodiscard]] static constexpr bool supports(cobnut::fdt::Node node) {
        return (fits<Drivers>(node) || ...);
    }

    // base: where the node's first reg entry is mapped.
    constexpr bool select(cobnut::fdt::Node node, uintptr_t base) {
        unsigned number = 0;
        selected_ = 0;
        ((++number,
          selected_ == 0 && fits<Drivers>(node) ? adopt<Drivers>(number, node, base) : void()),
         ...);
        return selected_ != 0;
    }

    constexpr void put(char character) const {
        unsigned number = 0;
        ((++number == selected_
              ? static_cast<const Holder<Drivers>&>(holders_).driver.put(character)
              : void()),
         ...);
    }

    // What has been typed next; -1: nothing.
    [[nodiscard]] constexpr int get() const {
        unsigned number = 0;
        int character = -1;
        ((++number == selected_
              ? void(character = static_cast<const Holder<Drivers>&>(holders_).driver.get())
              : void()),
         ...);
        return character;
    }
    [[nodiscard]] constexpr bool selected() const { return selected_ != 0; }

private:
    template <class Driver>
    static constexpr bool fits(cobnut::fdt::Node node) {
        for (const char* name : Driver::compatible)
            if (node.compatible(name))
                return true;
        return false;
    }

    template <class Driver>
    constexpr void adopt(unsigned number, cobnut::fdt::Node node, uintptr_t base) {
        static_cast<Holder<Driver>&>(holders_).driver = Driver::from(node, base);
        selected_ = number;
    }

    Holders holders_{};
    unsigned selected_ = 0;
};

} // namespace platform
