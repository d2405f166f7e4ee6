// SPDX-License-Identifier: BSD-2-Clause
// What every root task begins with.

#include <lib/root_task.hpp>

namespace cobnut {

namespace {

constexpr unsigned page_bits = 12;
constexpr unsigned own_bits = 16;
constexpr Word console_page = 0x1000'0000;
constexpr Word normal = static_cast<Word>(MemoryType::normal) | MapAttributes::execute_never;
constexpr Word device = static_cast<Word>(MemoryType::device) | MapAttributes::execute_never;

} // namespace

bool RootTask::prepare(const BootInfo* info) {
    machine_ = Machine(info);
    if (!machine_.valid())
        return false;
    node_ = CNode(slot(RootSlot::cnode));
    space_ = VSpace(slot(RootSlot::vspace));
    thread_ = Thread(slot(RootSlot::thread));
    slots_ = SlotPool(info->free_slots_begin, info->free_slots_end);
    pool_ = UntypedPool(node_, slots_);
    devices_ = DevicePool(node_, slots_);
    workshop_ = {node_,
                 space_,
                 thread_,
                 SchedControl(slot(RootSlot::sched_control)),
                 &slots_,
                 window};
    if (!find_memory().ok() || !open_console().ok())
        return false;
    archive_ = cpio::Archive(machine_.archive());
    if (archive_.error() != cpio::Error::none) {
        uart_.print(Line("init: ", cpio::text(archive_.error()), "\n").text());
        return false;
    }
    return open_window().ok();
}

/// The smallest Untyped that will do is the root task's own, the rest goes into the pool.
Status RootTask::find_memory() {
    const auto is_free = [&](const BootRegion& region) {
        const auto info = machine_.untyped(region).query();
        return region.kind == RegionKind::untyped && info.ok() && info->used == 0;
    };
    const BootRegion* own = nullptr;
    for (const BootRegion& region : machine_)
        if (region.size_bits >= own_bits && (own == nullptr || region.size_bits < own->size_bits) &&
            is_free(region))
            own = &region;
    if (own == nullptr)
        return Error::not_enough_memory;
    own_ = machine_.untyped(*own);
    for (const BootRegion& region : machine_) {
        if (region.kind == RegionKind::device)
            devices_.add(machine_.untyped(region), region.address, region.size_bits);
        else if (&region != own && is_free(region)) // not what holds the archive
            (void)pool_.add(machine_.untyped(region), region.size_bits);
    }
    return {};
}

Status RootTask::open_console() {
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

/// Maps and unmaps a page, so that its page tables are there.
Status RootTask::open_window() {
    const CapIndex place = slots_.take();
    COBNUT_CHECK(own_.retype(ObjectType::frame, page_bits, node_.index, place));
    COBNUT_CHECK(
        map_frame(Frame(place), space_, window, Rights::read_write(), normal, own_, node_, slots_));
    return Frame(place).unmap();
}

uint64_t RootTask::used_memory() const {
    uint64_t used = 0;
    for (const BootRegion& region : machine_)
        if (region.kind != RegionKind::device)
            if (const auto info = machine_.untyped(region).query(); info.ok())
                used += info->used;
    return used;
}

} // namespace cobnut
