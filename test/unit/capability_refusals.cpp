// SPDX-License-Identifier: BSD-2-Clause
// What the methods of CNodes, memory and any invocation refuse, and what they do just within their limits.
#include "refusals.hpp"

#include <generic/cap/progress.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/object/kernel.hpp>

#include <utility>

namespace {

using namespace kernel;
using cobnut::Method;
using cobnut::Syscall;
using test::Bench;
using test::World;
using Words = std::vector<Word>;

} // namespace

TEST_CASE("what is being revoked gives no copies away", "[revocation]") {
    Bench b;
    const Word frame = b.world.make(ObjectType::frame, 12), endpoint = b.world.make(ObjectType::endpoint);
    const Word notification = b.world.make(ObjectType::notification);
    const Word space = b.world.make(ObjectType::vspace), thread = b.world.make(ObjectType::thread);
    const Word handler = b.world.free_slot();
    REQUIRE(b.error(World::irq_control, Method::irq_control_get, {5, 0, handler, word_bits},
                    {World::cnode}) == Error::none);
    for (const Word index : {frame, endpoint, notification, World::irq_control})
        b.revoke_begins(index);
    CHECK(b.error(thread, Method::thread_configure, {0, 0, 0x1000}, {World::cnode, space, frame}) ==
          Error::busy);
    CHECK(b.error(thread, Method::thread_set_ipc_buffer, {0x1000}, {frame}) == Error::busy);
    CHECK(b.error(World::trace, Method::trace_set_frame, {0}, {frame}) == Error::busy);
    CHECK(b.error(thread, Method::thread_set_fault_handler, {}, {endpoint}) == Error::busy);
    CHECK(b.error(thread, Method::thread_set_timeout_handler, {}, {endpoint}) == Error::busy);
    CHECK(b.error(handler, Method::irq_handler_set_notification, {}, {notification}) == Error::busy);
    CHECK(b.error(World::irq_control, Method::irq_control_get,
                  {6, 0, b.world.free_slot(), word_bits}, {World::cnode}) == Error::busy);
    b.revoke_begins(space);
    CHECK(b.error(thread, Method::thread_set_space, {0}, {World::cnode, space}) == Error::busy);
    b.revoke_begins(World::cnode);
    const Word other = b.world.slot(World::cnode).badge;
    CHECK(b.error(thread, Method::thread_set_space, {other}, {World::cnode, space}) == Error::busy);
    kernel_state.progress_count = 0;
}

TEST_CASE("capabilities of an endpoint with another badge, and objects elsewhere, are not below it",
          "[revocation]") {
    Bench b;
    const Word endpoint = b.world.make(ObjectType::endpoint);
    const auto mint = [&](Word from, Word badge) {
        const Word slot = b.world.free_slot();
        REQUIRE(b.error(World::cnode, Method::cnode_mint,
                        {slot, word_bits, from, word_bits, Rights::all().bits, badge},
                        {World::cnode}) == Error::none);
        return slot;
    };
    const Word one = mint(endpoint, 1), two = mint(endpoint, 2);
    const Word inner = b.world.make(ObjectType::untyped, 14, 2);
    const auto retype = [&](Word from, ObjectType type, Word bits, Word to) {
        return b.error(from, Method::untyped_retype, {static_cast<Word>(type), bits, 0, 0, to, 1},
                       {World::cnode});
    };
    const Word frame = b.world.free_slot();
    REQUIRE(retype(inner, ObjectType::frame, 12, frame) == Error::none);
    const Word apart = b.world.free_slot();
    REQUIRE(retype(inner + 1, ObjectType::untyped, 12, apart) == Error::none);
    const auto copy = [&](Word from) {
        const Word to = b.world.free_slot();
        return b.error(World::cnode, Method::cnode_copy,
                       {to, word_bits, from, word_bits, Rights::all().bits}, {World::cnode});
    };
    b.revoke_begins(one);
    CHECK(copy(two) == Error::none);
    CHECK(copy(one) == Error::busy);
    b.revoke_begins(inner);
    CHECK(copy(frame) == Error::busy);
    CHECK(copy(endpoint) == Error::none);
    CHECK(copy(World::irq_control) != Error::busy); // no memory
    CHECK(copy(World::sched_control) == Error::none);
    CHECK(retype(inner + 1, ObjectType::frame, 12, b.world.free_slot()) == Error::none);
    CHECK(copy(apart) == Error::none);
    CHECK(copy(World::untyped) != Error::busy); // larger than what is revoked
    kernel_state.progress_count = 0;
}

TEST_CASE("rotate moves two capabilities on, or exchanges them", "[cnode]") {
    Bench b;
    const Word notification = b.world.make(ObjectType::notification);
    const Word endpoint = b.world.make(ObjectType::endpoint, 0, 2);
    const Word node = b.world.make(ObjectType::cnode, 4), empty = b.world.free_slot();
    const auto rotate = [&](Word to, Word new_pivot, Word pivot, Word new_from, Word from) {
        return b.error(World::cnode, Method::cnode_rotate,
                       {to, word_bits, new_pivot, pivot, word_bits, new_from, from, word_bits},
                       {World::cnode, World::cnode});
    };
    const Word guard = word_bits - 4;
    CHECK(rotate(empty, 0, endpoint, 0, endpoint) == Error::illegal_operation);
    CHECK(rotate(endpoint, 0, endpoint, 0, notification) == Error::illegal_operation);
    CHECK(rotate(World::cnode, 0, endpoint, 0, notification) == Error::slot_occupied);
    CHECK(rotate(empty, 0, empty + 1, 0, endpoint) == Error::slot_empty);
    CHECK(rotate(empty, 0, endpoint, 0, empty + 1) == Error::slot_empty);
    CHECK(rotate(empty, 3, endpoint, 0, notification) == Error::illegal_operation);
    CHECK(rotate(empty, 0, endpoint, 3, notification) == Error::illegal_operation);
    CHECK(rotate(empty, 0, node, 63 << 0 | 1 << 6, endpoint) != Error::none);
    REQUIRE(rotate(empty, guard, node, 0, notification) == Error::none);
    CHECK(b.world.slot(empty).type() == ObjectType::cnode);
    CHECK(b.world.slot(empty).badge == guard);
    CHECK(b.world.slot(node).type() == ObjectType::notification);
    CHECK(b.world.slot(notification).empty());
    REQUIRE(rotate(empty, 0, endpoint, guard - 1, empty) == Error::none);
    CHECK(b.world.slot(empty).type() == ObjectType::endpoint);
    CHECK(b.world.slot(endpoint).type() == ObjectType::cnode);
    CHECK(b.world.slot(endpoint).badge == guard - 1);
    CHECK(b.error(World::cnode, Method::cnode_revoke, {notification, word_bits}) ==
          Error::slot_empty);
    CHECK(b.error(World::cnode, Method::cnode_cancel_badged_sends, {notification, word_bits}) ==
          Error::slot_empty);
    CHECK(b.error(World::cnode, Method::cnode_cancel_badged_sends, {endpoint + 1, word_bits}) ==
          Error::illegal_operation);
    CHECK(b.error(World::cnode, Method::cnode_cancel_badged_sends, {node, word_bits}) ==
          Error::illegal_operation);
    CHECK(b.error(World::cnode, Method::cnode_delete, {notification, word_bits}) == Error::none);
}

TEST_CASE("frames of devices are mapped uncached, and their caches left alone", "[memory]") {
    using cobnut::CacheOperation;
    Bench b;
    const Word frame = b.world.make(ObjectType::frame, 12, 2), device = b.device_frame();
    const Word space = b.world.make(ObjectType::vspace), tables = b.world.make(ObjectType::page_table, 0, 4);
    const auto map = [&](Word from, Word address, Word rights, Word attributes) {
        return b.error(from, Method::frame_map, {address, rights, attributes}, {space});
    };
    while (map(device, 0x1000, 3, 0) == Error::missing_table) {
        static Word next = 0;
        next = b.world.slot(tables).mapping_space() == 0 ? 0 : next + 1;
        REQUIRE(b.error(tables + next, Method::page_table_map, {0x1000}, {space}) == Error::none);
        REQUIRE(next < 4);
    }
    CHECK(map(frame, 0x2000, 3, 3) == Error::invalid_argument);
    CHECK(map(frame, 0x2000, 3, 8) == Error::invalid_argument);
    CHECK(map(frame, 0x2000, 1, 0) == Error::missing_right);
    REQUIRE(map(frame, 0x2000, 3, 0) == Error::none);
    const auto set_rights = [&](Word rights, Word attributes) {
        return b.error(frame, Method::frame_set_rights, {rights, attributes});
    };
    CHECK(set_rights(3, 1) == Error::invalid_argument);
    CHECK(set_rights(1, 0) == Error::missing_right);
    CHECK(set_rights(2, cobnut::MapAttributes::execute_never) == Error::none);
    CHECK(set_rights(2, 0) == Error::none); // gives nothing back
    CHECK(b.error(frame + 1, Method::frame_set_rights, {3, 0}) == Error::not_mapped);
    CHECK(b.error(device, Method::frame_set_rights, {3, 0}) == Error::none);
    const auto cache = [&](Word of, CacheOperation operation, Word offset, Word bytes) {
        return b.error(of, Method::frame_cache, {static_cast<Word>(operation), offset, bytes});
    };
    CHECK(b.error(frame, Method::frame_cache,
                  {static_cast<Word>(CacheOperation::unify) + 1, 0, 1}) == Error::invalid_argument);
    CHECK(cache(frame, CacheOperation::clean, 4097, 0) == Error::out_of_range);
    CHECK(cache(frame, CacheOperation::clean, 4096, 1) == Error::out_of_range);
    CHECK(cache(frame, CacheOperation::clean, 4000, 97) == Error::out_of_range);
    CHECK(cache(frame, CacheOperation::clean, 4096, 0) == Error::none);
    CHECK(cache(device, CacheOperation::clean, 0, 1) == Error::illegal_operation);
    CHECK(cache(b.copy(frame, Rights::read_bit), CacheOperation::invalidate, 0, 64) ==
          Error::missing_right);
    CHECK(cache(b.copy(frame, Rights::read_bit), CacheOperation::unify, 0, 64) == Error::none);
    CHECK(cache(b.copy(frame, Rights::write_bit), CacheOperation::clean, 0, 64) ==
          Error::missing_right);
    const Word address = b.world.slot(frame).memory().raw();
    CHECK(b.call(frame, Method::frame_address).words == Words{address, 0, 12});
}

TEST_CASE("cache maintenance that is preempted goes on behind what is done", "[memory]") {
    Bench b;
    const Word frame = b.world.make(ObjectType::frame, 21);
    Thread& root = b.world.root();
    b.world.call_preempted(frame, Method::frame_cache,
                           {static_cast<Word>(cobnut::CacheOperation::clean), 4096, 0x100000});
    const Word offset = root.registers.message(1), left = root.registers.message(2);
    CHECK(offset > 4096);
    CHECK(left > 0);
    CHECK(offset + left == 4096 + 0x100000);
}

TEST_CASE("retype makes what there is, where there is room", "[untyped]") {
    Bench b;
    const Word node = b.world.make(ObjectType::cnode, 4), endpoint = b.world.make(ObjectType::endpoint);
    const Word slot = b.world.free_slot();
    const auto retype = [&](Word type, Word bits, Word index, Word depth, Word first, Word count,
                            Word root) {
        return b.error(World::untyped, Method::untyped_retype, {type, bits, index, depth, first, count},
                       {root});
    };
    const auto word = [](ObjectType type) { return static_cast<Word>(type); };
    CHECK(retype(word(ObjectType::trace) + 1, 0, 0, 0, slot, 1, World::cnode) ==
          Error::invalid_argument);
    CHECK(retype(200, 0, 0, 0, slot, 1, World::cnode) == Error::invalid_argument);
    CHECK(retype(word(ObjectType::irq_handler), 0, 0, 0, slot, 1, World::cnode) ==
          Error::invalid_argument);
    CHECK(retype(word(ObjectType::untyped), 48, 0, 0, slot, 1, World::cnode) == Error::out_of_range);
    CHECK(retype(word(ObjectType::endpoint), 1, 0, 0, slot, 1, World::cnode) ==
          Error::invalid_argument);
    CHECK(retype(word(ObjectType::thread), 5, 0, 0, slot, 1, World::cnode) ==
          Error::invalid_argument);
    CHECK(retype(word(ObjectType::frame), 13, 0, 0, slot, 1, World::cnode) ==
          Error::invalid_argument);
    CHECK(retype(word(ObjectType::endpoint), 0, endpoint, word_bits, 0, 1, World::cnode) ==
          Error::invalid_capability);
    CHECK(retype(word(ObjectType::endpoint), 0, 0, 3, 0, 1, World::cnode) != Error::none);
    REQUIRE(retype(word(ObjectType::endpoint), 0, node, word_bits, 15, 1, World::cnode) ==
            Error::none);
    CHECK(b.world.slot(node).pointer<Slot>()[15].type() == ObjectType::endpoint);
    CHECK(retype(word(ObjectType::endpoint), 0, node, word_bits, 15, 1, World::cnode) ==
          Error::slot_occupied);
    CHECK(retype(word(ObjectType::endpoint), 0, node, word_bits, 16, 1, World::cnode) ==
          Error::out_of_range);
    const Word size = b.world.slot(World::untyped).untyped_bits();
    CHECK(b.call(World::untyped, Method::untyped_query).words[0] == size);
    // A device's memory becomes Frames and Untypeds, which stay a device's.
    const Word inner = b.world.make(ObjectType::untyped, 16);
    b.world.slot(inner).badge |= Slot::untyped_device;
    const auto divide = [&](ObjectType type, Word bits, Word to) {
        return b.error(inner, Method::untyped_retype, {word(type), bits, 0, 0, to, 1},
                       {World::cnode});
    };
    const Word first = b.world.free_slot();
    CHECK(divide(ObjectType::endpoint, 0, first) == Error::illegal_operation);
    REQUIRE(divide(ObjectType::frame, 12, first) == Error::none);
    CHECK(b.world.slot(first).frame_is_device());
    CHECK((b.world.slot(first).rights().bits & 3) == Rights::read_write().bits);
    REQUIRE(divide(ObjectType::untyped, 12, first + 1) == Error::none);
    CHECK(b.call(first + 1, Method::untyped_query).words == Words{12, 0, 0, 2});
    CHECK(b.call(inner, Method::untyped_query).words[1] == 0x2000);
    b.drop(first);
    b.drop(first + 1);
    b.world.slot(inner).badge ^= Slot::untyped_device | Slot::untyped_frames_only;
    CHECK(b.call(inner, Method::untyped_query).words[3] == 1);
    CHECK(divide(ObjectType::reply, 0, first) == Error::illegal_operation);
    b.world.slot(inner).badge ^= Slot::untyped_frames_only;
}

TEST_CASE("a message with too few words or capabilities is no method's", "[invocation]") {
    Bench b;
    Thread& root = b.world.root();
    CHECK(b.error(World::cnode, Method::cnode_delete, {1}) == Error::truncated_message);
    CHECK(b.error(World::cnode, Method::cnode_copy, {200, word_bits, 1, word_bits, 1}) ==
          Error::truncated_message);
    CHECK(b.error(World::cnode, Method::frame_unmap) == Error::invalid_method);
    CHECK(b.error(World::cnode, static_cast<Method>(0x2ff)) == Error::invalid_method);
    CHECK(b.error(World::thread, Method::thread_copy_registers, {0, 0}, {World::cnode}) ==
          Error::invalid_capability);
    CHECK(b.error(World::thread, Method::thread_copy_registers, {0, 0}, {World::slot_count - 1}) ==
          Error::invalid_capability);
    CHECK(b.error(World::thread, Method::thread_copy_registers, {0, 0}, {World::slot_count}) ==
          Error::failed_lookup);
    // More words than any method takes are no fault of the caller.
    b.world.put_message(root, static_cast<Word>(Method::untyped_query), std::vector<Word>(120), {});
    root.registers.a0 = World::untyped;
    (void)b.world.syscall(Syscall::call);
    CHECK(cobnut::Tag{root.registers.tag()}.error() == Error::none);
    void* buffer = std::exchange(root.buffer, nullptr);
    b.world.put_message(root, static_cast<Word>(Method::cnode_revoke), {1, word_bits, 0, 0, 0}, {});
    root.registers.a0 = World::cnode;
    (void)b.world.syscall(Syscall::call);
    CHECK(cobnut::Tag{root.registers.tag()}.error() == Error::no_buffer);
    root.buffer = buffer;
}

TEST_CASE("links of capabilities in 32-bit words keep neighbours and flags apart", "[slot]") {
    alignas(32) Slot slots[3];
    SlotLinks32 links;
    links.set_in_thread(true);
    links.set_extra(0x1234);
    links.join(&slots[0], &slots[1], true);
    CHECK(links.prev() == &slots[0]);
    CHECK(links.next() == &slots[1]);
    CHECK(links.child() == nullptr);
    CHECK(links.last());
    CHECK(links.in_thread());
    links.set_child(&slots[2]);
    links.set_last(false);
    CHECK(links.child() == &slots[2]);
    CHECK(!links.last());
    CHECK(links.in_thread());
    links.set_in_thread(false);
    links.set_last(true);
    links.set_next(&slots[0]);
    links.set_prev(&slots[1]);
    CHECK(links.child() == &slots[2]);
    CHECK(links.last());
    CHECK(!links.in_thread());
    CHECK(links.next() == &slots[0]);
    CHECK(links.prev() == &slots[1]);
    CHECK(links.extra() == 0x1234);
    links.join(&slots[0], &slots[1], false);
    CHECK(!links.last());
    CHECK(links.child() == nullptr);
}
