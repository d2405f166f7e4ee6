// SPDX-License-Identifier: BSD-2-Clause
// The addresses that the pager serves.
#pragma once

#include <cobnut/abi/types.hpp>

namespace cobnut {

inline constexpr Word window_begin = 0x2000'0000;
inline constexpr unsigned window_pages = 32;
inline constexpr Word page_size = 4096;

} // namespace cobnut
