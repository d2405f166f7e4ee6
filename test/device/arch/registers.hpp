// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <kernel/arch/riscv64/arch/registers.hpp>
