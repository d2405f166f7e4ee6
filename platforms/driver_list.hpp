// SPDX-License-Identifier: BSD-2-Clause
// The drivers that a board's config names, as a list of types.
#pragma once

#include <stddef.h>

namespace platform {

template <class... Drivers>
struct DriverList {
    static constexpr size_t count = sizeof...(Drivers);
};

}  // namespace platform
