// SPDX-License-Identifier: BSD-2-Clause
// A fresh protection domain for one test.
#include "domain.hpp"

#include "../test.hpp"

#include <lib/result.hpp>

namespace conformance {

namespace {

struct Parts {
    cobnut::CNode node;
    VSpace space;
    Thread thread;
    SchedContext context;
    Frame buffer;
};

Result<CapIndex> made(Home& home, Untyped memory, ObjectType type, unsigned bits) {
    const CapIndex place = home.slots.take();
    COBNUT_CHECK(memory.retype(type, bits, home.node.index, place));
    return place;
}

Status give(Home& home, const Parts& parts, CapIndex to, CapIndex from) {
    return parts.node.copy(to, own::radix, {home.node.index, from}, Rights::all());
}

/// The BootInfo, read-only, at its place.
Status map_boot_info(Home& home, const Parts& parts, Untyped memory) {
    const BootArea& area = home.machine.info().boot_info;
    for (Word index = 0; index < area.frame_count; ++index) {
        const CapIndex mine = home.slots.take();
        COBNUT_CHECK(home.node.copy(mine, word_bits, {home.node.index, area.first_frame + index},
                                    Rights::read_only()));
        COBNUT_CHECK(cobnut::map_frame(Frame(mine), parts.space, place::boot_info + index * 4096,
                                       Rights::read_only(), MapAttributes::execute_never, memory,
                                       home.node, home.slots));
        COBNUT_CHECK(parts.node.move(own::end_code - 1 - index, own::radix,
                                     {home.node.index, mine}));
        home.slots.give_back(mine, 1);
    }
    return {};
}

Status fill_node(Home& home, const Shared& shared, const Parts& parts, CapIndex untyped) {
    const SlotPath report{home.node.index, shared.report};
    COBNUT_CHECK(parts.node.mint(own::cnode, own::radix, {home.node.index, parts.node.index},
                                 Rights::all(), guard_word(own::radix)));
    COBNUT_CHECK(parts.node.mint(own::report, own::radix, report, Rights::call(), report_badge));
    COBNUT_CHECK(parts.node.mint(own::fault_handler, own::radix, report, Rights::call(),
                                 fault_badge));
    COBNUT_CHECK(give(home, parts, own::space, parts.space.index));
    COBNUT_CHECK(give(home, parts, own::thread, parts.thread.index));
    COBNUT_CHECK(give(home, parts, own::context, parts.context.index));
    COBNUT_CHECK(give(home, parts, own::sched_control, slot(RootSlot::sched_control)));
    // There is one capability of this type: it is lent.
    COBNUT_CHECK(parts.node.move(own::irq_control, own::radix,
                                 {home.node.index, slot(RootSlot::irq_control)}));
    COBNUT_CHECK(give(home, parts, own::buffer_frame, parts.buffer.index));
    const auto ports = home.node.identify(slot(RootSlot::io_port));
    if (ports.ok() && ports->type == ObjectType::io_port)
        COBNUT_CHECK(give(home, parts, own::io_port, slot(RootSlot::io_port)));
    const auto trace = home.node.identify(slot(RootSlot::trace));
    if (trace.ok() && trace->type == ObjectType::trace)
        COBNUT_CHECK(give(home, parts, own::trace, slot(RootSlot::trace)));
    if (shared.uart)
        COBNUT_CHECK(give(home, parts, own::uart_frame, shared.uart.index));
    if (shared.device)
        COBNUT_CHECK(give(home, parts, own::device_untyped, shared.device.index));
    if (shared.large)
        COBNUT_CHECK(give(home, parts, own::large_untyped, shared.large.index));
    if (shared.firmware)
        COBNUT_CHECK(give(home, parts, own::firmware, slot(RootSlot::firmware)));
    // An Untyped with a child cannot be copied; the domain needs the only capability.
    return parts.node.move(own::untyped, own::radix, {home.node.index, untyped});
}

Status start_thread(Home& home, const Shared& shared, const Parts& parts, Word entry, Word test) {
    COBNUT_CHECK(parts.thread.configure(guard_word(own::radix), parts.node, parts.space,
                                        place::buffers, parts.buffer));
    COBNUT_CHECK(parts.thread.set_priority(main_priority, max_priority,
                                           Thread(slot(RootSlot::thread))));
    // The handler is named in our capability space.
    const CapIndex handler = home.slots.take();
    COBNUT_CHECK(home.node.mint(handler, word_bits, {home.node.index, shared.report},
                                Rights::call(), fault_badge));
    COBNUT_CHECK(parts.thread.set_fault_handler(Endpoint(handler)));
    COBNUT_CHECK(parts.thread.set_flags(0, ThreadFlags::counters));
    COBNUT_CHECK(
        SchedControl(slot(RootSlot::sched_control)).configure(parts.context, 10000, 10000));
    COBNUT_CHECK(parts.context.bind(parts.thread));
    COBNUT_CHECK(parts.thread.set_start(entry, areas[0].top(), test, place::buffers));
    return parts.thread.resume();
}

} // namespace

Status make_domain(Home& home, const Program& program, Shared& shared, Word entry, Word test) {
    const Untyped slice = shared.slice;
    Parts parts;
    COBNUT_TRY(untyped, made(home, slice, ObjectType::untyped, domain_untyped_bits));
    COBNUT_TRY(node, made(home, slice, ObjectType::cnode, own::radix));
    COBNUT_TRY(space, made(home, slice, ObjectType::vspace, 0));
    COBNUT_TRY(thread, made(home, slice, ObjectType::thread, home.machine.info().fpu_thread_size_bits));
    COBNUT_TRY(context, made(home, slice, ObjectType::sched_context, sched_context_min_size_bits));
    COBNUT_TRY(buffer, made(home, slice, ObjectType::frame, 12));
    parts.node = shared.node = cobnut::CNode(node);
    parts.space = VSpace(space);
    parts.thread = Thread(thread);
    parts.context = SchedContext(context);
    parts.buffer = Frame(buffer);
    COBNUT_CHECK(program.map_code(home, slice, parts.node, parts.space));
    COBNUT_CHECK(program.map_data(home, slice, parts.space));
    COBNUT_CHECK(map_boot_info(home, parts, slice));
    COBNUT_CHECK(cobnut::map_frame(parts.buffer, parts.space, place::buffers, Rights::read_write(),
                                   MapAttributes::execute_never, slice, home.node, home.slots));
    COBNUT_CHECK(fill_node(home, shared, parts, untyped));
    return start_thread(home, shared, parts, entry, test);
}

bool destroy_domain(Home& home, const Shared& shared) {
    (void)home.node.move(slot(RootSlot::irq_control), word_bits,
                         {shared.node.index, own::irq_control, own::radix});
    if (!home.node.revoke(shared.slice.index).ok())
        return false;
    for (const Untyped lent : {shared.device, shared.large})
        if (lent && !home.node.revoke(lent.index).ok())
            return false;
    // What was minted for the domain alone is gone with its CNode; our own copy of the handler too.
    if (!home.node.revoke(shared.report).ok())
        return false;
    // All of it in one piece again?
    const CapIndex probe = home.slots.take();
    const bool whole =
        shared.slice.retype(ObjectType::untyped, slice_bits, home.node.index, probe).ok();
    const bool cleared = home.node.revoke(shared.slice.index).ok();
    home.slots.give_back(probe, 1);
    return whole && cleared;
}

} // namespace conformance
