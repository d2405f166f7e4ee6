// SPDX-License-Identifier: BSD-2-Clause
// What is decoded at once, without the ABI's table, against what the table's decoding does with the
// same message: answers and all that the call has changed must be the same.
#include "world.hpp"

#include <arch/page_format.hpp>
#include <generic/mm/page_at_once.hpp>
#include <generic/object/methods.hpp>
#include <generic/object/vspace.hpp>

#include <algorithm>
#include <cstring>
#include <vector>

namespace {

using namespace kernel;
using cobnut::Method;
using cobnut::Tag;
using test::below;
using test::Random;
using test::World;

struct Message {
    Word path = 0, label = 0;
    std::vector<Word> words, capabilities;
};

/// Slots, kernel state and the memory of the objects.
struct Image {
    static constexpr size_t object_bytes = size_t{128} << 10;

    explicit Image(World& world)
        : memory(object_bytes), slots(World::slot_count * sizeof(Slot)), state(sizeof(Kernel)),
          machine(arch::host::machine) {
        std::memcpy(memory.data(), objects(world), memory.size());
        std::memcpy(slots.data(), &world.slot(0), slots.size());
        std::memcpy(state.data(), &kernel_state, state.size());
    }
    void restore(World& world) const {
        std::memcpy(objects(world), memory.data(), memory.size());
        std::memcpy(static_cast<void*>(&world.slot(0)), slots.data(), slots.size());
        std::memcpy(static_cast<void*>(&kernel_state), state.data(), state.size());
        arch::host::machine = machine;
    }
    bool operator==(const Image& other) const {
        return memory == other.memory && slots == other.slots && state == other.state &&
               machine.translations_dropped == other.machine.translations_dropped;
    }

    std::vector<unsigned char> memory, slots, state;
    arch::host::Machine machine;

private:
    static void* objects(World& world) {
        return arch::to_virtual(world.slot(World::untyped).object.physical());
    }
};

struct Answer {
    Word tag, badge;
    std::vector<Word> words;

    explicit Answer(const Thread& caller)
        : tag(caller.registers.tag()), badge(caller.registers.a0) {
        for (unsigned i = 0; i < arch::Registers::message_words; ++i)
            words.push_back(caller.registers.message(i));
    }
    [[nodiscard]] Error error() const { return Tag(tag).error(); }
    bool operator==(const Answer&) const = default;
};

class Trial {
public:
    World world;
    Random random{1};

    /// What a careful program sends, mostly; else something of `odd`.
    Word choose(Word usual, std::initializer_list<Word> odd) {
        return below(random, 10) < 7 ? usual : *(odd.begin() + below(random, static_cast<unsigned>(odd.size())));
    }
    Thread& put(const Message& message, bool with_buffer) {
        Thread& caller = world.root();
        world.put_message(caller, message.label, message.words, message.capabilities);
        caller.registers.a0 = message.path;
        if (!with_buffer)
            caller.buffer = nullptr;
        return caller;
    }
    /// The current thread's call; `far`: none of its slots is found at once, so the table decodes.
    Answer call(const Message& message, bool with_buffer, bool far) {
        void* const buffer = world.root().buffer;
        const uint32_t size = world.root().node_size;
        Thread& caller = put(message, with_buffer);
        if (far)
            caller.node_size = 0;
        (void)world.syscall(cobnut::Syscall::call);
        REQUIRE(world.cpu().current == &caller);
        caller.buffer = buffer;
        caller.node_size = size;
        return Answer(caller);
    }
    Word minted(Word object, Word rights) {
        const Word slot = world.free_slot();
        REQUIRE(world.call(World::cnode, Method::cnode_copy,
                           {slot, word_bits, object, word_bits, rights}, {World::cnode})
                    .error == Error::none);
        return slot;
    }
    std::vector<Word> some(std::vector<Word> all, size_t usual) {
        const auto count = below(random, 10) < 7 ? usual : below(random, static_cast<unsigned>(all.size() + 1));
        all.resize(count);
        return all;
    }
};

} // namespace

TEST_CASE("a retype done at once does what the table's decoding does", "[decoding]") {
    Trial t;
    World& world = t.world;
    const Word node = world.make(ObjectType::cnode, 4), endpoint = world.make(ObjectType::endpoint),
               small = world.make(ObjectType::untyped, 13), tiny = world.make(ObjectType::untyped, 4),
               device = world.make(ObjectType::untyped, 13), beyond = world.make(ObjectType::untyped, 14),
               frame = world.make(ObjectType::frame, 12);
    world.slot(device).badge |= Slot::untyped_device;
    world.slot(beyond).badge |= Slot::untyped_frames_only;
    const Word unused = world.free_slot() + 8, nowhere = World::slot_count;
    const Image origin(world);
    Image before = origin;
    unsigned made = 0, refused = 0, made_of[5] = {};
    for (unsigned round = 0; round < 3000; ++round) {
        const Word into = t.choose(World::cnode, {node, endpoint, unused, nowhere, World::thread, ~Word{0}});
        Message message;
        const Word sources[] = {small, tiny, device, beyond, frame, World::cnode, World::sched_control};
        message.path = below(t.random, 2) != 0 ? World::untyped : sources[below(t.random, std::size(sources))];
        message.label = t.choose(static_cast<Word>(Method::untyped_retype), {0x100, 0x102, 0x201, 0x701, ~Word{0} >> 20});
        const Word type = t.choose(static_cast<Word>(below(t.random, 2) != 0 ? ObjectType::frame : ObjectType::untyped),
                                   {0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 200});
        message.words = t.some({type,
                                t.choose(type == 1 ? 4 : type == 11 ? 12 : 0, {1, 4, 9, 12, 13, 14, 64, ~Word{0}}),
                                t.choose(0, {node, endpoint, unused, 1}), t.choose(0, {word_bits, 4, 65, ~Word{0}}),
                                t.choose(into == node ? below(t.random, 16) : unused + below(t.random, 16),
                                         {0, 1, 15, 16, World::slot_count - 1, World::slot_count}),
                                t.choose(1, {0, 3, 16, 256, 257, ~Word{0}}), 7, 8}, 6);
        message.capabilities = t.some({into, t.choose(node, {unused, nowhere}), World::cnode}, 1);
        const bool with_buffer = t.choose(1, {0}) != 0;
        CAPTURE(round, message.path, message.label, message.words, message.capabilities, with_buffer);
        const Answer at_once = t.call(message, with_buffer, false);
        const Image after(world);
        before.restore(world);
        const Answer by_table = t.call(message, with_buffer, true);
        CHECK(at_once == by_table);
        CHECK(after == Image(world));
        const bool ok = at_once.error() == Error::none;
        made += ok ? 1 : 0;
        refused += !ok && after == before ? 1 : 0;
        if (ok && message.label == static_cast<Word>(Method::untyped_retype))
            for (const Word source : {small, tiny, device, beyond})
                made_of[source - small] += message.path == source ? 1 : 0;
        // Now and then the memory fills on.
        if (round % 64 == 63)
            before = origin;
        else if (ok)
            before = after;
        before.restore(world);
    }
    CHECK(made > 200);
    CHECK(refused > 1000);
    for (const Word source : {small, tiny, device, beyond})
        CHECK(made_of[source - small] > 1);
}

TEST_CASE("a map or set_rights decoded at once does what the table's decoding does", "[decoding]") {
    Trial t;
    World& world = t.world;
    const Word space = world.make(ObjectType::vspace), other_space = world.make(ObjectType::vspace),
               empty_space = world.make(ObjectType::vspace), tables = world.make(ObjectType::page_table, 0, 6),
               free_frame = world.make(ObjectType::frame, 12), mapped = world.make(ObjectType::frame, 12),
               large = world.make(ObjectType::frame, 16), endpoint = world.make(ObjectType::endpoint);
    for (Word i = 0; i < 6; ++i)
        REQUIRE(world.call(tables + i, Method::page_table_map, {0x1000}, {i < 3 ? space : other_space})
                    .error == Error::none);
    const Word read_only = t.minted(free_frame, 2), write_only = t.minted(free_frame, 1),
               none = t.minted(free_frame, 0);
    REQUIRE(world.call(mapped, Method::frame_map, {0x5000, 3, 0}, {space}).error == Error::none);
    const Word unused = world.free_slot(), nowhere = World::slot_count;
    constexpr Word map = static_cast<Word>(Method::frame_map),
                   change = static_cast<Word>(Method::frame_set_rights);
    const Image before(world);
    unsigned mapped_at_once = 0, changed_at_once = 0, declined = 0;
    for (unsigned round = 0; round < 3000; ++round) {
        Message message;
        message.label = t.choose(below(t.random, 2) != 0 ? map : change,
                                 {static_cast<Word>(Method::frame_unmap), static_cast<Word>(Method::frame_cache), 0x800});
        const bool maps = message.label == map;
        message.path = t.choose(maps ? free_frame : mapped,
                                {maps ? mapped : free_frame, large, read_only, write_only, none});
        const Word rights = t.choose(3, {0, 1, 2, 15, ~Word{0}});
        const Word attributes = t.choose(4, {0, 1, 2, 3, 4, 5, 6, 8, Word{1} << 63});
        const Word address = t.choose(0x3000, {0, 0x3001, 0x5000, 0x10000, 0x40000000,
                                               arch::PageFormat::user_end - 4096, arch::PageFormat::user_end, ~Word{0} - 4095});
        message.words = maps ? t.some({address, rights, attributes, 7, 8}, 3)
                             : t.some({rights, attributes, 7, 8, 9}, 2);
        const Word into = t.choose(space, {other_space, empty_space, endpoint, mapped, unused, nowhere});
        message.capabilities = t.some({into, t.choose(space, {unused})}, maps ? 1 : 0);
        const bool with_buffer = t.choose(1, {0}) != 0;
        CAPTURE(round, message.path, message.label, message.words, message.capabilities, with_buffer);

        void* const buffer = world.root().buffer;
        Thread& caller = t.put(message, with_buffer);
        const bool done = mm::page_at_once(caller, world.slot(message.path));
        if (done)
            give_answer(caller);
        caller.buffer = buffer;
        const Answer at_once(caller);
        const Image after(world);
        before.restore(world);
        const Answer by_table = t.call(message, with_buffer, true);
        if (done) {
            CHECK(at_once == by_table);
            CHECK(after == Image(world));
            ++(maps ? mapped_at_once : changed_at_once);
        } else { // nothing is done: the table decodes
            CHECK(after == before);
            ++declined;
        }
        before.restore(world);
    }
    CHECK(mapped_at_once > 100);
    CHECK(changed_at_once > 100);
    CHECK(declined > 500);
}
