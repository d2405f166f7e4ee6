// SPDX-License-Identifier: BSD-2-Clause
// The console: COM1.
#pragma once

namespace arch {

void console_put(char character);
int console_get();
bool console_listens();

} // namespace arch
