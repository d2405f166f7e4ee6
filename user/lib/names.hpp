// SPDX-License-Identifier: BSD-2-Clause
// Names of errors, fault types and ISAs for people.
#pragma once

#include <cobnut/abi/boot_info.hpp>
#include <cobnut/abi/error.hpp>
#include <cobnut/abi/fault.hpp>

namespace cobnut {

const char* name_of(Error error);
const char* name_of(FaultType type);
const char* name_of(Isa isa);

} // namespace cobnut
