// SPDX-License-Identifier: BSD-2-Clause
// From the first instructions of the ISA to main.

#include <lib/message.hpp>
#include <lib/program.hpp>

namespace cobnut {

constinit IpcBuffer* ipc_buffer_of_program = nullptr;

void stop() {
    for (;;)
        (void)recv(0, 0);
}

} // namespace cobnut

extern "C" [[noreturn, gnu::used]] void program_start(cobnut::Word argument,
                                                      cobnut::IpcBuffer* buffer) {
    cobnut::ipc_buffer_of_program = buffer;
    cobnut::main(argument);
    cobnut::stop();
}
