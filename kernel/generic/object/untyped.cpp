// SPDX-License-Identifier: BSD-2-Clause
// Untyped memory and what becomes of it.
#include <generic/cap/derivation.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/cap/progress.hpp>
#include <generic/cap/revocation.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/fpu.hpp>
#include <generic/contract/memory.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/untyped.hpp>

namespace kernel::untyped {

namespace {

constexpr Word max_count = 256;
/// Of the types from here on nothing is made.
constexpr auto type_count = static_cast<unsigned>(ObjectType::trace);
constexpr unsigned create_step = 4; ///< Objects that are made between two looks for interrupts.

struct Request {
    ObjectType type;
    unsigned size_bits;
    unsigned object_bits;
    Slot* first;
    unsigned count;
    uint64_t begin; ///< Offsets in the Untyped.
    uint64_t end;
    const Progress* record; ///< Of a preemption; null: there was none.
};

Failure decode(const Invocation& call, Request& request) {
    const Slot& untyped = call.slot;
    KERNEL_TRY(object_bits, object_bits(call.words[0], call.words[1]));
    request.type = static_cast<ObjectType>(call.words[0]);
    request.size_bits = static_cast<unsigned>(call.words[1]);
    request.object_bits = object_bits;
    if (!may_become(untyped, request.type))
        return Error::illegal_operation;

    Slot* node = call.capabilities[0];
    if (call.words[3] != 0) {
        KERNEL_TRY(found, lookup_slot(*node, call.words[2], call.words[3]));
        node = found;
    }
    if (node->type() != ObjectType::cnode)
        return {Error::invalid_capability, 0};
    const Word slots = Word{1} << node->radix();
    const Word first = call.words[4];
    const Word count = call.words[5];
    if (count == 0 || count > max_count)
        return {Error::out_of_range, 1, max_count};
    if (first >= slots || count > slots - first)
        return {Error::out_of_range, 0, slots - 1};
    request.first = node->pointer<Slot>() + first;
    request.count = static_cast<unsigned>(count);
    for (unsigned i = 0; i < request.count; ++i)
        if (!request.first[i].empty())
            return {Error::slot_occupied, i, first + i};

    const uint64_t size = uint64_t{1} << untyped.untyped_bits();
    const uint64_t used = derivation::has_children(untyped) ? untyped.untyped_used() : 0;
    const uint64_t object_size = uint64_t{1} << request.object_bits;
    const uint64_t left = size - used;
    if (request.object_bits > untyped.untyped_bits())
        return {Error::not_enough_memory, static_cast<Word>(left)};
    request.begin = align_up(used, object_size);
    if (request.begin > size || (size - request.begin) >> request.object_bits < count)
        return {Error::not_enough_memory, static_cast<Word>(left)};
    request.end = request.begin + (uint64_t{count} << request.object_bits);
    return {};
}

/// Notes up to where the memory of the objects from `begin` on is clear, for the repetition of the call.
Failure preempted(Invocation& call, uint64_t begin, uint64_t done) {
    if (Progress* record = progress::remember(LongWork::retype, call.slot, call.caller)) {
        record->begin = begin;
        record->done = done;
    }
    return error_preempted;
}

/// Clears the memory of the new objects, 4 KiB between two looks for interrupts.
Failure clear(Invocation& call, const Request& request) {
    const Slot& untyped = call.slot;
    uint64_t done = request.begin;
    // Only the same memory is known to be clean still: nothing has been made in it meanwhile.
    if (const Progress* record = request.record)
        if (record->begin == request.begin && record->done <= request.end)
            done = record->done;
    while (is_cleared_for(untyped, request.type) && done < request.end) {
        const uint64_t left = request.end - done;
        const auto bytes = static_cast<size_t>(left < clear_step ? left : clear_step);
        arch::clear_physical(untyped.object.physical() + done, bytes);
        done += bytes;
        if ((done < request.end || request.count > create_step) && arch::interrupt_pending())
            return preempted(call, request.begin, done);
    }
    return {};
}

Failure create_all(Invocation& call, const Request& request) {
    const PhysAddr base = call.slot.object.physical();
    uint64_t begin = request.begin;
    for (unsigned i = 0; i < request.count;) {
        create(call.slot, request.first[i], request.type, request.size_bits, base + begin);
        begin += uint64_t{1} << request.object_bits;
        call.slot.set_untyped_used(begin);
        ++i;
        if (i % create_step == 0 && i < request.count && arch::interrupt_pending()) {
            // The rest is the arguments of the repeated call: it needs no record to know what there is.
            ipc::set_message_word(call.caller, 4, call.words[4] + i);
            ipc::set_message_word(call.caller, 5, request.count - i);
            return preempted(call, begin, request.end);
        }
    }
    return {};
}

Failure retype(Invocation& call) {
    Request request{};
    if (kernel_state.progress_count != 0) {
        KERNEL_CHECK(revocation::check(call.slot));
        if (!progress::claim(call.slot, &call.caller))
            return Error::busy;
        request.record = progress::find(LongWork::retype, call.slot, call.caller);
    }
    KERNEL_CHECK(decode(call, request));
    KERNEL_CHECK(clear(call, request));
    return create_all(call, request);
}

Failure query(Invocation& call) {
    const Slot& untyped = call.slot;
    const Word kind = (untyped.badge & Slot::untyped_device) != 0        ? 2
                      : (untyped.badge & Slot::untyped_frames_only) != 0 ? 1
                                                                         : 0;
    call.answer(untyped.untyped_bits());
    call.answer_wide(derivation::has_children(untyped) ? untyped.untyped_used() : 0);
    call.answer(kind);
    return {};
}

void create_untyped(const Slot& parent, Slot& slot, unsigned bits, PhysAddr address) {
    slot.object.set_physical(ObjectType::untyped, 0, address);
    slot.badge = bits | (parent.badge & (Slot::untyped_device | Slot::untyped_frames_only));
    slot.set_untyped_used(0);
}

} // namespace

unsigned fpu_thread_bits() {
    if (arch::fpu_state_size() == 0)
        return 0;
    unsigned bits = thread_size_bits;
    while ((size_t{1} << bits) < ((sizeof(Thread) + 63) & ~size_t{63}) + arch::fpu_state_size())
        ++bits;
    return bits;
}

namespace {

/// The sizes that retype takes, log2, and what is added to them; a fixed size takes 0 alone.
struct Sizes {
    uint8_t least;
    uint8_t most;
    uint8_t added;
};

constexpr Sizes sizes_of(ObjectType type) {
    for (const cobnut::ObjectSize& row : cobnut::object_sizes) {
        if (row.type != type)
            continue;
        const auto [least, most] = sizeof(Word) == 8 ? row.where_64_bits : row.where_32_bits;
        if (least == most)
            return {0, 0, least};
        const uint8_t added = type == ObjectType::cnode ? cobnut::slot_size_bits : 0; // it takes a number of slots
        return {static_cast<uint8_t>(least - added), static_cast<uint8_t>(most - added), added};
    }
    return {};
}

struct SizeTable {
    Sizes of[type_count];
};

constexpr SizeTable size_table = [] {
    SizeTable table{};
    for (unsigned type = 0; type < type_count; ++type)
        table.of[type] = sizes_of(static_cast<ObjectType>(type));
    return table;
}();

} // namespace

Result<unsigned> object_bits(Word type_number, Word size_bits) {
    if (type_number >= type_count)
        return Failure(Error::invalid_argument, 0, type_number);
    if (size_bits > 47)
        return Failure(Error::out_of_range, 0, 47);
    const auto type = static_cast<ObjectType>(type_number);
    const auto bits = static_cast<unsigned>(size_bits);
    bool fits = true;
    unsigned result = bits;
    if (type == ObjectType::thread) {
        fits = bits == 0 || bits == fpu_thread_bits();
        result = bits == 0 ? thread_size_bits : bits;
    } else if (type == ObjectType::frame) {
        fits = mm::frame_size_index(bits) != mm::frame_size_count;
    } else {
        const Sizes& sizes = size_table.of[type_number];
        if (sizes.most != 0 && (bits < sizes.least || bits > sizes.most))
            return Failure(Error::out_of_range, sizes.least, sizes.most);
        result += sizes.added;
        if (sizes.most == 0 && sizes.added == 0)
            return Failure(Error::invalid_argument, 0, type_number);
        fits = sizes.most != 0 || bits == 0;
    }
    if (!fits)
        return Failure(Error::invalid_argument, 1, size_bits);
    return result;
}

void create(Slot& parent, Slot& slot, ObjectType type, unsigned size_bits, PhysAddr address) {
    void* object = type == ObjectType::untyped || type == ObjectType::frame
                       ? nullptr
                       : arch::to_virtual(address);
    Word rights = rights_byte(Rights::all());
    switch (type) {
    case ObjectType::untyped:
        create_untyped(parent, slot, size_bits, address);
        break;
    case ObjectType::frame:
        set_frame(parent, slot, mm::frame_size_index(size_bits), address);
        break;
    case ObjectType::cnode:
        slot.set(type, object, size_bits, 0);
        break;
    case ObjectType::thread:
        thread_control::init(*static_cast<Thread*>(object), size_bits != 0);
        slot.set(type, object, rights, 0);
        break;
    case ObjectType::endpoint:
    case ObjectType::notification:
        slot.set(type, object, rights_byte(Rights::all()), 0);
        break;
    case ObjectType::reply:
        *static_cast<Reply*>(object) = Reply{};
        slot.set(type, object, rights, 0);
        break;
    case ObjectType::sched_context: {
        auto& context = *static_cast<SchedContext*>(object);
        context = SchedContext{};
        context.refill_max = static_cast<uint16_t>(
            ((size_t{1} << size_bits) - sizeof(SchedContext)) / sizeof(Refill));
        slot.set(type, object, rights, 0);
        slot.badge = context.refill_max;
        break;
    }
    case ObjectType::vspace: {
        auto& space = *static_cast<VSpace*>(object);
        space = VSpace{};
        slot.set(type, object, rights, 0);
        break;
    }
    default:
        slot.set(type, object, rights, 0);
        slot.clear_mapping();
        break;
    }
    derivation::insert_child(parent, slot);
}

Failure invoke(Invocation& call) {
    switch (call.method) {
    case cobnut::Method::untyped_retype:
        return retype(call);
    case cobnut::Method::untyped_query:
        return query(call);
    default:
        return Error::invalid_method;
    }
}

} // namespace kernel::untyped
