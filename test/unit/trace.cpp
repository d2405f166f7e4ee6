// SPDX-License-Identifier: BSD-2-Clause
// The event ring: what the kernel writes, and a reader beside it.
#include "world.hpp"

#include <catch2/generators/catch_generators.hpp>

#include <generic/trace/record.hpp>
#include <generic/trace/ring.hpp>
#include <lib/trace.hpp>

#include <atomic>
#include <memory>
#include <thread>

namespace {

using cobnut::TraceEvent;
using cobnut::TraceHeader;
using cobnut::TraceReader;
using cobnut::TraceType;
using kernel::trace::Ring;

/// A ring whose frames lie apart for the kernel and together for the reader.
struct Memory {
    TraceHeader header{};
    std::vector<TraceEvent> events;
    Ring ring;

    Memory(unsigned frames, unsigned bits) : events(size_t{frames} << bits) {
        void* memory[Ring::max_frames];
        for (unsigned i = 0; i < frames; ++i)
            memory[i] = &events[size_t{i} << bits];
        ring.begin(header, memory, frames, bits, 3, 0x7f, 1000);
    }
    void put(uint64_t value) { ring.put(value, TraceType::ipc, 5, value * 3, value * 7); }
};

/// Whether it is as Memory::put makes it.
bool is_whole(const TraceEvent& event) {
    return event.word[0] == event.time * 3 && event.word[1] == event.time * 7 &&
           event.number == static_cast<uint32_t>(event.time) && event.type == TraceType::ipc &&
           event.detail == 5 && event.core == 3;
}

} // namespace

TEST_CASE("trace ring: each event is read once, in order, whole", "[trace]") {
    Memory memory(4, 2);
    TraceReader reader(&memory.header, memory.events.data());
    TraceEvent event;
    uint64_t written = 0, read = 0;
    CHECK(!reader.next(event));
    for (unsigned round = 0; round < 100; ++round) {
        for (unsigned i = 0; i < round % 16; ++i)
            memory.put(written++);
        while (reader.next(event)) {
            CHECK(event.time == read++);
            CHECK(is_whole(event));
        }
        CHECK(read == written);
    }
    CHECK(reader.lost() == 0);
}

TEST_CASE("trace ring: the oldest are overwritten, and counted", "[trace]") {
    Memory memory(2, 3);
    for (unsigned i = 0; i < 50; ++i)
        memory.put(i);
    SECTION("while it runs the place that is written next counts as taken") {
        TraceReader reader(&memory.header, memory.events.data());
        TraceEvent event;
        for (unsigned expected = 35; expected < 50; ++expected) {
            REQUIRE(reader.next(event));
            CHECK(event.time == expected);
        }
        CHECK(!reader.next(event));
        CHECK(reader.lost() == 35);
    }
    SECTION("when it has stopped all are there") {
        memory.ring.end();
        TraceReader reader(&memory.header, memory.events.data());
        TraceEvent event;
        for (unsigned expected = 34; expected < 50; ++expected) {
            REQUIRE(reader.next(event));
            CHECK(event.time == expected);
        }
        CHECK(!reader.next(event));
        CHECK(reader.lost() == 34);
    }
}

TEST_CASE("trace ring: a reader beside the writer sees no torn event and loses none uncounted",
          "[trace]") {
    constexpr uint64_t total = 200'000;
    Memory memory(1, 4);
    std::atomic<bool> done{false};
    std::thread writer([&] {
        for (uint64_t i = 0; i < total; ++i)
            memory.put(i);
        memory.ring.end();
        done = true;
    });
    TraceReader reader(&memory.header, memory.events.data());
    TraceEvent event;
    uint64_t read = 0, torn = 0, out_of_place = 0;
    for (bool last = false; !last;) {
        last = done;
        while (reader.next(event)) {
            torn += is_whole(event) ? 0 : 1;
            out_of_place += event.time == read + reader.lost() ? 0 : 1;
            ++read;
        }
    }
    writer.join();
    CHECK(torn == 0);
    CHECK(out_of_place == 0);
    CHECK(read + reader.lost() == total);
}

namespace {

using test::Error;
using test::Method;
using test::World;

/// The current thread traces itself.
struct Traced {
    World world;
    kernel::Word frames = world.make(test::ObjectType::frame, 12, 2);

    Traced() {
        for (kernel::Word i = 0; i < 2; ++i)
            CHECK(world.call(World::trace, Method::trace_set_frame, {i}, {frames + i}).error ==
                  Error::none);
    }
    TraceHeader& header() { return *memory<TraceHeader>(frames); }
    TraceEvent* events() { return memory<TraceEvent>(frames + 1); }
    Error start() { return world.call(World::trace, Method::trace_start, {0x7f}).error; }

private:
    template <class T>
    T* memory(kernel::Word frame) {
        return static_cast<T*>(arch::to_virtual(world.slot(frame).memory()));
    }
};

} // namespace

TEST_CASE("trace: it stops before a Frame of it goes, whichever", "[trace]") {
    Traced traced;
    const kernel::Word lost = GENERATE(kernel::Word{0}, kernel::Word{1});
    REQUIRE(traced.start() == Error::none);
    CHECK(traced.header().running == 1);
    CHECK((traced.world.cpu().gate & kernel::Gate::traced_cpu) != 0);
    REQUIRE(traced.world.call(World::cnode, Method::cnode_revoke,
                              {traced.frames + lost, kernel::word_bits})
                .error == Error::none);
    CHECK(traced.header().running == 0);
    CHECK(!kernel::trace::is_running(traced.world.cpu()));
    CHECK((traced.world.cpu().gate & kernel::Gate::traced_cpu) == 0);
    const auto head = traced.header().head;
    (void)traced.world.syscall(test::Syscall::yield);
    CHECK(traced.header().head == head);
    CHECK(traced.start() == Error::illegal_operation);
    test::check_invariants(traced.world);
}

TEST_CASE("trace: what user level writes into the memory does not lead the kernel", "[trace]") {
    Traced traced;
    REQUIRE(traced.start() == Error::none);
    const auto head = traced.header().head;
    std::memset(static_cast<void*>(&traced.header()), 0xff, 4096);
    std::memset(static_cast<void*>(traced.events()), 0xff, 4096);
    (void)traced.world.syscall(test::Syscall::yield);
    CHECK(traced.header().head > head);
    CHECK(traced.header().head < head + 8);
    CHECK(traced.events()[head].number == head);
}

TEST_CASE("trace: a Frame that is being revoked is refused", "[trace]") {
    Traced traced;
    kernel::Thread& other = traced.world.make_thread(90);
    // Two copies below the Frame: the revoke is preempted with one left.
    const kernel::Word to = traced.world.free_slot();
    for (kernel::Word i = 0; i < 2; ++i)
        CHECK(traced.world
                  .call(World::cnode, Method::cnode_copy,
                        {to + i, kernel::word_bits, traced.frames, kernel::word_bits, 3},
                        {World::cnode})
                  .error == Error::none);
    traced.world.call_preempted(World::cnode, Method::cnode_revoke,
                                {traced.frames, kernel::word_bits});
    traced.world.hand_over(traced.world.root(), other);
    CHECK(traced.world.call(World::trace, Method::trace_set_frame, {0}, {traced.frames}).error ==
          Error::busy);
}
