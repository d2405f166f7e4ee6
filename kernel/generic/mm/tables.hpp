// SPDX-License-Identifier: BSD-2-Clause
// The ISA's page tables, reached through the kernel's window.
#pragma once

#include <generic/contract/memory.hpp>
#include <generic/contract/page_format.hpp>
#include <generic/mm/walker.hpp>

namespace kernel::mm {

struct WindowMemory {
    static arch::PageFormat::Entry* table(PhysAddr address) {
        return static_cast<arch::PageFormat::Entry*>(arch::to_virtual(address));
    }
};

using Tables = Walker<arch::PageFormat, WindowMemory>;

} // namespace kernel::mm
