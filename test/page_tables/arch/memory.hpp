// SPDX-License-Identifier: BSD-2-Clause
// The simulated machine's memory, but that the test is told of every store into a page table.
#pragma once

#include <arch/page_format.hpp>

#define write_page_table_entry store_page_table_entry
#include "../../host/arch/memory.hpp"
#undef write_page_table_entry

namespace arch {

void write_page_table_entry(PageFormat::Entry* place, PageFormat::Entry entry);

} // namespace arch
