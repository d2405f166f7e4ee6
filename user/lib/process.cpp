// SPDX-License-Identifier: BSD-2-Clause
// Making, loading and destroying protection domains.

#include <arch/machine.hpp>
#include <lib/memory.hpp>
#include <lib/process.hpp>

namespace cobnut {

namespace {

constexpr Word page_size = 4096;
constexpr unsigned page_bits = 12;
constexpr Word normal = static_cast<Word>(MemoryType::normal);

constexpr elf::Expectation expectation() {
    elf::Expectation expected;
    expected.machine = arch::elf_machine;
    expected.wide = word_bits == 64;
    expected.page_size = page_size;
    expected.lowest = ProcessLayout::lowest;
    expected.highest = ProcessLayout::image_end - 1;
    return expected;
}

constexpr bool is_small(ObjectType type) {
    return type == ObjectType::endpoint || type == ObjectType::notification ||
           type == ObjectType::reply;
}

} // namespace

Result<CapIndex> Process::retype(ObjectType type, unsigned size_bits, unsigned count) {
    const CapIndex first = slots_.take(count);
    if (first == 0)
        return Error::slot_occupied;
    COBNUT_CHECK(memory_.retype(type, size_bits, workshop_->node.index, first, count));
    return first;
}

Result<CapIndex> Process::object(ObjectType type, unsigned size_bits) {
    if (!apart_)
        return retype(type, size_bits);
    COBNUT_TRY(page, retype(ObjectType::untyped, page_bits));
    const CapIndex place = slots_.take();
    if (place == 0)
        return Error::slot_occupied;
    COBNUT_CHECK(Untyped(page).retype(type, size_bits, workshop_->node.index, place));
    return place;
}

Result<CapIndex> Process::copy(Capability mine) {
    const CapIndex place = slots_.take();
    if (place == 0)
        return Error::slot_occupied;
    COBNUT_CHECK(
        workshop_->node.copy(place, word_bits, {workshop_->node.index, mine.index}, Rights::all()));
    return place;
}

Status Process::create(Workshop& workshop, UntypedPool& pool, const ProcessPlan& plan) {
    static unsigned next_colour = 1; // the kernel's own data begins a page already
    *this = Process();
    workshop_ = &workshop;
    pool_ = &pool;
    colour_ = next_colour++ & 3;
    apart_ = plan.objects_apart;
    COBNUT_TRY(memory, pool.take(plan.memory_bits));
    memory_ = memory;
    memory_bits_ = plan.memory_bits;
    alive_ = true;
    first_slot_ = workshop.slots->take(slot_count);
    if (first_slot_ == 0)
        return Error::slot_occupied;
    slots_ = SlotPool(first_slot_, first_slot_ + slot_count);
    COBNUT_CHECK(make_objects(plan));
    COBNUT_CHECK(load(plan));
    COBNUT_CHECK(make_stack(plan));
    COBNUT_CHECK(thread_.set_priority(plan.priority, plan.priority, workshop.thread));
    if (plan.fault_handler)
        COBNUT_CHECK(thread_.set_fault_handler(plan.fault_handler));
    COBNUT_CHECK(workshop.control.configure(sched_context_, plan.budget, plan.period));
    return sched_context_.bind(thread_);
}

/// All objects lie in one page if they fit, what make() makes later too. Each process has them in
/// one of four orders: the hot lines of threads that begin at the same offset of their pages would
/// share the same few sets of the cache.
Status Process::make_objects(const ProcessPlan& plan) {
    node_bits_ = plan.node_bits;
    const bool node_first = (colour_ & 2) != 0, thread_first = (colour_ & 1) == 0;
    if (node_first)
        COBNUT_CHECK(make_node());
    if (thread_first)
        COBNUT_CHECK(make_thread(plan.fpu_thread_bits));
    COBNUT_TRY(context, object(ObjectType::sched_context, sched_context_min_size_bits));
    sched_context_ = SchedContext(context);
    COBNUT_TRY(space, object(ObjectType::vspace, 0));
    space_ = VSpace(space);
    COBNUT_TRY(small, object(ObjectType::untyped, small_bits));
    small_ = Untyped(small);
    if (!thread_first)
        COBNUT_CHECK(make_thread(plan.fpu_thread_bits));
    return node_first ? Status() : make_node();
}

Status Process::make_thread(unsigned size_bits) {
    COBNUT_TRY(thread, object(ObjectType::thread, size_bits));
    thread_ = Thread(thread);
    return {};
}

Status Process::make_node() {
    COBNUT_TRY(node, object(ObjectType::cnode, node_bits_));
    node_ = CNode(node);
    return {};
}

Status Process::load(const ProcessPlan& plan) {
    file_ = plan.file;
    const elf::Image image(plan.file, expectation());
    load_error_ = image.error();
    if (load_error_ != elf::Error::none)
        return Error::invalid_argument;
    for (const elf::Segment segment : image)
        COBNUT_CHECK(load_segment(segment));
    entry_ = static_cast<Word>(image.entry());
    return {};
}

Status Process::load_segment(const elf::Segment& segment) {
    const Word begin = static_cast<Word>(segment.address) & ~(page_size - 1);
    const Word end = static_cast<Word>(segment.address + segment.size);
    const auto pages = static_cast<unsigned>((end - begin + page_size - 1) / page_size);
    COBNUT_TRY(first, retype(ObjectType::frame, page_bits, pages));
    const Rights rights = segment.writable ? Rights::read_write() : Rights::read_only();
    const Word attributes = normal | (segment.executable ? 0 : MapAttributes::execute_never);
    for (unsigned page = 0; page < pages; ++page) {
        const Frame frame(first + page);
        const Word address = begin + page * page_size;
        COBNUT_CHECK(fill(frame, address, segment));
        COBNUT_CHECK(map_frame(frame, space_, address, rights, attributes, memory_, workshop_->node,
                               slots_));
    }
    return {};
}

/// The page's part of the segment's data, written through a second mapping in the parent.
Status Process::fill(Frame frame, Word address, const elf::Segment& segment) {
    const Word data_begin = static_cast<Word>(segment.address);
    const Word data_end = data_begin + static_cast<Word>(segment.data.size());
    const Word from = address > data_begin ? address : data_begin;
    const Word to = address + page_size < data_end ? address + page_size : data_end;
    if (from >= to)
        return {};
    COBNUT_TRY(second, copy(frame));
    COBNUT_CHECK(Frame(second).map(workshop_->space, workshop_->window, Rights::read_write(),
                                   normal | MapAttributes::execute_never));
    memcpy(reinterpret_cast<char*>(workshop_->window + (from - address)),
           segment.data.data() + (from - data_begin), to - from);
    COBNUT_CHECK(workshop_->node.remove(second));
    slots_.give_back(second, 1);
    return {};
}

Status Process::make_stack(const ProcessPlan& plan) {
    COBNUT_TRY(first, retype(ObjectType::frame, page_bits, plan.stack_pages + 1));
    Word address = ProcessLayout::stack_top;
    for (unsigned page = 0; page < plan.stack_pages; ++page) {
        address -= page_size;
        COBNUT_CHECK(map_frame(Frame(first + page), space_, address, Rights::read_write(),
                               normal | MapAttributes::execute_never, memory_, workshop_->node,
                               slots_));
    }
    const Frame buffer(first + plan.stack_pages);
    COBNUT_CHECK(map_frame(buffer, space_, ProcessLayout::buffer, Rights::read_write(),
                           normal | MapAttributes::execute_never, memory_, workshop_->node,
                           slots_));
    stack_ = ProcessLayout::stack_top - colour_ * 256;
    buffer_ = ProcessLayout::buffer + colour_ * sizeof(IpcBuffer);
    return thread_.configure(flat_guard(node_bits_), node_, space_, buffer_, buffer);
}

Status Process::grant(Word to, Capability mine, Rights rights) {
    return node_.copy(to, node_bits_, {workshop_->node.index, mine.index}, rights);
}

Status Process::grant_badged(Word to, Capability mine, Rights rights, Word badge) {
    return node_.mint(to, node_bits_, {workshop_->node.index, mine.index}, rights, badge);
}

Result<Capability> Process::make(ObjectType type, unsigned size_bits, Word to) {
    CapIndex place = 0;
    if (is_small(type) && !apart_ && (place = slots_.take()) != 0 &&
        !small_.retype(type, size_bits, workshop_->node.index, place).ok()) {
        slots_.give_back(place, 1);
        place = 0;
    }
    if (place == 0) {
        COBNUT_TRY(elsewhere, is_small(type) ? object(type, size_bits) : retype(type, size_bits));
        place = elsewhere;
    }
    COBNUT_CHECK(grant(to, Capability(place), Rights::all()));
    return Capability(place);
}

Status Process::map(Frame mine, Word address, Rights rights, Word attributes) {
    COBNUT_TRY(second, copy(mine));
    return map_frame(Frame(second), space_, address, rights, attributes, memory_, workshop_->node,
                     slots_);
}

Result<Frame> Process::map_new(Word address, Rights rights) {
    COBNUT_TRY(place, retype(ObjectType::frame, page_bits));
    COBNUT_CHECK(map_frame(Frame(place), space_, address, rights,
                           normal | MapAttributes::execute_never, memory_, workshop_->node,
                           slots_));
    return Frame(place);
}

Status Process::grant_memory(Word to, unsigned size_bits) {
    COBNUT_TRY(place, retype(ObjectType::untyped, size_bits));
    return node_.move(to, node_bits_, {workshop_->node.index, place});
}

Status Process::start(Word argument) {
    COBNUT_CHECK(thread_.set_start(entry_, stack_, argument, buffer_));
    return thread_.resume();
}

Status Process::destroy() {
    if (!alive_)
        return {};
    alive_ = false;
    COBNUT_CHECK(pool_->give_back(memory_, memory_bits_));
    if (first_slot_ == 0)
        return {};
    // Copies of the parent's own capabilities are no descendants of the memory.
    for (CapIndex place = first_slot_; place < first_slot_ + slot_count; ++place)
        COBNUT_CHECK(workshop_->node.remove(place));
    workshop_->slots->give_back(first_slot_, slot_count);
    return {};
}

format::Bytes Process::program_bytes(Word address, unsigned count) const {
    const elf::Image image(file_, expectation());
    for (const elf::Segment segment : image)
        if (segment.contains(address))
            return segment.data.part(address - segment.address, count);
    return {};
}

} // namespace cobnut
