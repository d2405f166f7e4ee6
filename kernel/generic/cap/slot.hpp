// SPDX-License-Identifier: BSD-2-Clause
// Slot: the 32 bytes that hold a capability and its place in the derivation tree.
#pragma once

#include <cobnut/abi/object.hpp>
#include <generic/base/types.hpp>
#include <generic/cap/slot_links.hpp>

#include <type_traits>

namespace kernel {

using cobnut::ObjectType;
using cobnut::Rights;

/// Type of a CNode's or Thread's last capability while its slots are being emptied. It lies in
/// the first slot of the object itself and can be neither found nor invoked.
inline constexpr auto zombie_type = static_cast<ObjectType>(0xfe);

/// What the rights byte holds besides the rights of the ABI, which stand one bit higher: so the
/// fastpath's masks of a 64-bit object word have 11 bits, which every ISA has room for in an
/// instruction.
struct SlotRights {
    static constexpr Word may_call = 1;         ///< Endpoint: write and (grant or grant_reply).
    static constexpr unsigned api_shift = 1;
    static constexpr Word api_mask = 0xf;
    static constexpr Word write = Word{Rights::write_bit} << api_shift;
    static constexpr Word read = Word{Rights::read_bit} << api_shift;
    static constexpr Word device = 0x8;         ///< Frame: not RAM. Frames have no grant right.
    static constexpr unsigned frame_size_shift = 5; ///< Frame: index of its size.
    static constexpr unsigned postponed_shift = 5;  ///< PageTable: how often a revoke put it off.
};

/// Packing of the object word on 64-bit ISAs: address in bits 16-63 (sign-extended), rights byte,
/// type byte. One mask and compare checks type and right.
struct ObjectWord64 {
    Word word = 0;

    [[nodiscard]] constexpr ObjectType type() const { return static_cast<ObjectType>(word & 0xff); }
    [[nodiscard]] constexpr Word rights_byte() const { return (word >> 8) & 0xff; }
    [[nodiscard]] void* pointer() const {
        return reinterpret_cast<void*>(static_cast<std::make_signed_t<Word>>(word) >> 16);
    }
    [[nodiscard]] constexpr PhysAddr physical() const { return PhysAddr(word >> 16); }
    /// A Notification that may be signalled.
    [[nodiscard]] constexpr bool may_signal() const { return may_write(ObjectType::notification); }
    /// An Endpoint through which may be sent.
    [[nodiscard]] constexpr bool may_send() const { return may_write(ObjectType::endpoint); }
    [[nodiscard]] constexpr bool may_write(ObjectType object) const {
        return type() == object && (rights_byte() & SlotRights::write) != 0;
    }
    void set(ObjectType type, Word rights_byte, void* pointer) {
        word = (reinterpret_cast<Word>(pointer) << 16) | (rights_byte << 8) |
               static_cast<Word>(type);
    }
    void set_physical(ObjectType type, Word rights_byte, PhysAddr address) {
        word = (static_cast<Word>(address.raw()) << 16) | (rights_byte << 8) |
               static_cast<Word>(type);
    }
};

/// Packing on 32-bit ISAs: objects are 16-byte aligned, so the low four bits of the address say
/// whether this is an Endpoint and what the fastpath may do with it, or with a Notification; the rest
/// is in `meta`.
struct ObjectWord32 {
    static constexpr Word is_endpoint = 1;
    static constexpr Word can_send = 2; ///< Also of a Notification.
    static constexpr Word can_receive = 4;
    static constexpr Word can_call = 8;

    Word word = 0;
    Word meta = 0; ///< Type byte, rights byte, address bits 32-47.

    [[nodiscard]] constexpr ObjectType type() const { return static_cast<ObjectType>(meta & 0xff); }
    [[nodiscard]] constexpr Word rights_byte() const { return (meta >> 8) & 0xff; }
    [[nodiscard]] void* pointer() const { return reinterpret_cast<void*>(word & ~Word{15}); }
    [[nodiscard]] constexpr PhysAddr physical() const {
        return PhysAddr((uint64_t{meta >> 16} << 32) | (word & ~Word{15}));
    }
    // As in ObjectWord64.
    [[nodiscard]] constexpr bool may_signal() const { return (word & (is_endpoint | can_send)) == can_send; }
    [[nodiscard]] constexpr bool may_send() const {
        return (word & (is_endpoint | can_send)) == (is_endpoint | can_send);
    }
    void set(ObjectType type, Word rights_byte, void* pointer) {
        word = reinterpret_cast<Word>(pointer);
        meta = (rights_byte << 8) | static_cast<Word>(type);
        const Word sends = (rights_byte & SlotRights::write) ? can_send : 0;
        if (type == ObjectType::notification)
            word |= sends;
        if (type == ObjectType::endpoint)
            word |= is_endpoint | sends | ((rights_byte & SlotRights::read) ? can_receive : 0) |
                    ((rights_byte & SlotRights::may_call) ? can_call : 0);
    }
    void set_physical(ObjectType type, Word rights_byte, PhysAddr address) {
        word = static_cast<Word>(address.raw());
        meta = (static_cast<Word>(address.raw() >> 32) << 16) | (rights_byte << 8) |
               static_cast<Word>(type);
    }
};

/// `badge` holds, by type: Endpoint, Notification: the badge. CNode: guard << 6 | guard bits (its
/// radix is in the rights byte). Untyped, Frame, PageTable: see their accessors. IrqHandler: number.
/// IoPort: first << 16 | last. SchedControl: core.
struct alignas(32) Slot {
    static constexpr bool wide = sizeof(Word) == 8;

    std::conditional_t<wide, ObjectWord64, ObjectWord32> object;
    Word badge = 0;
    std::conditional_t<wide, SlotLinks64, SlotLinks32> links;

    [[nodiscard]] ObjectType type() const { return object.type(); }
    [[nodiscard]] bool empty() const { return type() == ObjectType::null; }
    [[nodiscard]] Rights rights() const {
        return {static_cast<uint8_t>(object.rights_byte() >> SlotRights::api_shift &
                                     SlotRights::api_mask)};
    }
    template <class Object>
    [[nodiscard]] Object* pointer() const {
        return static_cast<Object*>(object.pointer());
    }

    void set(ObjectType type, void* pointer, Word rights_byte, Word badge_word) {
        object.set(type, rights_byte, pointer);
        badge = badge_word;
    }

    // CNode
    [[nodiscard]] unsigned radix() const { return static_cast<unsigned>(object.rights_byte()); }
    [[nodiscard]] unsigned guard_bits() const { return static_cast<unsigned>(badge & 63); }
    [[nodiscard]] Word guard() const { return badge >> 6; }

    // Untyped: size, kind and how far it is used; the latter counts in units of 16 bytes.
    static constexpr Word untyped_device = 0x40;
    static constexpr Word untyped_frames_only = 0x80;
    [[nodiscard]] unsigned untyped_bits() const { return static_cast<unsigned>(badge & 63); }
    [[nodiscard]] uint64_t untyped_used() const {
        if constexpr (wide)
            return uint64_t{badge >> 16} << 4;
        else
            return uint64_t{links.extra()} << 4;
    }
    void set_untyped_used(uint64_t bytes) {
        if constexpr (wide)
            badge = (badge & 0xffff) | static_cast<Word>(bytes >> 4 << 16);
        else
            links.set_extra(static_cast<Word>(bytes >> 4));
    }

    // Frame and PageTable: where it is mapped; VSpace id 0: nowhere. 34 bits of id on 64-bit ISAs.
    [[nodiscard]] Word mapping_space() const {
        if constexpr (wide)
            return (badge >> 36) | (links.extra() << 28);
        else
            return links.extra();
    }
    [[nodiscard]] VirtAddr mapping_address() const {
        if constexpr (wide)
            return VirtAddr((badge & ((Word{1} << 36) - 1)) << 12);
        else
            return VirtAddr(badge);
    }
    void set_mapping(uint64_t space, VirtAddr address) {
        if constexpr (wide) {
            badge = (address.raw() >> 12) | static_cast<Word>(space << 36);
            links.set_extra(static_cast<Word>(space >> 28));
        } else {
            badge = address.raw();
            links.set_extra(static_cast<Word>(space));
        }
    }
    /// No VSpace has this id: a Frame that is being prepared notes with it how far it got.
    static constexpr uint64_t max_space_id = wide ? (uint64_t{1} << 34) - 1 : 0xffffffff;

    // PageTable: how often a revoke has put it off since it was mapped, for what it holds.
    static constexpr Word max_table_postponed = 3; ///< Levels below the root, at most.
    [[nodiscard]] Word table_postponed() const { return object.rights_byte() >> SlotRights::postponed_shift; }
    void set_table_postponed(Word times) {
        object.set(type(), (object.rights_byte() & ((Word{1} << SlotRights::postponed_shift) - 1)) |
                               times << SlotRights::postponed_shift, object.pointer());
    }

    // Frame
    [[nodiscard]] unsigned frame_size_index() const {
        return static_cast<unsigned>(object.rights_byte() >> SlotRights::frame_size_shift);
    }
    [[nodiscard]] bool frame_is_device() const {
        return (object.rights_byte() & SlotRights::device) != 0;
    }
};

static_assert(sizeof(Slot) == 1 << cobnut::slot_size_bits);

/// The rights byte of an Endpoint or other object with these rights.
constexpr Word rights_byte(Rights rights) {
    const bool may_call = rights.write() && (rights.grant() || rights.grant_reply());
    return Word{rights.bits} << SlotRights::api_shift | (may_call ? SlotRights::may_call : 0);
}

} // namespace kernel
