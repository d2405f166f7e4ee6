// SPDX-License-Identifier: BSD-2-Clause
// The root task: its capability space, address space and first thread.
#include <generic/base/panic.hpp>
#include <generic/boot/root_task.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/contract/console.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/fpu.hpp>
#include <generic/contract/memory.hpp>
#include <generic/contract/timer.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/untyped.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/scheduler.hpp>

namespace kernel::boot {

namespace {

constexpr unsigned frame_bits = 12;
constexpr unsigned time_slices_per_second = 100;

void copy(char* target, const char* from, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i)
        target[i] = from[i];
}

} // namespace

RootTask::RootTask(const Machine& machine, FreeMemory& free, unsigned cnode_bits)
    : machine_(machine), free_(free), cnode_bits_(cnode_bits),
      next_(static_cast<Word>(cobnut::RootSlot::first_free)) {
    const uint64_t bytes = uint64_t{1} << (cnode_bits + cobnut::slot_size_bits);
    cnode_ = static_cast<Slot*>(arch::to_virtual(allocate(machine, free, bytes)));
    make_objects();
}

Slot& RootTask::fixed_slot(cobnut::RootSlot slot) {
    return cnode_[static_cast<unsigned>(slot)];
}

Slot& RootTask::next_slot() {
    if (next_ == slot_count())
        fatal("boot: the root task's capability space is too small");
    return cnode_[next_++];
}

PhysAddr RootTask::allocate_page() {
    return allocate(machine_, free_, page);
}

void RootTask::make_objects() {
    using cobnut::RootSlot;
    Slot& root = *kernel_state.root;
    Slot& cnode = fixed_slot(RootSlot::cnode);
    cnode.set(ObjectType::cnode, cnode_, cnode_bits_, word_bits - cnode_bits_);
    derivation::insert_child(root, cnode);
    // One page holds the small objects: VSpace, scheduling context. The thread has its own.
    const PhysAddr small = allocate_page();
    const PhysAddr thread = allocate_page();
    untyped::create(root, fixed_slot(RootSlot::vspace), ObjectType::vspace, 0, small);
    untyped::create(root, fixed_slot(RootSlot::sched_context), ObjectType::sched_context,
                    cobnut::sched_context_min_size_bits, small + 1024);
    untyped::create(root, fixed_slot(RootSlot::thread), ObjectType::thread, 0, thread);
    space_ = fixed_slot(RootSlot::vspace).pointer<VSpace>();
    thread_ = fixed_slot(RootSlot::thread).pointer<Thread>();

    struct Control {
        RootSlot slot;
        ObjectType type;
        Word badge;
        bool there;
    };
    const Control controls[] = {
        {RootSlot::irq_control, ObjectType::irq_control, 0, true},
        {RootSlot::sched_control, ObjectType::sched_control, 0, true},
        {RootSlot::firmware, ObjectType::firmware, 0, true},
        {RootSlot::io_port, ObjectType::io_port, 0xffff, arch::has_io_ports},
        {RootSlot::trace, ObjectType::trace, 0, trace::enabled},
    };
    for (const Control& control : controls) {
        if (!control.there)
            continue;
        Slot& slot = fixed_slot(control.slot);
        slot.set(control.type, nullptr, rights_byte(Rights::all()), control.badge);
        derivation::insert_child(root, slot);
    }
}

void RootTask::map(Slot& frame, Word address, bool write, bool execute) {
    const mm::PageAttributes attributes(write, execute);
    for (;;) {
        const Failure failure = mm::map_frame(*space_, frame, VirtAddr(address), attributes, false);
        if (failure.ok())
            return;
        if (failure.error() != Error::missing_table)
            fatal("boot: cannot map the root task", address, static_cast<Word>(failure.error()));
        Slot& table = next_slot();
        untyped::create(*kernel_state.root, table, ObjectType::page_table, 0, allocate_page());
        if (!mm::map_table(*space_, table, VirtAddr(address)).ok())
            fatal("boot: cannot map a table of the root task", address);
    }
}

PhysAddr RootTask::map_new(Word address, PhysAddr memory, bool write, bool execute, Slot& frame) {
    untyped::create(*kernel_state.root, frame, ObjectType::frame, frame_bits, memory);
    map(frame, address, write, execute);
    return memory;
}

void RootTask::load(const cobnut::elf::Image& image) {
    for (const cobnut::elf::Segment segment : image) {
        const uint64_t end = segment.address + segment.size;
        const uint64_t data_end = segment.address + segment.data.size();
        for (uint64_t at = align_down(segment.address, page); at < end; at += page) {
            const PhysAddr memory = allocate_page();
            const uint64_t from = at > segment.address ? at : segment.address;
            const uint64_t to = at + page < data_end ? at + page : data_end;
            if (from < to)
                copy(static_cast<char*>(arch::to_virtual(memory)) + (from - at),
                     segment.data.data() + (from - segment.address),
                     static_cast<size_t>(to - from));
            (void)map_new(static_cast<Word>(at), memory, segment.writable, segment.executable,
                          next_slot());
        }
    }
}

void RootTask::make_stack_and_buffer() {
    for (Word at = RootLayout::stack_top - RootLayout::stack_bytes; at < RootLayout::stack_top;
         at += page)
        (void)map_new(at, allocate_page(), true, false, next_slot());
    Slot& frame = fixed_slot(cobnut::RootSlot::ipc_buffer);
    buffer_ = map_new(RootLayout::ipc_buffer, allocate_page(), true, false, frame);
}

Slot& RootTask::make_untyped(PhysAddr address, unsigned bits, cobnut::RegionKind kind) {
    Slot& slot = next_slot();
    slot.object.set_physical(ObjectType::untyped, 0, address);
    slot.badge = bits | (kind == cobnut::RegionKind::device        ? Slot::untyped_device
                         : kind == cobnut::RegionKind::frames_only ? Slot::untyped_frames_only
                                                                   : 0);
    slot.set_untyped_used(0);
    derivation::insert_child(*kernel_state.root, slot);
    return slot;
}

cobnut::BootArea RootTask::map_area(PhysRange pages, Word address, Word size) {
    const Word first = next_;
    // The frames first, so that they are in consecutive slots; tables come behind them.
    const Word count = static_cast<Word>(pages.size / page);
    for (Word i = 0; i < count; ++i) {
        Slot& frame = next_slot();
        untyped::create(*kernel_state.root, frame, ObjectType::frame, frame_bits,
                        pages.begin + uint64_t{i} * page);
    }
    for (Word i = 0; i < count; ++i)
        map(cnode_[first + i], address + i * static_cast<Word>(page), false, false);
    return {address, size, first, count};
}

void RootTask::adopt(Slot& untyped, const cobnut::BootArea& area) {
    const PhysAddr begin = untyped.object.physical();
    const uint64_t size = uint64_t{1} << untyped.untyped_bits();
    for (Word i = 0; i < area.frame_count; ++i) {
        Slot& frame = cnode_[area.first_frame + i];
        const PhysAddr address = frame.object.page();
        if (address < begin || address - begin >= size)
            continue;
        derivation::remove(frame);
        derivation::insert_child(untyped, frame);
    }
    untyped.set_untyped_used(size);
}

void RootTask::start(Word entry, Word boot_info_address) {
    using cobnut::RootSlot;
    Cpu& cpu = arch::current_cpu();
    Thread& thread = *thread_;
    thread_control::set_cspace(cpu, thread, fixed_slot(RootSlot::cnode), 0);
    thread_control::set_vspace(cpu, thread, fixed_slot(RootSlot::vspace));
    thread_control::set_buffer(cpu, thread, &fixed_slot(RootSlot::ipc_buffer),
                               RootLayout::ipc_buffer);
    thread.registers.init_user(entry, RootLayout::stack_top, boot_info_address);
    thread.registers.set_tag(RootLayout::ipc_buffer); // the second argument register
    thread.gate = (thread.gate & ~Gate::priority_mask) | (cobnut::priority_count - 1);
    thread.max_priority = cobnut::priority_count - 1;
    thread_control::set_flags(cpu, thread, 0, cobnut::ThreadFlags::counters);

    auto& context = *fixed_slot(RootSlot::sched_context).pointer<SchedContext>();
    Ticks slice = 0;
    while (slice * time_slices_per_second < arch::ticks_per_second())
        slice += arch::ticks_per_second() >> 10;
    sched::configure(cpu, context, slice, 0, 2);
    sched::bind(context, thread);
    thread_control::resume(cpu, thread);
}

} // namespace kernel::boot
