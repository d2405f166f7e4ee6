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
            REQUIRE((word.word & ObjectWord32::is_endpoint) != 0);
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

TEST_CASE("a mapping record keeps address and VSpace id beside the links", "[slot]") {
    test::KernelMemory memory;
    test::Random random{5};
    Slot* slots = memory.make<Slot>(4);
    for (unsigned round = 0; round < 1000; ++round) {
        Slot& slot = slots[0];
        slot.links.set_next(&slots[1]);
        slot.links.set_prev(&slots[2]);
        slot.links.set_child(&slots[3]);
        const uint64_t id = (uint64_t{random()} << 32 | random()) % (Slot::max_space_id + 1);
        const VirtAddr address{(((Word{random()} << 32) | random()) & top_bits_of_48) &
                               ~Word{4095}};
        slot.set_mapping(id, address);
        REQUIRE(slot.mapping_space() == id);
        REQUIRE(slot.mapping_address() == address);
        REQUIRE(slot.links.next() == &slots[1]);
        REQUIRE(slot.links.prev() == &slots[2]);
        REQUIRE(slot.links.child() == &slots[3]);
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
