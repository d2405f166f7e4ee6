// SPDX-License-Identifier: BSD-2-Clause
// The root task of the tour.

#include "tour.hpp"

namespace cobnut {

constinit tour::Tour the_tour;

void main(Word argument) {
    if (the_tour.prepare(reinterpret_cast<const BootInfo*>(argument)))
        the_tour.run();
    (void)Firmware(slot(RootSlot::firmware)).power_off();
}

} // namespace cobnut
