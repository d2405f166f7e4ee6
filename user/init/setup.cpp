// SPDX-License-Identifier: BSD-2-Clause
// What the tour needs before its first step: the Endpoints of init and of its servers.

#include "tour.hpp"

namespace cobnut::tour {

bool Tour::prepare(const BootInfo* info) {
    if (!RootTask::prepare(info))
        return false;
    baseline_ = used_memory();
    const Status status = make_desk();
    return status.ok() || failed("the desk", status);
}

Status Tour::make_desk() {
    COBNUT_TRY(objects, pool_.take(12));
    objects_ = objects;
    const CapIndex first = slots_.take(6);
    COBNUT_CHECK(objects_.retype(ObjectType::endpoint, 0, node_.index, first, 4));
    COBNUT_CHECK(objects_.retype(ObjectType::reply, 0, node_.index, first + 4));
    COBNUT_CHECK(objects_.retype(ObjectType::notification, 0, node_.index, first + 5));
    desk_ = Endpoint(first);
    console_ = Endpoint(first + 1);
    echo_ = Endpoint(first + 2);
    pager_ = Endpoint(first + 3);
    reply_ = Reply(first + 4);
    ready_ = Notification(first + 5);
    driver_ = ConsoleClient(console_);
    for (unsigned who = 1; who < who_count; ++who) {
        const CapIndex place = slots_.take();
        COBNUT_CHECK(node_.mint(place, word_bits, {node_.index, desk_.index}, Rights::all(), who));
        handler_[who] = Endpoint(place);
    }
    const CapIndex irq = slots_.take();
    COBNUT_CHECK(IrqControl(slot(RootSlot::irq_control))
                     .get(console_place_.interrupt, console_place_.trigger, {node_.index, irq}));
    irq_ = IrqHandler(irq);
    return {};
}

} // namespace cobnut::tour
