// SPDX-License-Identifier: BSD-2-Clause
// The kernel's console: whichever UART firmware named, if a driver of this board takes it.
#pragma once

namespace arch {

void console_put(char character);
int console_get();
bool console_listens();

} // namespace arch
