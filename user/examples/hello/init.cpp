// SPDX-License-Identifier: BSD-2-Clause
// The smallest root task: it prints what it was given and switches the machine off.
#include <lib/system.hpp>

namespace cobnut {

constinit System the_system;

void main(Word argument) {
    System& system = the_system;
    system.begin(argument);
    const BootInfo& info = system.machine().info();
    system.print("Hello from the first program on ", info.board, ", ABI ", info.abi_major, ".",
                 info.abi_minor, ", ", info.region_count, " pieces of memory\n");
    system.expect(info.region_count > 0, "there is memory");
    system.finish("hello");
}

} // namespace cobnut
