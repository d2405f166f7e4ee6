// SPDX-License-Identifier: BSD-2-Clause
// PageTable and Frame: their methods.
#include <generic/mm/address_space.hpp>
#include <generic/object/methods.hpp>

namespace kernel {

namespace {

using cobnut::CacheOperation;
using cobnut::MapAttributes;
using cobnut::MemoryType;
using cobnut::Method;

Failure map_frame(const Thread& caller, Slot& frame, VSpace& space, Word address, Word mask,
                  Word attributes) {
    const Word rights = mask & frame.rights().bits;
    const Word type = attributes & MapAttributes::type_mask;
    if ((attributes & ~(MapAttributes::type_mask | MapAttributes::execute_never)) != 0 || type > 2)
        return {Error::invalid_argument, 2, attributes};
    if ((rights & Rights::read_bit) == 0)
        return Error::missing_right;
    auto wanted = static_cast<MemoryType>(type);
    // Registers of devices are never cached nor executed, whatever was asked for.
    if (wanted == MemoryType::normal && frame.frame_is_device())
        wanted = MemoryType::device;
    const bool execute =
        wanted == MemoryType::normal && (attributes & MapAttributes::execute_never) == 0;
    return mm::map_frame(space, frame, VirtAddr(address),
                         {(rights & Rights::write_bit) != 0, execute, wanted}, caller.repeats != 0);
}

Failure set_rights(Slot& frame, Word wanted, Word attributes) {
    const Word rights = wanted & frame.rights().bits;
    if ((attributes & ~MapAttributes::execute_never) != 0)
        return {Error::invalid_argument, 1, attributes};
    if ((rights & Rights::read_bit) == 0)
        return Error::missing_right;
    return mm::set_rights(frame, (rights & Rights::write_bit) != 0, attributes == 0);
}

Failure maintain_cache(Invocation& call) {
    const Word operation = call.words[0], offset = call.words[1], bytes = call.words[2];
    if (operation > static_cast<Word>(CacheOperation::unify))
        return {Error::invalid_argument, 0, operation};
    const auto wanted = static_cast<CacheOperation>(operation);
    const Rights rights = call.slot.rights();
    if (!rights.read() || (wanted == CacheOperation::invalidate && !rights.write()))
        return Error::missing_right;
    const Word size = Word{1} << mm::frame_bits(call.slot.frame_size_index());
    if (offset > size || bytes > size - offset)
        return {Error::out_of_range, 0, size};
    if (call.slot.frame_is_device())
        return Error::illegal_operation;
    const size_t done =
        mm::maintain_cache(call.slot.object.page() + offset, bytes, wanted);
    if (done == bytes)
        return {};
    // The rest of the range is the arguments of the repeated call.
    call.caller.registers.set_message(1, offset + done);
    call.caller.registers.set_message(2, bytes - done);
    return error_preempted;
}

} // namespace

Failure invoke_page_table(Invocation& call) {
    switch (call.method) {
    case Method::page_table_map:
        return mm::map_table(*call.capabilities[0]->pointer<VSpace>(), call.slot,
                             VirtAddr(call.words[0]));
    case Method::page_table_unmap:
        return mm::unmap_table(call.slot, false);
    default:
        return Error::invalid_method;
    }
}

Failure invoke_frame(Invocation& call) {
    switch (call.method) {
    case Method::frame_map:
        return map_frame(call.caller, call.slot, *call.capabilities[0]->pointer<VSpace>(),
                         call.words[0], call.words[1], call.words[2]);
    case Method::frame_unmap:
        mm::unmap_frame(call.slot);
        return {};
    case Method::frame_set_rights:
        return set_rights(call.slot, call.words[0], call.words[1]);
    case Method::frame_cache:
        return maintain_cache(call);
    case Method::frame_address: {
        const uint64_t address = call.slot.object.page().raw();
        call.answer_wide(address);
        call.answer(mm::frame_bits(call.slot.frame_size_index()));
        return {};
    }
    default:
        return Error::invalid_method;
    }
}

} // namespace kernel
