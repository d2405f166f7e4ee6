// SPDX-License-Identifier: BSD-2-Clause
// Reads through a null pointer.

#include <lib/console.hpp>
#include <servers/protocol.hpp>

namespace cobnut {

void main(Word) {
    using tour::Given;
    ConsoleClient(Endpoint(Given::console)).print("   null-reader: I read address 0\n");
    volatile int* nowhere = nullptr;
    asm("" : "+r"(nowhere)); // the compiler must not know
    const int value = *nowhere;
    ConsoleClient(Endpoint(Given::console)).print("   null-reader: found ", value, "\n");
    (void)call(Given::desk, Message::of(tour::Report::done));
}

} // namespace cobnut
