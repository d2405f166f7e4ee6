// SPDX-License-Identifier: BSD-2-Clause
// RISC-V's own: its triggers are calls to the firmware, which a model answers.
#pragma once

#include <kernel/arch/riscv64/arch/debug.hpp>
