// SPDX-License-Identifier: BSD-2-Clause
// Making one object, where nothing is in the way.
#include <cobnut/abi/methods.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/contract/memory.hpp>
#include <generic/contract/page_format.hpp>
#include <generic/ipc/transfer.hpp>
#include <generic/object/untyped.hpp>

namespace kernel::untyped {

bool retype_at_once(const Thread& caller, Slot& untyped) {
    constexpr unsigned unit_bits = cobnut::untyped_min_size_bits;
    constexpr unsigned page_bits = arch::PageFormat::level[arch::PageFormat::levels - 1].shift;
    constexpr Word retype = cobnut::Tag(static_cast<Word>(cobnut::Method::untyped_retype), 6, 1).raw();
    const auto* buffer = static_cast<const volatile cobnut::IpcBuffer*>(caller.buffer);
    if (caller.registers.tag() != retype || buffer == nullptr)
        return false;
    const Slot* node = near_slot(caller, buffer->capabilities[0]);
    const Word first = ipc::message_word(caller, 4);
    // No path, one object.
    if (node == nullptr || !node->is(ObjectType::cnode) || ipc::message_word(caller, 3) != 0 ||
        first >> node->radix() != 0 || ipc::message_word(caller, 5) != 1)
        return false;
    Slot& slot = node->pointer<Slot>()[first];
    const auto type = static_cast<ObjectType>(caller.registers.message(0));
    const Word size_bits = caller.registers.message(1);
    // Most of what is made are pages, which are Frames of size index 0.
    const bool is_page = type == ObjectType::frame && size_bits == page_bits;
    unsigned bits = page_bits;
    if (!is_page) {
        const auto object = object_bits(caller.registers.message(0), size_bits);
        if (!object.ok() || !may_become(untyped, type))
            return false;
        bits = object.value();
    }
    if (!slot.empty())
        return false;

    // Counted in units of 16 bytes, which fit into a word if the Untyped has no more than that.
    const unsigned all_bits = untyped.untyped_bits();
    if (bits > all_bits || all_bits - unit_bits >= word_bits)
        return false;
    const Word units = Word{1} << (bits - unit_bits);
    const Word used = derivation::has_children(untyped) ? static_cast<Word>(untyped.untyped_used() >> unit_bits) : 0;
    const Word begin = (used + units - 1) & ~(units - 1);
    if ((Word{1} << (all_bits - unit_bits)) - begin < units)
        return false;
    const PhysAddr address = untyped.object.physical() + (uint64_t{begin} << unit_bits);
    if (is_cleared_for(untyped, type)) {
        if (uint64_t{1} << bits > clear_step)
            return false;
        arch::clear_physical(address, size_t{1} << bits);
    }
    if (is_page) {
        set_frame(untyped, slot, 0, address);
        derivation::insert_child(untyped, slot);
    } else {
        create(untyped, slot, type, static_cast<unsigned>(size_bits), address);
    }
    untyped.set_untyped_used(uint64_t{begin + units} << unit_bits);
    return true;
}

} // namespace kernel::untyped
