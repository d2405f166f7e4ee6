// SPDX-License-Identifier: BSD-2-Clause
// A world in which methods are tried at the limits of what they take.
#pragma once

#include "world.hpp"

#include <generic/cap/derivation.hpp>
#include <generic/cap/progress.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread.hpp>

namespace test {

using namespace kernel;
using cobnut::Method;

struct Bench {
    World world;
    ~Bench() { check_invariants(world); }

    Outcome call(Word path, Method method, std::initializer_list<Word> words = {},
                 std::initializer_list<Word> capabilities = {}) {
        return world.call(path, method, words, capabilities);
    }
    Error error(Word path, Method method, std::initializer_list<Word> words = {},
                std::initializer_list<Word> capabilities = {}) {
        return world.call(path, method, words, capabilities).error;
    }
    Word copy(Word of, Word rights) {
        const Word slot = world.free_slot();
        REQUIRE(error(World::cnode, Method::cnode_copy, {slot, word_bits, of, word_bits, rights},
                      {World::cnode}) == Error::none);
        return slot;
    }
    Word drop(Word slot) {
        REQUIRE(error(World::cnode, Method::cnode_delete, {slot, word_bits}) == Error::none);
        return slot;
    }
    /// As if it came out of a device's Untyped.
    Word device_frame() {
        const Word frame = world.make(ObjectType::frame, 12);
        world.slot(frame).object.change_rights_byte(0, SlotRights::device);
        return frame;
    }
    /// A capability that the kernel makes at boot.
    Word control(ObjectType type, Word badge) {
        const Word slot = world.free_slot();
        world.slot(slot).set(type, nullptr, rights_byte(Rights::all()), badge);
        derivation::insert_child(*kernel_state.root, world.slot(slot));
        return slot;
    }
    /// Somebody else has begun to revoke what is in the slot.
    void revoke_begins(Word slot) {
        Thread& other = world.object<Thread>(world.make(ObjectType::thread));
        other.gate &= ~Gate::suspended;
        REQUIRE(progress::remember(LongWork::revoke, world.slot(slot), other) != nullptr);
    }
};

} // namespace test
