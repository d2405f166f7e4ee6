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
inline constexpr auto zombie_type = static_cast<ObjectType>(0x1f);

/// What the rights byte holds besides the rights of the ABI, which stand one bit higher.
struct SlotRights {
    static constexpr Word may_call = 1;         ///< Endpoint: write and (grant or grant_reply).
    static constexpr unsigned api_shift = 1;
    static constexpr Word api_mask = 0xf;
    static constexpr Word write = Word{Rights::write_bit} << api_shift;
    static constexpr Word read = Word{Rights::read_bit} << api_shift;
    // Frames and PageTables have no grant rights, and need no may_call.
    static constexpr Word device = 0x1;             ///< Frame: not RAM.
    static constexpr unsigned frame_size_shift = 3; ///< Frame: index of its size.
    static constexpr unsigned postponed_shift = 3;  ///< PageTable: how often a revoke put it off.
    static constexpr Word size_or_postponed = 7;    ///< Either, above its shift.
};

/// Packing of the object word on 64-bit ISAs: address in bits 16-63 (sign-extended), rights byte,
/// type byte. A type has five bits; the three above say what the fastpaths may do with an Endpoint or a
/// Notification, and are 0 of anything else: one bit is type and right. A Frame's or PageTable's address is that of a
/// page: the low 12 bits of it, and the two bits below, belong to the mapping record.
struct ObjectWord64 {
    static constexpr Word type_mask = 0x1f;
    static constexpr Word can_call = 0x20;    ///< Endpoint.
    static constexpr Word can_receive = 0x40; ///< Endpoint.
    static constexpr Word can_signal = 0x80;  ///< Notification.
    static_assert(static_cast<Word>(zombie_type) <= type_mask && cobnut::object_type_count <= type_mask);
    static constexpr unsigned page_shift = 28;
    static constexpr unsigned record_shift = 14;
    static constexpr unsigned record_bits = page_shift - record_shift;

    Word word = 0;

    [[nodiscard]] constexpr ObjectType type() const { return static_cast<ObjectType>(word & type_mask); }
    /// Whether it is of this type: the whole byte where no bits stand above a type, which some ISAs compare in memory.
    [[nodiscard, gnu::always_inline]] constexpr bool is(ObjectType other) const {
        const bool has_bits = other == ObjectType::endpoint || other == ObjectType::notification;
        return (word & (has_bits ? type_mask : 0xff)) == static_cast<Word>(other);
    }
    [[nodiscard]] constexpr Word rights_byte() const { return (word >> 8) & 0xff; }
    [[nodiscard]] void* pointer() const {
        return reinterpret_cast<void*>(static_cast<std::make_signed_t<Word>>(word) >> 16);
    }
    [[nodiscard]] constexpr PhysAddr physical() const { return PhysAddr(word >> 16); }
    // The same of a Frame and of a PageTable.
    [[nodiscard, gnu::always_inline]] constexpr PhysAddr page() const { return PhysAddr(word >> page_shift << 12); }
    [[nodiscard]] void* table() const {
        return reinterpret_cast<void*>(static_cast<std::make_signed_t<Word>>(word) >> page_shift << 12);
    }
    [[nodiscard]] constexpr Word record() const {
        return word >> record_shift & ((Word{1} << record_bits) - 1);
    }
    void set_record(Word bits) {
        constexpr Word mask = ((Word{1} << record_bits) - 1) << record_shift;
        word = (word & ~mask) | (bits << record_shift & mask);
    }
    /// `bits` of the rights byte instead of those in `mask`.
    void change_rights_byte(Word mask, Word bits) { word = (word & ~(mask << 8)) | bits << 8; }
    /// A Notification that may be signalled.
    [[nodiscard]] constexpr bool may_signal() const { return (word & can_signal) != 0; }
    /// An Endpoint through which may be sent.
    [[nodiscard]] constexpr bool may_send() const {
        constexpr Word right = SlotRights::write << 8;
        return (word & (type_mask | right)) == (static_cast<Word>(ObjectType::endpoint) | right);
    }
    [[nodiscard]] constexpr bool is_endpoint() const { return is(ObjectType::endpoint); }
    void set(ObjectType type, Word rights_byte, void* pointer) {
        word = (reinterpret_cast<Word>(pointer) << 16) | (rights_byte << 8) |
               static_cast<Word>(type);
        if (type == ObjectType::endpoint)
            word |= ((rights_byte & SlotRights::may_call) ? can_call : 0) |
                    ((rights_byte & SlotRights::read) ? can_receive : 0);
        if (type == ObjectType::notification)
            word |= (rights_byte & SlotRights::write) ? can_signal : 0;
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
    static constexpr Word endpoint = 1;
    static constexpr Word can_send = 2; ///< Also of a Notification.
    static constexpr Word can_receive = 4;
    static constexpr Word can_call = 8;

    Word word = 0;
    Word meta = 0; ///< Type byte, rights byte, address bits 32-47.

    [[nodiscard]] constexpr ObjectType type() const { return static_cast<ObjectType>(meta & 0xff); }
    [[nodiscard, gnu::always_inline]] constexpr bool is(ObjectType other) const { return type() == other; }
    [[nodiscard]] constexpr Word rights_byte() const { return (meta >> 8) & 0xff; }
    [[nodiscard]] void* pointer() const { return reinterpret_cast<void*>(word & ~Word{15}); }
    [[nodiscard]] constexpr PhysAddr physical() const {
        return PhysAddr((uint64_t{meta >> 16} << 32) | (word & ~Word{15}));
    }
    [[nodiscard]] constexpr PhysAddr page() const { return physical(); }
    [[nodiscard]] void* table() const { return pointer(); }
    void change_rights_byte(Word mask, Word bits) { meta = (meta & ~(mask << 8)) | bits << 8; }
    // As in ObjectWord64.
    [[nodiscard]] constexpr bool may_signal() const { return (word & (endpoint | can_send)) == can_send; }
    [[nodiscard]] constexpr bool may_send() const {
        return (word & (endpoint | can_send)) == (endpoint | can_send);
    }
    [[nodiscard]] constexpr bool is_endpoint() const { return (word & endpoint) != 0; }
    void set(ObjectType type, Word rights_byte, void* pointer) {
        word = reinterpret_cast<Word>(pointer);
        meta = (rights_byte << 8) | static_cast<Word>(type);
        const Word sends = (rights_byte & SlotRights::write) ? can_send : 0;
        if (type == ObjectType::notification)
            word |= sends;
        if (type == ObjectType::endpoint)
            word |= endpoint | sends | ((rights_byte & SlotRights::read) ? can_receive : 0) |
                    ((rights_byte & SlotRights::may_call) ? can_call : 0);
    }
    void set_physical(ObjectType type, Word rights_byte, PhysAddr address) {
        word = static_cast<Word>(address.raw());
        meta = (static_cast<Word>(address.raw() >> 32) << 16) | (rights_byte << 8) |
               static_cast<Word>(type);
    }
};

/// Where a Frame or PageTable is mapped: the page's address, and the id of the VSpace. The low bits of an id
/// are never 0; if they are in a record it says unmapped, whatever the upper ones are. Ids have no bits in
/// `unused`: so the parts of one are put together in the fewest instructions.
struct MappingRecord64 {
    static constexpr uint64_t unused = uint64_t{0xffff} << 34;
    static constexpr unsigned low_id_bits = 28;

    static Word low_id(Word badge, const SlotLinks64&) { return static_cast<Word>(uint64_t{badge} >> 36); }
    static uint64_t id(const ObjectWord64& object, Word badge, const SlotLinks64& links) {
        return uint64_t{badge} >> 36 | uint64_t{links.extra()} << 28 | uint64_t{object.record()} << 50;
    }
    [[gnu::always_inline]] static VirtAddr address(Word badge) {
        return VirtAddr(static_cast<Word>(uint64_t{badge} << 28 >> 16));
    }
    static void set(ObjectWord64& object, Word& badge, SlotLinks64& links, uint64_t id, VirtAddr address) {
        badge = (address.raw() >> 12) | static_cast<Word>(id << 36);
        links.set_extra(static_cast<Word>(id >> 28));
        object.set_record(static_cast<Word>(id >> 50));
    }
    static void clear(Word& badge, const SlotLinks64&) { badge = 0; }
};

struct MappingRecord32 {
    static constexpr uint64_t unused = 0;
    static constexpr unsigned low_id_bits = 32;

    static Word low_id(Word, const SlotLinks32& links) { return links.extra(); }
    static uint64_t id(const ObjectWord32&, Word, const SlotLinks32& links) {
        return uint64_t{links.upper()} << 32 | links.extra();
    }
    static VirtAddr address(Word badge) { return VirtAddr(badge); }
    static void set(const ObjectWord32&, Word& badge, SlotLinks32& links, uint64_t id, VirtAddr address) {
        badge = address.raw();
        links.set_extra(static_cast<Word>(id & 0xffffffff));
        links.set_upper(static_cast<Word>(id >> 32));
    }
    static void clear(const Word&, SlotLinks32& links) { links.set_extra(0); }
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
    [[nodiscard, gnu::always_inline]] bool is(ObjectType other) const { return object.is(other); }
    [[nodiscard]] bool empty() const { return is(ObjectType::null); }
    [[nodiscard, gnu::always_inline]] Rights rights() const {
        return {static_cast<uint8_t>(object.rights_byte() >> SlotRights::api_shift &
                                     SlotRights::api_mask)};
    }
    /// Of an object that is neither Untyped nor Frame; one of unknown type is `void`.
    template <class Object>
    [[nodiscard]] Object* pointer() const {
        if constexpr (std::is_void_v<Object>) {
            if (is(ObjectType::page_table))
                return object.table();
        }
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

    /// Of an Untyped or a Frame.
    [[nodiscard]] PhysAddr memory() const {
        return is(ObjectType::frame) ? object.page() : object.physical();
    }

    // Frame and PageTable: where it is mapped.
    using Record = std::conditional_t<wide, MappingRecord64, MappingRecord32>;
    /// VSpaces' ids are below this one: it and the next stand in the record of a Frame that is being prepared.
    static constexpr uint64_t space_id_end = ~Record::unused ^ 1;
    /// False: it is unmapped. True: it is mapped, or stale.
    [[nodiscard]] bool has_record() const { return Record::low_id(badge, links) != 0; }
    [[nodiscard]] uint64_t mapping_space() const { return Record::id(object, badge, links); }
    [[nodiscard, gnu::always_inline]] VirtAddr mapping_address() const { return Record::address(badge); }
    void set_mapping(uint64_t space, VirtAddr address) { Record::set(object, badge, links, space, address); }
    void clear_mapping() { Record::clear(badge, links); }

    // PageTable: how often a revoke has put it off since it was mapped, for what it holds.
    static constexpr Word max_table_postponed = 3; ///< Levels below the root, at most.
    [[nodiscard]] Word table_postponed() const { return size_or_postponed(); }
    void set_table_postponed(Word times) {
        object.change_rights_byte(SlotRights::size_or_postponed << SlotRights::postponed_shift,
                                  times << SlotRights::postponed_shift);
    }

    // Frame
    [[nodiscard]] unsigned frame_size_index() const { return static_cast<unsigned>(size_or_postponed()); }
    [[nodiscard]] bool frame_is_device() const {
        return (object.rights_byte() & SlotRights::device) != 0;
    }

private:
    [[nodiscard]] Word size_or_postponed() const {
        return object.rights_byte() >> SlotRights::frame_size_shift & SlotRights::size_or_postponed;
    }
};

static_assert(sizeof(Slot) == 1 << cobnut::slot_size_bits);

/// The rights byte of an Endpoint or other object with these rights.
constexpr Word rights_byte(Rights rights) {
    const bool may_call = rights.write() && (rights.grant() || rights.grant_reply());
    return Word{rights.bits} << SlotRights::api_shift | (may_call ? SlotRights::may_call : 0);
}

} // namespace kernel
