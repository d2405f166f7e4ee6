// SPDX-License-Identifier: BSD-2-Clause
// PageTable and Frame: their methods.
#include <generic/mm/address_space.hpp>
#include <generic/object/methods.hpp>

namespace kernel {

namespace {

using cobnut::MapAttributes;
using cobnut::MemoryType;
using cobnut::Method;

Failure map_frame(Invocation& call) {
    KERNEL_TRY(space, call.capability(0, ObjectType::vspace));
    const Word rights = call.words[1] & call.slot.rights().bits;
    const Word attributes = call.words[2];
    const Word type = attributes & MapAttributes::type_mask;
    if ((attributes & ~(MapAttributes::type_mask | MapAttributes::execute_never)) != 0 || type > 2)
        return {Error::invalid_argument, 2, attributes};
    if ((rights & Rights::read_bit) == 0)
        return Error::missing_right;
    mm::PageAttributes wanted;
    wanted.write = (rights & Rights::write_bit) != 0;
    wanted.type = static_cast<MemoryType>(type);
    // Registers of devices are never cached nor executed, whatever was asked for.
    if (call.slot.frame_is_device() && wanted.type == MemoryType::normal)
        wanted.type = MemoryType::device;
    wanted.execute = (attributes & MapAttributes::execute_never) == 0 &&
                     wanted.type == MemoryType::normal;
    return mm::map_frame(*space->pointer<VSpace>(), call.slot, VirtAddr(call.words[0]), wanted);
}

} // namespace

Failure invoke_page_table(Invocation& call) {
    switch (call.method) {
    case Method::page_table_map: {
        KERNEL_TRY(space, call.capability(0, ObjectType::vspace));
        return mm::map_table(*space->pointer<VSpace>(), call.slot, VirtAddr(call.words[0]));
    }
    case Method::page_table_unmap:
        mm::unmap_table(call.slot);
        return {};
    default:
        return Error::invalid_method;
    }
}

Failure invoke_frame(Invocation& call) {
    switch (call.method) {
    case Method::frame_map:
        return map_frame(call);
    case Method::frame_unmap:
        mm::unmap_frame(call.slot);
        return {};
    case Method::frame_address: {
        const uint64_t address = call.slot.object.physical().raw();
        call.answer_wide(address);
        call.answer(mm::frame_bits(call.slot.frame_size_index()));
        return {};
    }
    default:
        return Error::invalid_method;
    }
}

} // namespace kernel
