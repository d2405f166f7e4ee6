// SPDX-License-Identifier: BSD-2-Clause
// Threads whose instructions, registers or resources are turned against the rest.
#include "../isa/isa.hpp"
#include "chapters.hpp"

namespace conformance {
namespace {

volatile Word rounds, faults;

void count_round() {
    rounds = rounds + 1;
}

/// Address of the page that a random program runs in and of its data, in a space of its own.
constexpr Word code_address = place::free, data_address = place::free + 0x200000;
/// Where the test itself sees the page of code.
constexpr Word code_alias = place::free + 0x400000;
constexpr unsigned code_words = 1024;

struct Victim {
    Worker worker;
    CapIndex space = 0;
    CapIndex code = 0;
    CapIndex handler = 0;
    CapIndex answer = 0;
};

/// A thread without a capability in an address space of one page of code and one of data.
Victim make_victim() {
    Victim victim;
    victim.space = make(ObjectType::vspace);
    victim.code = make_frame();
    victim.handler = make_endpoint();
    victim.answer = make_reply();
    succeed("see the code", map(copied(victim.code), code_alias));
    succeed("map data", map(make_frame(), data_address, Rights::read_write(),
                            MapAttributes::execute_never, victim.space));
    victim.worker = start(nullptr, 0,
                          {.priority = main_priority, .resume = false, .with_buffer = false,
                           .budget = 200, .period = 200, .fault_handler = victim.handler,
                           .space = victim.space});
    succeed("nothing to call", request(victim.worker.thread, Method::thread_set_space,
                                       {guard_word(4)},
                                       {make(ObjectType::cnode, 4), victim.space}));
    return victim;
}

/// Fills the page anew. Mapping it again makes what was stored visible to instruction fetches.
void fill_code(const Victim& victim, Random& random, unsigned percent_of_system) {
    refusals_uncounted("random code may make system calls");
    request(victim.code, Method::frame_unmap);
    for (unsigned index = 0; index < code_words; ++index) {
        uint32_t word = random.next();
        if (random.next() % 100 < percent_of_system) {
            const isa::Pattern& pattern =
                isa::system_instructions[random.next() % isa::system_instruction_count];
            word = pattern.fixed | (random.next() & pattern.free);
        }
        at<uint32_t>(code_alias + index * 4) = word;
    }
    isa::spare_emulator(&at<unsigned char>(code_alias), code_words * sizeof(uint32_t));
    succeed("map the code", map(victim.code, code_address, Rights::read_only(), 0, victim.space));
}

/// Starts the thread somewhere in the page and gives it a turn.
void try_code(const Victim& victim, Random& random) {
    suspend(victim.worker.thread);
    succeed("set ip and sp", request(victim.worker.thread, Method::thread_write_registers,
                                     {1, 0, 2, code_address + random.next() % code_words * 4,
                                      data_address + 2048}));
    yield();
    rounds = rounds + 1;
    if (nb_recv(victim.handler, victim.answer).kind() == Kind::fault)
        faults = faults + 1;
}

/// Ends the fault that the thread waits for, if it has one, so that it can start elsewhere.
void end_fault(const Victim& victim) {
    (void)send(victim.answer, Tag(static_cast<Word>(FaultReply::stop), 0));
}

void run_random_code(Word own_seed, unsigned percent_of_system) {
    const Word seed = seed_or(own_seed);
    note("seed", seed);
    Random random(static_cast<uint32_t>(seed));
    const Victim victim = make_victim();
    rounds = 0;
    faults = 0;
    for (Word page = 0; page < 20 * handover.effort; ++page) {
        fill_code(victim, random, percent_of_system);
        for (unsigned turn = 0; turn < 200; ++turn) {
            try_code(victim, random);
            end_fault(victim);
        }
    }
    note("turns, faults", rounds, faults);
    require("most turns end in a fault", faults > rounds / 2);
}

/// Rounds that the test's own thread gets in so much time of the clock.
Word share_of(uint64_t time) {
    const uint64_t begin = clock();
    Word mine = 0;
    while (microseconds(clock() - begin) < time)
        ++mine;
    return mine;
}

/// The attacker may use a twentieth of the time at a higher priority: the bystander keeps the rest, less
/// what the timer costs.
void bystander_keeps_its_share(Entry attacker) {
    constexpr uint64_t time = 100000;
    const Word alone = share_of(time);
    rounds = 0;
    const Worker worker = start(attacker, 0, {.resume = false, .budget = 500, .period = 10000});
    resume(worker.thread);
    const Word beside = share_of(time);
    succeed("delete", remove(self, worker.thread));
    refusals_uncounted("the attacker may be deleted before it sees its last answer");
    note("rounds of the attacker, per cent left", rounds, beside * 100 / alone);
    require("it ran", rounds > 10);
    require("85 per cent are left", beside * 100 / alone >= 85);
}

constexpr Test tests[] = {
    {"hostile: random machine words executed at user level harm nobody",
     [] { run_random_code(11, 10); }},
    {"hostile: words around system instructions executed at user level harm nobody",
     [] { run_random_code(12, 100); }},
    {"hostile: random values in every register of a thread harm nobody",
     [] {
         const Word seed = seed_or(99);
         note("seed", seed);
         Random random(static_cast<uint32_t>(seed));
         const Victim victim = make_victim();
         rounds = 0;
         faults = 0;
         fill_code(victim, random, 10);
         for (Word turn = 0; turn < 3000 * handover.effort; ++turn) {
             suspend(victim.worker.thread);
             const Word first = random.next() % 40;
             (void)request(victim.worker.thread, Method::thread_write_registers,
                           {0, first, 4, random.word(), random.word(),
                            random.next() % 2 == 0 ? ~Word{0} << random.next() % 64 % word_bits
                                                   : random.word(),
                            random.word()});
             try_code(victim, random);
             end_fault(victim);
         }
         note("turns, faults", rounds, faults);
         require("it ran", rounds >= 3000);
     }},
    {"hostile: resuming a fault anywhere with any stack harms nobody",
     [] {
         const Word seed = seed_or(5);
         note("seed", seed);
         Random random(static_cast<uint32_t>(seed));
         const Victim victim = make_victim();
         rounds = 0;
         faults = 0;
         fill_code(victim, random, 50);
         try_code(victim, random);
         for (Word turn = 0; turn < 3000 * handover.effort; ++turn) {
             const bool near = random.next() % 2 == 0;
             (void)send(victim.answer, Tag(static_cast<Word>(FaultReply::resume), 2),
                        {near ? code_address + random.next() % code_words * 4 : random.word(),
                         random.word()});
             yield();
             if (nb_recv(victim.handler, victim.answer).kind() == Kind::fault)
                 faults = faults + 1;
             else
                 try_code(victim, random);
         }
         note("started, faults", rounds, faults);
         require("it ran", faults > 1000);
     }},
    {"hostile: a storm of signals leaves the others their time",
     [] {
         static CapIndex notification;
         notification = make_notification();
         bystander_keeps_its_share([](Word) {
             for (;; count_round())
                 signal(notification);
         });
     }},
    {"hostile: a bomb of objects out of its own Untyped leaves the others their time",
     [] {
         static CapIndex part, first;
         part = make(ObjectType::untyped, 18);
         first = slots(64);
         bystander_keeps_its_share([](Word) {
             constexpr ObjectType types[] = {ObjectType::thread, ObjectType::endpoint,
                                             ObjectType::vspace, ObjectType::reply,
                                             ObjectType::notification, ObjectType::page_table};
             for (;; count_round()) {
                 for (unsigned index = 0; index < 64; ++index)
                     retype(part, types[index % 6], 0, own::cnode, first + index);
                 revoke(self, part);
             }
         });
     }},
    {"hostile: a flood of sends to an Endpoint leaves the others their time",
     [] {
         static CapIndex endpoint, reply;
         endpoint = make_endpoint();
         reply = make_reply();
         for (unsigned sender = 0; sender < 4; ++sender)
             start([](Word) {
                 for (;;)
                     send(endpoint, Tag(0, 100));
             }, 0, {.priority = main_priority, .budget = 100, .period = 10000});
         bystander_keeps_its_share([](Word) {
             for (;; count_round())
                 recv(endpoint, reply);
         });
     }},
    {"hostile: mapping and unmapping without end leaves the others their time and memory",
     [] {
         static CapIndex frame, table;
         frame = make_frame();
         table = make(ObjectType::page_table);
         bystander_keeps_its_share([](Word) {
             Random random(3);
             for (;; count_round()) {
                 const Word address = place::free + random.next() % 512 * 0x200000;
                 if (map_frame(frame, own::space, address, Rights::read_write()).error() ==
                     Error::missing_table)
                     request(table, Method::page_table_map, {address}, {own::space});
                 else
                     request(frame, Method::frame_unmap);
                 if (random.next() % 3 == 0)
                     request(table, Method::page_table_unmap);
             }
         });
     }},
    {"hostile: growing and revoking a chain of copies leaves the others their time",
     [] {
         static CapIndex origin, first;
         origin = make_endpoint();
         first = slots(200);
         bystander_keeps_its_share([](Word) {
             for (;; count_round()) {
                 for (Word index = 0; index < 200; ++index)
                     copy(self, first + index, self, index == 0 ? origin : first + index - 1);
                 revoke(self, origin);
             }
         });
     }},
    {"hostile: moving CNodes into each other and deleting them harms nobody",
     [] {
         const Word seed = seed_or(8);
         note("seed", seed);
         Random random(static_cast<uint32_t>(seed));
         const CapIndex part = make(ObjectType::untyped, 16), outer = slots(4);
         for (Word turn = 0, end = refused_rounds(20000); turn < end; ++turn) {
             if (random.next() % 16 == 0)
                 (void)retype(part, ObjectType::cnode, 4, own::cnode, outer + random.next() % 4);
             if (random.next() % 512 == 0)
                 succeed("all of it again", revoke(self, part));
             const Node nodes[] = {self, {outer, 4}, {outer + 1, 4}, {outer + 2, 4}};
             const Node to = nodes[random.next() % 4], from = nodes[random.next() % 4];
             if (is_empty(to.root) || is_empty(from.root))
                 continue;
             const auto place_in = [&](Node node) {
                 return node.root == own::cnode ? outer + random.next() % 4
                                                : Word{random.next() % 16};
             };
             const Word target = place_in(to), source = place_in(from);
             switch (random.next() % 8) {
             case 0: remove(to, target); break;
             case 1: revoke(to, target); break;
             case 2: (void)copy(to, target, from, source); break;
             default: (void)move(to, target, from, source); break;
             }
         }
     }},
};

} // namespace

constinit const Chapter hostile_programs_chapter = chapter("hostile programs", tests);

} // namespace conformance
