// SPDX-License-Identifier: BSD-2-Clause
// The bits of a slot: every field keeps its value whatever is written to the others.
#include "kernel_memory.hpp"

#include <generic/cap/derive.hpp>
#include <generic/cap/slot.hpp>

namespace {

using namespace kernel;
using test::below;

constexpr auto top_bits_of_48 = (uint64_t{1} << 48) - 1;

} // namespace

TEST_CASE("the links of a slot do not disturb each other", "[slot]") {
    test::KernelMemory memory;
    test::Random random{1};
    Slot* slots = memory.make<Slot>(64);
    SlotLinks64 links;
    Slot *child = nullptr, *next = nullptr, *prev = nullptr;
    bool last = false;
    Word extra = 0;
    for (unsigned round = 0; round < 20000; ++round) {
        Slot* some = below(random, 5) == 0 ? nullptr : &slots[below(random, 64)];
        switch (below(random, 5)) {
        case 0:
            links.set_child(child = some);
            break;
        case 1:
            links.set_next(next = some);
            break;
        case 2:
            links.set_prev(prev = some);
            break;
        case 3:
            links.set_last(last = below(random, 2) != 0);
            break;
        default:
            links.set_extra(extra = below(random, 64));
            break;
        }
        REQUIRE(links.child() == child);
        REQUIRE(links.next() == next);
        REQUIRE(links.prev() == prev);
        REQUIRE(links.last() == last);
        REQUIRE(links.extra() == extra);
    }
}

TEST_CASE("a link reaches every slot of a window of 2^44 bytes", "[slot]") {
    SlotLinks64 links;
    for (unsigned bit = 5; bit < 45; ++bit) {
        const Word highest = bit == 44 ? (Word{1} << 45) - 32 : Word{1} << bit;
        auto* slot = reinterpret_cast<Slot*>(arch::window_base() + highest);
        links.set_next(slot);
        links.set_prev(slot);
        links.set_child(slot);
        REQUIRE(links.next() == slot);
        REQUIRE(links.prev() == slot);
        REQUIRE(links.child() == slot);
    }
}

TEST_CASE("the object word gives back type, rights and address", "[slot]") {
    test::Random random{2};
    for (unsigned round = 0; round < 1000; ++round) {
        const auto type = static_cast<ObjectType>(below(random, cobnut::object_type_count));
        const Word rights = below(random, 256);
        ObjectWord64 word;
        void* pointer = reinterpret_cast<void*>(
            static_cast<std::make_signed_t<Word>>(Word{random()} << 33 | Word{random()} << 20) >>
            16);
        word.set(type, rights, pointer);
        REQUIRE(word.type() == type);
        REQUIRE(word.rights_byte() == rights);
        REQUIRE(word.pointer() == pointer);
        const PhysAddr address{((uint64_t{random()} << 32 | random()) & top_bits_of_48)};
        word.set_physical(type, rights, address);
        REQUIRE(word.type() == type);
        REQUIRE(word.rights_byte() == rights);
        REQUIRE(word.physical() == address);
    }
}

TEST_CASE("the 32-bit object word gives back type, rights and address", "[slot]") {
    test::Random random{3};
    for (unsigned round = 0; round < 1000; ++round) {
        const auto type = static_cast<ObjectType>(below(random, cobnut::object_type_count));
        const Word rights = below(random, 256);
        ObjectWord32 word;
        void* pointer = reinterpret_cast<void*>(Word{random()} & ~Word{15});
        word.set(type, rights, pointer);
        REQUIRE(word.type() == type);
        REQUIRE(word.rights_byte() == rights);
        REQUIRE(word.pointer() == pointer);
        if (type == ObjectType::endpoint)
            REQUIRE((word.word & ObjectWord32::endpoint) != 0);
    }
}

TEST_CASE("an object word tells Notifications that may be signalled and Endpoints that may be sent through", "[slot]") {
    for (unsigned type = 0; type < cobnut::object_type_count; ++type)
        for (Word rights = 0; rights < 256; ++rights) {
            ObjectWord64 wide;
            ObjectWord32 narrow;
            const auto what = static_cast<ObjectType>(type);
            wide.set(what, rights, nullptr);
            narrow.set(what, rights, nullptr);
            const bool writes = (rights & SlotRights::write) != 0;
            const bool is_endpoint = what == ObjectType::endpoint;
            REQUIRE(((wide.word & ObjectWord64::can_call) != 0) ==
                    (is_endpoint && (rights & SlotRights::may_call) != 0));
            REQUIRE(((wide.word & ObjectWord64::can_receive) != 0) ==
                    (is_endpoint && (rights & SlotRights::read) != 0));
            for (const bool signals : {wide.may_signal(), narrow.may_signal()})
                REQUIRE(signals == (writes && what == ObjectType::notification));
            for (const bool sends : {wide.may_send(), narrow.may_send()})
                REQUIRE(sends == (writes && what == ObjectType::endpoint));
        }
}

TEST_CASE("an Untyped's use, size and kind do not disturb each other", "[slot]") {
    test::Random random{4};
    for (unsigned round = 0; round < 1000; ++round) {
        Slot slot;
        const unsigned bits = 4 + below(random, 44);
        const uint64_t used =
            ((uint64_t{random()} << 32 | random()) & ((uint64_t{1} << bits) - 1)) & ~uint64_t{15};
        slot.badge = bits | Slot::untyped_device;
        slot.set_untyped_used(used);
        REQUIRE(slot.untyped_used() == used);
        REQUIRE(slot.untyped_bits() == bits);
        REQUIRE((slot.badge & Slot::untyped_device) != 0);
        slot.set_untyped_used(uint64_t{1} << bits);
        REQUIRE(slot.untyped_used() == uint64_t{1} << bits);
        REQUIRE(slot.untyped_bits() == bits);
    }
}

TEST_CASE("a mapping record keeps address and VSpace id beside links, rights and page", "[slot]") {
    test::KernelMemory memory;
    test::Random random{5};
    Slot* slots = memory.make<Slot>(4);
    const auto wide = [&random] { return uint64_t{random()} << 32 | random(); };
    Slot& slot = slots[0];
    for (unsigned round = 0; round < 1000; ++round) {
        const bool is_table = below(random, 2) != 0;
        const Word rights = below(random, 64);
        const uint64_t page = wide() & top_bits_of_48 & ~uint64_t{4095};
        void* table = reinterpret_cast<void*>(arch::window_base() + static_cast<Word>(page >> 8 & ~Word{4095}));
        if (is_table)
            slot.object.set(ObjectType::page_table, rights, table);
        else
            slot.object.set_physical(ObjectType::frame, rights, PhysAddr(page));
        slot.links.set_next(&slots[1]);
        slot.links.set_prev(&slots[2]);
        slot.links.set_child(&slots[3]);
        const auto check_others = [&] {
            REQUIRE(slot.type() == (is_table ? ObjectType::page_table : ObjectType::frame));
            REQUIRE(slot.object.rights_byte() % 64 == rights);
            if (is_table)
                REQUIRE((slot.pointer<void>() == table && slot.object.table() == table));
            else
                REQUIRE((slot.memory() == PhysAddr(page) && slot.object.page() == PhysAddr(page)));
            REQUIRE(slot.links.next() == &slots[1]);
            REQUIRE(slot.links.prev() == &slots[2]);
            REQUIRE(slot.links.child() == &slots[3]);
        };
        const uint64_t id = wide() & ~Slot::Record::unused;
        const VirtAddr address{wide() & top_bits_of_48 & ~Word{4095}};
        slot.set_mapping(id, address);
        REQUIRE(slot.mapping_space() == id);
        REQUIRE(slot.has_record() == (id % (uint64_t{1} << Slot::Record::low_id_bits) != 0));
        REQUIRE(slot.mapping_address() == address);
        check_others();
        slot.clear_mapping();
        REQUIRE(!slot.has_record());
        check_others();
    }
}

TEST_CASE("the 32-bit mapping record keeps address and VSpace id", "[slot]") {
    test::Random random{6};
    ObjectWord32 object;
    SlotLinks32 links;
    Word badge = 0;
    links.set_in_thread(true);
    for (unsigned round = 0; round < 1000; ++round) {
        const uint64_t id = uint64_t{random()} << 32 | random();
        const VirtAddr address{Word{random()} & 0xfffff000};
        MappingRecord32::set(object, badge, links, id, address);
        REQUIRE(MappingRecord32::id(object, badge, links) == id);
        REQUIRE(MappingRecord32::address(badge) == address);
        REQUIRE(MappingRecord32::low_id(badge, links) == (id & 0xffffffff));
        links.clear();
        REQUIRE(MappingRecord32::id(object, badge, links) == id);
        REQUIRE((links.in_thread() && !links.last() && !links.has_child()));
        MappingRecord32::clear(badge, links);
        REQUIRE(MappingRecord32::low_id(badge, links) == 0);
    }
}

TEST_CASE("how often a PageTable was put off stands beside its record", "[slot]") {
    Slot slot;
    void* table = reinterpret_cast<void*>(arch::window_base() + 0x5000);
    slot.set(ObjectType::page_table, table, rights_byte(Rights::all()), 0);
    slot.set_mapping(Slot::space_id_end - 1, VirtAddr(0x3000));
    for (Word times = 0; times <= Slot::max_table_postponed; ++times) {
        slot.set_table_postponed(times);
        REQUIRE(slot.table_postponed() == times);
        REQUIRE(slot.mapping_space() == Slot::space_id_end - 1);
        REQUIRE(slot.pointer<void>() == table);
    }
}

TEST_CASE("a range of ports shrinks only, and only in a copy", "[slot]") {
    const auto range = [](Word first, Word last) { return first << 16 | last; };
    Slot slot;
    slot.set(ObjectType::io_port, nullptr, 0, range(0x60, 0x70));
    for (const Word badge : {range(0x60, 0x70), range(0x61, 0x6f), range(0x65, 0x65)})
        CHECK(check_badge(slot, badge, 5, true).ok());
    for (const Word badge : {range(0x5f, 0x70), range(0x60, 0x71), range(0x66, 0x65), range(0, 0xffff)})
        CHECK(check_badge(slot, badge, 5, true).error() == Error::invalid_argument);
    CHECK(check_badge(slot, range(0x61, 0x6f), 5, false).error() == Error::illegal_operation);
}

TEST_CASE("a guard fits beside the radix of its CNode", "[slot]") {
    Slot slot;
    slot.set(ObjectType::cnode, nullptr, 12, 0);
    const auto guard = [](Word value, Word bits) { return value << 6 | bits; };
    CHECK(check_badge(slot, guard(0, word_bits - 12), 5, true).ok());
    CHECK_FALSE(check_badge(slot, guard(0, word_bits - 11), 5, true).ok());
    CHECK(check_badge(slot, guard(7, 3), 5, false).ok());
    CHECK(check_badge(slot, guard(8, 3), 5, false).error() == Error::invalid_argument);
    CHECK_FALSE(check_badge(slot, guard(1, 0), 5, true).ok());
}
