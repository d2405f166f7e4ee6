// SPDX-License-Identifier: BSD-2-Clause
// What init does before the tour: memory, slots, console, the Endpoint that reports come to.

#include "tour.hpp"

namespace cobnut::tour {

namespace {

constexpr Word page_size = 4096;
constexpr unsigned page_bits = 12;
constexpr unsigned own_bits = 16;
constexpr Word console_page = 0x1000'0000;
constexpr Word window_page = console_page + page_size;
constexpr Word normal = static_cast<Word>(MemoryType::normal) | MapAttributes::execute_never;
constexpr Word device = static_cast<Word>(MemoryType::device) | MapAttributes::execute_never;

} // namespace

bool Tour::prepare(const BootInfo* info) {
    machine_ = Machine(info);
    if (!machine_.valid())
        return false;
    node_ = CNode(slot(RootSlot::cnode));
    space_ = VSpace(slot(RootSlot::vspace));
    thread_ = Thread(slot(RootSlot::thread));
    slots_ = SlotPool(info->free_slots_begin, info->free_slots_end);
    pool_ = UntypedPool(node_, slots_);
    devices_ = DevicePool(node_, slots_);
    workshop_ = {node_, space_, thread_, SchedControl(slot(RootSlot::sched_control)), &slots_,
                 window_page, info->thread_size_bits};
    if (!find_memory().ok() || !open_console().ok())
        return false;
    archive_ = cpio::Archive(machine_.archive());
    if (archive_.error() != cpio::Error::none) {
        say("init: ", cpio::text(archive_.error()), "\n");
        return false;
    }
    if (const Status status = open_window(window_page); !status.ok())
        return failed("the window", status);
    baseline_ = used_memory();
    if (const Status status = make_desk(); !status.ok())
        return failed("the desk", status);
    return true;
}

/// The smallest Untyped that will do is init's own, the rest goes into the pool.
Status Tour::find_memory() {
    const BootRegion* own = nullptr;
    for (const BootRegion& region : machine_)
        if (region.kind == RegionKind::untyped && region.size_bits >= own_bits &&
            (own == nullptr || region.size_bits < own->size_bits))
            own = &region;
    if (own == nullptr)
        return Error::not_enough_memory;
    own_ = machine_.untyped(*own);
    for (const BootRegion& region : machine_) {
        if (region.kind == RegionKind::device)
            devices_.add(machine_.untyped(region), region.address, region.size_bits);
        else if (region.kind == RegionKind::untyped && &region != own)
            (void)pool_.add(machine_.untyped(region), region.size_bits);
    }
    return {};
}

Status Tour::open_console() {
    console_place_ = find_console(machine_);
    if (console_place_.type.kind == UartKind::none)
        return Error::not_supported;
    if (console_place_.type.kind != UartKind::ns16550_port) {
        COBNUT_TRY(frame, devices_.page(console_place_.page));
        uart_frame_ = frame;
        COBNUT_CHECK(map_frame(frame, space_, console_page, Rights::read_write(), device, own_,
                               node_, slots_));
    }
    uart_ = Uart(console_place_.type, console_page, IoPort(slot(RootSlot::io_port)));
    return {};
}

/// Maps and unmaps a page, so that the page tables of the address are there.
Status Tour::open_window(Word address) {
    const CapIndex place = slots_.take();
    COBNUT_CHECK(own_.retype(ObjectType::frame, page_bits, node_.index, place));
    COBNUT_CHECK(map_frame(Frame(place), space_, address, Rights::read_write(), normal, own_,
                           node_, slots_));
    return Frame(place).unmap();
}

Status Tour::make_desk() {
    COBNUT_TRY(objects, pool_.take(page_bits));
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

uint64_t Tour::used_memory() const {
    uint64_t used = 0;
    for (const BootRegion& region : machine_)
        if (region.kind != RegionKind::device)
            if (const auto info = machine_.untyped(region).query(); info.ok())
                used += info->used;
    return used;
}

} // namespace cobnut::tour
