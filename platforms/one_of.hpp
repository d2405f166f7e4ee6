// SPDX-License-Identifier: BSD-2-Clause
// The driver that the machine turned out to need, out of those the board's list compiles in.
#pragma once

#include <platforms/driver_list.hpp>

namespace platform {

namespace detail {

template <class Driver>
struct Held {
    Driver driver{};
};

} // namespace detail

template <class List>
class OneOf;

/// Each driver is a small literal type; `select` says which of them counts.
template <class... Drivers>
class OneOf<DriverList<Drivers...>> : detail::Held<Drivers>... {
public:
    constexpr OneOf() = default;

    constexpr void select(unsigned position) { position_ = position; }
    [[nodiscard]] constexpr bool selected() const { return position_ < sizeof...(Drivers); }

    /// Calls with the selected driver; does nothing when there is none. With a single driver in the
    /// list this is a direct call.
    template <class Callback>
    constexpr void visit(Callback&& callback) {
        unsigned index = 0;
        (void)((index++ == position_ && (callback(detail::Held<Drivers>::driver), true)) || ...);
    }

private:
    unsigned position_ = ~0u;
};

} // namespace platform
