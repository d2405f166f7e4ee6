// SPDX-License-Identifier: BSD-2-Clause
// The kernel's console is the firmware's: there from the first instruction on, whatever the UART.
#pragma once

namespace arch {

void console_put(char character);
int console_get();
bool console_listens();

} // namespace arch
