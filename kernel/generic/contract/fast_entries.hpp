// SPDX-License-Identifier: BSD-2-Clause
// For policies whose compiler keeps its hands off the registers of the fastpaths: the capability's path is the
// only argument of their entries, and Entry says where the rest is.
#pragma once

#include <generic/base/types.hpp>

#define ARCH_FAST_PARAMETERS kernel::Word path
#define ARCH_FAST_FROM_STUB arch::FastPolicy::entry()
#define ARCH_BRIEF_FROM_STUB arch::BriefPolicy::entry()
