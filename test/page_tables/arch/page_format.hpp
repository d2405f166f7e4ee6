// SPDX-License-Identifier: BSD-2-Clause
// The page-table format of the ISA under test, on the simulated machine.
#pragma once

#include ISA_PAGE_FORMAT
