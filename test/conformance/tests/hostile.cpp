// SPDX-License-Identifier: BSD-2-Clause
// Programs that hold nothing, or something small, and try what they can.
#include "chapters.hpp"

namespace conformance {
namespace {

volatile Word rounds, faults;
CapIndex handler, answer;

Received any_call(unsigned form, CapIndex capability, Tag tag, Random& random) {
    Received message;
    for (Word& word : message.registers)
        word = random.next() % 4 == 0 ? random.word() : random.next() % 1100;
    return pass_on(static_cast<Syscall>(form), capability, tag, message, random.next() % 1100,
                   random.next() % 1100);
}

/// Random system calls with whatever capability space the thread has.
void attack(Word seed) {
    Random random(static_cast<uint32_t>(seed));
    for (;;) {
        rounds = rounds + 1;
        const unsigned form = random.next() % syscall_count;
        any_call(form, random.next() % 2 == 0 ? random.word() : random.next() % 1100,
                 Tag(random.word()), random);
    }
}

/// Lets the attacker run, answering its faults by going on behind them.
void referee(Worker worker, Word limit) {
    resume(worker.thread);
    const uint64_t begin = clock();
    while (rounds < limit && microseconds(clock() - begin) < 1500000 * handover.effort) {
        const Received got = nb_recv(handler, answer);
        if (got.kind() != Kind::fault)
            break;
        faults = faults + 1;
        // Behind the trap instruction: a capability fault names it itself.
        const Word length = arch::message_registers == 5 ? 2 : 4;
        send(answer, Tag(static_cast<Word>(FaultReply::resume), 1),
             {got[0] + (got.label() == static_cast<Word>(FaultType::capability) ? length : 0)});
    }
    note("calls, faults", rounds, faults);
    suspend(worker.thread);
    refusals_uncounted("a call whose fault is skipped seems to end in what it began with; the last one is cut off");
}

/// Random system calls of a thread whose capability space is empty.
void attack_with_nothing(Word seed) {
    handler = make_endpoint();
    answer = make_reply();
    rounds = 0;
    faults = 0;
    const Word begin = seed_or(seed), limit = refused_rounds(150000);
    note("seed", begin);
    const Worker worker = start(attack, begin, {.resume = false, .fault_handler = handler});
    succeed("set space", request(worker.thread, Method::thread_set_space,
                                 {guard_word(4)}, {make(ObjectType::cnode, 4), own::space}));
    referee(worker, limit);
    require("it ran", rounds >= limit);
}

/// Random methods of a thread whose space has one of each object, so that only these can be spoilt.
void attack_with_objects(Word own_seed) {
    const CapIndex node = make(ObjectType::cnode, 6);
    const Node there{node, 6};
    const CapIndex part = make(ObjectType::untyped, 16);
    constexpr ObjectType types[] = {ObjectType::thread, ObjectType::endpoint,
                                    ObjectType::notification, ObjectType::reply,
                                    ObjectType::vspace, ObjectType::page_table};
    succeed("untyped", move(there, 1, self, part));
    for (Word index = 0; index < 6; ++index)
        succeed("move", move(there, 2 + index, self, make(types[index])));
    // A call on an Endpoint that may be called would wait for ever.
    succeed("delete", remove(there, 3));
    succeed("copy", copy(there, 3, self, make_endpoint(), Rights::read_only()));
    succeed("frame", copy(there, 8, self, make_frame()));
    succeed("context", copy(there, 9, self,
                            make(ObjectType::sched_context, sched_context_min_size_bits)));
    succeed("node", mint(there, 10, self, make(ObjectType::cnode, 4), Rights::all(), 0));
    handler = make_endpoint();
    answer = make_reply();
    static constexpr Entry attacker = [](Word seed) {
        Random random(static_cast<uint32_t>(seed));
        constexpr Word methods_of[] = {0x1, 0x3, 0xb, 0xa, 0x7, 0x2, 0x8, 0xc, 0xd, 0xe, 0xf};
        for (;;) {
            rounds = rounds + 1;
            const Word type = methods_of[random.next() % 11];
            Received message;
            for (Word& word : message.registers)
                word = random.next() % 3 == 0 ? random.word() : random.next() % 70;
            IpcBuffer& buffer = *local().buffer;
            for (unsigned index = 0; index < 12; ++index)
                buffer.words[index] = random.next() % 3 == 0 ? random.word()
                                                             : random.next() % 70;
            for (CapIndex& capability : buffer.capabilities)
                capability = random.next() % 16;
            pass_on(Syscall::call, random.next() % 12,
                    Tag(type << 8 | random.next() % 20, random.next() % 14,
                        random.next() % 4),
                    message);
        }
    };
    rounds = 0;
    faults = 0;
    const Word seed = seed_or(own_seed), limit = refused_rounds(234000);
    note("seed", seed);
    const Worker worker =
        start(attacker, seed, {.resume = false, .fault_handler = handler});
    succeed("set space", request(worker.thread, Method::thread_set_space, {guard_word(6)},
                                 {node, own::space}));
    referee(worker, limit);
    succeed("delete", remove(self, worker.thread));
    require("it ran", rounds >= limit);
}

constexpr Test tests[] = {
    {"hostile: random system calls of a thread without any capability harm nobody",
     [] { attack_with_nothing(1); }},
    {"hostile: other random system calls of a thread without any capability harm nobody",
     [] { attack_with_nothing(20261121); }},
    {"hostile: random methods with random words on every object harm nobody",
     [] { attack_with_objects(4242); }},
    {"hostile: other random methods with random words on every object harm nobody",
     [] { attack_with_objects(20261122); }},
    {"hostile: more random methods with random words on every object harm nobody",
     [] { attack_with_objects(77); }},
    {"hostile: deriving against a revoke ends",
     [] {
         static CapIndex origin, first;
         origin = make_endpoint();
         first = slots(64);
         rounds = 0;
         const Worker worker = start([](Word) {
             for (Word index = 0;; ++index) {
                 copy(self, first + index % 64, self,
                      index % 64 == 0 ? origin : first + index % 64 - 1);
                 rounds = rounds + 1;
                 if (index % 16 == 0)
                     yield();
             }
         }, 0, {.priority = main_priority});
         for (unsigned round = 0; round < 200; ++round) {
             yield();
             succeed("revoke", revoke(self, origin));
             for (unsigned index = 0; index < 64; ++index)
                 require("gone", is_empty(first + index));
         }
         succeed("delete", remove(self, worker.thread));
         require("it ran", rounds > 100);
     }},
    {"hostile: all of an Untyped spent on threads is revoked",
     [] {
         const CapIndex part = make(ObjectType::untyped, 18);
         unsigned count = 0;
         for (; count < 200; ++count) {
             const CapIndex made = slots();
             if (retype(part, ObjectType::thread, 0, own::cnode, made).error() != Error::none)
                 break;
             succeed("configure",
                     request(made, Method::thread_configure, {guard_word(own::radix), 0, 0},
                             {own::cnode, own::space}));
             succeed("resume", resume(made));
         }
         require("many", count >= 100);
         succeed("revoke", revoke(self, part));
         succeed("all memory again", retype(part, ObjectType::untyped, 18, own::cnode, slots()));
     }},
};

} // namespace

constinit const Chapter hostile_chapter = chapter("hostile", tests);

} // namespace conformance
