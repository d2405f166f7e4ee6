// SPDX-License-Identifier: BSD-2-Clause
// The event ring of kernels that have one.
#include "../isa/isa.hpp"
#include "chapters.hpp"

#include <lib/trace.hpp>

namespace conformance {
namespace {

constexpr Word header_place = place::free;
constexpr Word ring_place = place::free + 0x100000;
constexpr unsigned frame_events = 4096 / sizeof(TraceEvent);
constexpr Word all_events = (1u << trace_type_count) - 1;

constexpr Word bit(TraceType type) {
    return Word{1} << static_cast<unsigned>(type);
}

bool has_trace() {
    return (reinterpret_cast<const BootInfo*>(place::boot_info)->feature_flags &
            BootFeature::trace) != 0;
}
void need_trace() {
    if (!has_trace())
        skip("the kernel is built without trace");
}

Received set_frame(Word number, CapIndex frame) {
    return request(own::trace, Method::trace_set_frame, {number}, {frame});
}
Received begin(Word events) {
    return request(own::trace, Method::trace_start, {events});
}
void stop() {
    succeed("stop", request(own::trace, Method::trace_stop));
}
uint64_t name(CapIndex object) {
    const Received got = request(own::trace, Method::trace_identify, {}, {object});
    succeed("identify", got);
    return got[0] | (word_bits == 32 ? uint64_t{got[1]} << 32 : 0);
}

struct Memory {
    CapIndex header;
    CapIndex ring;
    unsigned count;

    [[nodiscard]] TraceReader reader() const {
        return {reinterpret_cast<const TraceHeader*>(header_place),
                reinterpret_cast<const TraceEvent*>(ring_place)};
    }
};

/// Frames for a ring, given and mapped read-only.
Memory prepare(unsigned count = 1) {
    need_trace();
    const Memory memory{make_frame(), make_many(ObjectType::frame, 12, count), count};
    succeed("header", map(memory.header, header_place, Rights::read_only()));
    succeed("give the header", set_frame(0, memory.header));
    for (unsigned i = 0; i < count; ++i) {
        succeed("ring", map(memory.ring + i, ring_place + i * 4096, Rights::read_only()));
        succeed("give the ring", set_frame(1 + i, memory.ring + i));
    }
    return memory;
}

const TraceHeader& header() {
    return *reinterpret_cast<const TraceHeader*>(header_place);
}
uint64_t head() {
    return __atomic_load_n(&header().head, __ATOMIC_ACQUIRE);
}

/// Skips to the event of this kind; the test fails if there is none.
TraceEvent find(TraceReader& reader, const char* what, TraceType type, Word detail,
                Location location = here()) {
    TraceEvent event;
    while (reader.next(event))
        if (event.type == type && event.detail == detail)
            return event;
    finish(Verdict::failed, what, 1, 0, location);
}
void find(TraceReader& reader, const char* what, TraceType type, Word detail, uint64_t first,
          uint64_t second, Location location = here()) {
    TraceEvent event;
    while (reader.next(event))
        if (event.type == type && event.detail == detail && event.word[0] == first &&
            event.word[1] == second)
            return;
    finish(Verdict::failed, what, 1, 0, location);
}
template <class Detail>
constexpr Word number(Detail detail) {
    return static_cast<Word>(detail);
}

CapIndex endpoint, reply, notification;

void serve(Word) {
    recv(endpoint, reply);
    for (;;)
        reply_recv(endpoint, reply, Tag(1, 0));
}
Worker start_server() {
    endpoint = make_endpoint();
    reply = make_reply();
    return start(serve);
}

void fill_ring(const Memory& memory) {
    const uint64_t places = memory.count * frame_events;
    while (head() < 3 * places + 5)
        yield();
}

constexpr Test tests[] = {
    {"trace: its capability is there where BootInfo says so, and nowhere else",
     [] { expect("trace slot is empty", is_empty(own::trace), !has_trace()); }},
    {"trace: a call and its answer are told with entry, partners, switch and exit, in order",
     [] {
         const Memory memory = prepare(4);
         const Worker server = start_server();
         const uint64_t me = name(own::thread), it = name(server.thread);
         require("different names", me != it && me != 0 && it != 0);
         succeed("start", begin(all_events));
         call(endpoint, Tag(1, 1), {7});
         stop();
         TraceReader reader = memory.reader();
         const auto kind = [](Syscall form) { return number(form); };
         find(reader, "start", TraceType::method, number(Method::trace_start), name(own::trace), 0);
         find(reader, "call", TraceType::entry, kind(Syscall::call), me, endpoint);
         find(reader, "its message", TraceType::ipc, number(TraceIpc::call), me, it);
         find(reader, "to the server", TraceType::thread_switch, 0, me, it);
         const TraceEvent exit = find(reader, "exit", TraceType::exit, 0);
         expect("exit to the server", exit.word[0] == it, true);
         require("its program counter", exit.word[1] != 0);
         find(reader, "answer", TraceType::entry, kind(Syscall::reply_recv), it, endpoint);
         find(reader, "its message", TraceType::ipc, number(TraceIpc::reply), it, me);
         find(reader, "back", TraceType::thread_switch, 0, it, me);
         find(reader, "stop", TraceType::entry, kind(Syscall::call), me, own::trace);
         expect("lost", reader.lost(), 0u);
     }},
    {"trace: numbers have no gap and time does not go back",
     [] {
         const Memory memory = prepare(4);
         succeed("start", begin(all_events));
         for (unsigned i = 0; i < 20; ++i)
             yield();
         stop();
         TraceReader reader = memory.reader();
         TraceEvent event;
         uint64_t time = 0;
         Word count = 0;
         for (; reader.next(event); ++count) {
             expect("number", event.number, count);
             require("time", event.time >= time);
             expect("core", event.core, header().core);
             time = event.time;
         }
         expect("all of them", count, static_cast<Word>(head()));
         require("each yield", count >= 40);
         require("now", time <= clock());
         expect("frequency", header().ticks_per_second, handover.ticks_per_second);
     }},
    {"trace: a signal is told with who it wakes, and without anybody too",
     [] {
         const Memory memory = prepare(4);
         notification = make_notification();
         succeed("start", begin(bit(TraceType::ipc)));
         signal(notification);
         wait(notification);
         const Worker worker = start([](Word) { wait(notification); });
         signal(notification);
         stop();
         TraceReader reader = memory.reader();
         const Word kind = number(TraceIpc::signal);
         find(reader, "nobody waits", TraceType::ipc, kind, name(notification), 0);
         find(reader, "it wakes", TraceType::ipc, kind, name(notification), name(worker.thread));
     }},
    {"trace: a fault is told with its type and address, and the message to its handler",
     [] {
         const Memory memory = prepare(4);
         endpoint = make_endpoint();
         reply = make_reply();
         const Worker worker = start([](Word) { isa::load(place::end_free - 64); }, 0,
                                     {.resume = false, .fault_handler = endpoint});
         succeed("start", begin(all_events));
         succeed("resume", resume(worker.thread));
         recv(endpoint, reply);
         stop();
         TraceReader reader = memory.reader();
         const uint64_t it = name(worker.thread);
         find(reader, "entry", TraceType::entry, TraceEntry::fault + number(FaultType::vm), it,
              place::end_free - 64);
         find(reader, "fault", TraceType::fault, number(FaultType::vm), it, place::end_free - 64);
         find(reader, "message", TraceType::ipc, number(TraceIpc::fault), it, name(own::thread));
     }},
    {"trace: a method is told with its object and error",
     [] {
         const Memory memory = prepare(4);
         const CapIndex slot = slots();
         succeed("start", begin(bit(TraceType::method)));
         succeed("copy", copy(self, slot, self, own::thread));
         expect_error("again", copy(self, slot, self, own::thread), Error::slot_occupied);
         stop();
         TraceReader reader = memory.reader();
         const uint64_t node = name(own::cnode);
         const Word label = number(Method::cnode_copy);
         find(reader, "copy", TraceType::method, label, node, 0);
         find(reader, "refused", TraceType::method, label, node, number(Error::slot_occupied));
     }},
    {"trace: the timer's interrupt is told",
     [] {
         const Memory memory = prepare(4);
         succeed("start", begin(bit(TraceType::interrupt)));
         // The thread's own slice ends after 10 ms.
         const uint64_t begin_time = clock();
         while (microseconds(clock() - begin_time) < 30000) {
         }
         stop();
         TraceReader reader = memory.reader();
         (void)find(reader, "timer", TraceType::interrupt, 1);
     }},
    {"trace: only the types that were asked for are written",
     [] {
         const Memory memory = prepare();
         succeed("start", begin(bit(TraceType::exit)));
         for (unsigned i = 0; i < 10; ++i)
             yield();
         stop();
         TraceReader reader = memory.reader();
         TraceEvent event;
         while (reader.next(event))
             expect("type", event.type, TraceType::exit);
         require("exits", reader.position() >= 10);
     }},
    {"trace: a full ring overwrites the oldest events, and the head tells how many",
     [] {
         const Memory memory = prepare(2);
         const uint64_t places = memory.count * frame_events;
         succeed("start", begin(all_events));
         expect("places", header().event_count, places);
         fill_ring(memory);
         stop();
         TraceReader reader = memory.reader();
         TraceEvent event;
         Word count = 0;
         for (; reader.next(event); ++count)
             expect("number", event.number, head() - places + count);
         expect("kept", count, places);
         expect("lost", reader.lost(), head() - places);
     }},
    {"trace: a reader follows it while it runs and loses nothing if it is in time",
     [] {
         const Memory memory = prepare();
         succeed("start", begin(all_events));
         TraceReader reader = memory.reader();
         TraceEvent event;
         while (head() < 10 * frame_events) {
             yield();
             while (reader.next(event)) {
             }
         }
         expect("lost", reader.lost(), 0u);
         expect("all", reader.position(), head());
         stop();
     }},
    {"trace: nothing is written once it is stopped, and it can begin again",
     [] {
         const Memory memory = prepare();
         succeed("start", begin(all_events));
         stop();
         const uint64_t count = head();
         yield();
         expect("head", head(), count);
         expect("running", memory.reader().running(), false);
         stop();
         succeed("again", begin(all_events));
         require("from 0", head() < count + 3);
         expect("running", memory.reader().running(), true);
         stop();
     }},
    {"trace: it stops before a Frame of its ring is revoked",
     [] {
         const Memory memory = prepare(2);
         succeed("start", begin(all_events));
         yield();
         succeed("revoke", revoke(self, memory.ring + 1));
         const uint64_t count = head();
         expect("running", header().running, 0u);
         for (unsigned i = 0; i < 2 * frame_events; ++i)
             yield();
         expect("head", head(), count);
         succeed("with the Frame that is left", begin(all_events));
         succeed("revoke the header", revoke(self, memory.header));
         const uint64_t last = head();
         yield();
         expect("head", head(), last);
         expect_error("no header", begin(all_events), Error::illegal_operation);
     }},
    {"trace: memory that was its ring is not written any more",
     [] {
         need_trace();
         const CapIndex untyped = make(ObjectType::untyped, 14);
         const CapIndex frame = slots(4);
         succeed("frames", retype(untyped, ObjectType::frame, 12, own::cnode, frame, 3));
         succeed("header", set_frame(0, frame));
         succeed("ring", set_frame(1, frame + 1));
         succeed("ring", set_frame(2, frame + 2));
         succeed("start", begin(all_events));
         succeed("revoke", revoke(self, untyped));
         succeed("again", retype(untyped, ObjectType::frame, 12, own::cnode, frame, 4));
         for (unsigned i = 0; i < 4; ++i)
             succeed("map", map(frame + i, place::free + i * 4096));
         for (unsigned i = 0; i < frame_events; ++i)
             yield();
         for (Word offset = 0; offset < 4 * 4096; offset += sizeof(Word))
             expect("still clear", at<Word>(place::free + offset), 0u);
     }},
    {"trace: it goes with its Frames when the program that began it dies",
     [] {
         (void)prepare();
         succeed("start", begin(all_events)); // the tests behind this one begin theirs
     }},
    {"trace: set_frame refuses what is no place, no RAM, lacks a right, or while it runs",
     [] {
         const Memory memory = prepare();
         expect_error("index", set_frame(1 + max_trace_frames, memory.ring), Error::out_of_range);
         expect_error("no Frame", set_frame(1, own::thread), Error::invalid_capability);
         expect_error("read-only", set_frame(1, copied(memory.ring, Rights::read_only())),
                      Error::illegal_operation);
         if (!is_empty(own::uart_frame))
             expect_error("device", set_frame(1, own::uart_frame), Error::illegal_operation);
         succeed("start", begin(all_events));
         expect_error("running", set_frame(1, memory.ring), Error::in_use);
         stop();
     }},
    {"trace: start refuses no or unknown types, a second start, and rings of no power of two",
     [] {
         const Memory memory = prepare(3);
         expect_error("none", begin(0), Error::invalid_argument);
         expect_error("unknown", begin(all_events + 1), Error::invalid_argument);
         expect_error("three Frames", begin(all_events), Error::illegal_operation);
         succeed("delete", revoke(self, memory.ring + 2));
         succeed("two Frames", begin(all_events));
         expect_error("running", begin(all_events), Error::in_use);
         stop();
         succeed("revoke", revoke(self, memory.ring));
         expect_error("a gap", begin(all_events), Error::illegal_operation);
     }},
};

} // namespace

constinit const Chapter trace_chapter = chapter("trace", tests);

} // namespace conformance
