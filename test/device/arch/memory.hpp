// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <generic/base/types.hpp>
#include <machine.hpp>

namespace arch {

inline void* map_device(kernel::PhysAddr begin, size_t size) {
    return reinterpret_cast<void*>(device::machine->map(begin.raw(), size));
}

} // namespace arch
