// SPDX-License-Identifier: BSD-2-Clause
// Frames: sizes, change of rights, cache maintenance; and many address spaces.
#include "../isa/isa.hpp"
#include "access.hpp"
#include "chapters.hpp"

namespace conformance {
namespace {

constexpr Word page = 4096;

const BootInfo& info() {
    return *reinterpret_cast<const BootInfo*>(place::boot_info);
}

/// The size of Frames that this machine makes of several table entries, or 0.
unsigned group_bits() {
    for (const uint8_t bits : info().frame_size_bits)
        if (bits == 16)
            return bits;
    return 0;
}

unsigned need_group() {
    const unsigned bits = group_bits();
    if (bits == 0)
        skip("no Frames of 64 KiB");
    return bits;
}

Received set_rights(CapIndex frame, Rights rights, Word attributes = MapAttributes::execute_never) {
    return request(frame, Method::frame_set_rights, {rights.bits, attributes});
}

Received cache(CapIndex frame, CacheOperation operation, Word offset, Word bytes) {
    return request(frame, Method::frame_cache, {static_cast<Word>(operation), offset, bytes});
}

constexpr CacheOperation operations[] = {CacheOperation::clean, CacheOperation::invalidate,
                                         CacheOperation::clean_invalidate, CacheOperation::unify};

constexpr Word probes[] = {0, page, 7 * page + 64, 15 * page};

void expect_all(const char* what, bool write, bool faults) {
    for (const Word offset : probes)
        expect(what, try_access(place::free + offset, write).fault, faults);
}

/// A thread that executes what is mapped at place::free: its fault handler.
CapIndex run() {
    const CapIndex handler = make_endpoint();
    start([](Word) { reinterpret_cast<Word (*)(Word)>(place::free)(1); }, 0,
          {.fault_handler = handler});
    return handler;
}

/// A thread in address spaces that have nothing to execute where it is: each turn is a fault.
struct Faulter {
    CapIndex handler = make_endpoint(), answer = make_reply();
    Worker worker = start([](Word) { rest(); }, 0, {.resume = false, .fault_handler = handler});
    bool runs = false;

    void enter(CapIndex space) const {
        succeed("set", request(worker.thread, Method::thread_set_space, {guard_word(own::radix)},
                               {own::cnode, space}));
    }
    Received turn() {
        if (!runs)
            succeed("resume", resume(worker.thread));
        else
            send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
        runs = true;
        const Received got = nb_recv(handler, answer);
        expect("kind", got.kind(), Kind::fault);
        expect("label", got.label(), FaultType::vm);
        expect("address", got[2], got[0]);
        return got;
    }
};

constexpr Test tests[] = {
    {"frame: a Frame that is mapped at address 0 is told from one that is not",
     [] {
         const CapIndex frame = make_frame();
         expect("nowhere", mapping_of(frame), 0u);
         succeed("map", map(frame, 0));
         expect("there", mapping_of(frame), 1u);
         expect("not the copy", mapping_of(copied(frame)), 0u);
         require("it is", !try_access(0, true).fault);
         succeed("unmap", request(frame, Method::frame_unmap));
         expect("nowhere again", mapping_of(frame), 0u);
         require("gone", try_access(0, false).fault);
     }},
    {"frame: rights are taken away where it is mapped, and given by map alone",
     [] {
         const CapIndex frame = make_frame();
         succeed("map", map(frame, place::free));
         at<Word>(place::free) = 77;
         succeed("read-only", set_rights(frame, Rights::read_only()));
         expect("kept", at<Word>(place::free), 77u);
         const Seen seen = try_access(place::free, true);
         require("store", seen.fault);
         expect("access", seen.access, VmAccess::write | VmAccess::present);
         succeed("not writable", set_rights(frame, Rights::read_write()));
         require("still not", try_access(place::free, true).fault);
         succeed("by map", map(frame, place::free));
         at<Word>(place::free) = 78;
         succeed("as it is", set_rights(frame, Rights::read_write()));
         at<Word>(place::free) = 79;
         expect("address", mapping_of(frame), place::free | 1);
     }},
    {"frame: the capability's rights bound what rights are set",
     [] {
         const CapIndex frame = make_frame();
         const CapIndex reader = copied(frame, Rights::read_only());
         succeed("map", map(reader, place::free, Rights::read_only()));
         succeed("set", set_rights(reader, Rights::read_write()));
         require("store", try_access(place::free, true).fault);
         expect_error("no read", set_rights(reader, Rights::write_only()), Error::missing_right);
     }},
    {"frame: set_rights of what is not mapped is not_mapped",
     [] {
         const CapIndex frame = make_frame();
         expect_error("never", set_rights(frame, Rights::read_only()), Error::not_mapped);
         succeed("map", map(frame, place::free));
         succeed("unmap", request(frame, Method::frame_unmap));
         expect_error("no more", set_rights(frame, Rights::read_only()), Error::not_mapped);
         expect_error("the copy", set_rights(copied(frame), Rights::read_only()),
                      Error::not_mapped);
     }},
    {"frame: set_rights with a memory type or unknown attributes is invalid_argument",
     [] {
         const CapIndex frame = make_frame();
         succeed("map", map(frame, place::free));
         expect_error("type", set_rights(frame, Rights::read_only(), 1), Error::invalid_argument);
         expect_error("bit", set_rights(frame, Rights::read_only(), 64), Error::invalid_argument);
         at<Word>(place::free) = 1;
     }},
    {"frame: set_rights takes execution away and does not give it",
     [] {
         const CapIndex frame = make_frame();
         succeed("map", map(frame, place::free));
         for (size_t index = 0; index < isa::increment_size; ++index)
             at<unsigned char>(place::free + index) = isa::increment_code[index];
         succeed("not given", set_rights(frame, Rights::read_only(), 0));
         expect("does not run", nb_recv(run(), make_reply())[3] & VmAccess::execute, VmAccess::execute);
         succeed("map to run", map(frame, place::free, Rights::read_only(), 0));
         expect("runs", reinterpret_cast<Word (*)(Word)>(place::free)(1), 2u);
         succeed("not writable", set_rights(frame, Rights::read_write(), 0));
         require("it is not", try_access(place::free, true).fault);
         expect("runs", reinterpret_cast<Word (*)(Word)>(place::free)(2), 3u);
         succeed("take", set_rights(frame, Rights::read_only()));
         expect("taken", nb_recv(run(), make_reply())[3] & VmAccess::execute, VmAccess::execute);
     }},
    {"frame: a large Frame changes its rights everywhere",
     [] {
         const CapIndex frame = make_frame(21);
         const Word address = place::free;
         succeed("map", map(frame, address));
         succeed("read-only", set_rights(frame, Rights::read_only()));
         require("first", try_access(address, true).fault);
         require("last", try_access(address + (Word{1} << 21) - page, true).fault);
         require("load", !try_access(address + 5 * page, false).fault);
     }},
    {"frame: a group of entries is one Frame in every page",
     [] {
         const CapIndex frame = make_frame(need_group());
         succeed("map", map(frame, place::free));
         for (Word offset = 0; offset < 16 * page; offset += page)
             at<Word>(place::free + offset) = offset + 5;
         const CapIndex alias = copied(frame);
         succeed("alias", map(alias, place::free + 0x20000));
         for (Word offset = 0; offset < 16 * page; offset += page)
             expect("seen", at<Word>(place::free + 0x20000 + offset), offset + 5);
         succeed("unmap", request(frame, Method::frame_unmap));
         expect_all("gone", false, true);
         expect("the alias stays", at<Word>(place::free + 0x20000 + 9 * page), 9 * page + 5);
     }},
    {"frame: a group of entries changes its rights in every page",
     [] {
         const CapIndex frame = make_frame(need_group());
         succeed("map", map(frame, place::free));
         for (const Word offset : probes)
             at<Word>(place::free + offset) = offset;
         succeed("read-only", set_rights(frame, Rights::read_only()));
         expect_all("store", true, true);
         expect_all("load", false, false);
         succeed("writable", map(frame, place::free));
         expect_all("store", true, false);
     }},
    {"frame: a group of entries goes with its capability",
     [] {
         const CapIndex frame = make_frame(need_group());
         const CapIndex other = copied(frame);
         succeed("map", map(other, place::free));
         for (const Word offset : probes)
             at<Word>(place::free + offset) = 1;
         succeed("delete", remove(self, other));
         expect_all("gone", false, true);
         succeed("small ones fit", map(make_frame(), place::free + 3 * page));
     }},
    {"frame: a group of entries takes nobody's place, and nobody its",
     [] {
         const CapIndex frame = make_frame(need_group());
         const CapIndex small = make_frame();
         succeed("last page", map(small, place::free + 15 * page));
         at<Word>(place::free + 15 * page) = 4;
         expect_error("taken", map(frame, place::free), Error::already_mapped);
         expect("kept", at<Word>(place::free + 15 * page), 4u);
         require("nothing of it", try_access(place::free, false).fault);
         succeed("unmap", request(small, Method::frame_unmap));
         succeed("map", map(frame, place::free));
         for (const Word offset : {Word{0}, 8 * page, 15 * page})
             expect_error("inside", map(small, place::free + offset), Error::already_mapped);
         expect_error("misaligned", map(copied(frame), place::free + page), Error::misaligned);
     }},
    {"frame: a table that holds a group of entries is in_use until the group is gone",
     [] {
         const CapIndex frame = make_frame(need_group());
         CapIndex table = 0;
         for (;;) {
             const Received mapped =
                 map_frame(frame, own::space, place::free, Rights::read_write());
             if (mapped.error() == Error::none)
                 break;
             table = make(ObjectType::page_table);
             succeed("table", request(table, Method::page_table_map, {place::free}, {own::space}));
         }
         at<Word>(place::free + 9 * page) = 4;
         expect_error("holds it", request(table, Method::page_table_unmap), Error::in_use);
         expect_all("there", false, false);
         expect("kept", at<Word>(place::free + 9 * page), 4u);
         succeed("unmap", request(frame, Method::frame_unmap));
         expect_all("gone", false, true);
         succeed("unmap the table", request(table, Method::page_table_unmap));
         expect_error("no table", map_frame(frame, own::space, place::free, Rights::read_write()),
                      Error::missing_table);
     }},
    {"frame: cache maintenance leaves what was stored",
     [] {
         const CapIndex frame = make_frame(21);
         const Word address = place::free, size = Word{1} << 21;
         succeed("map", map(frame, address));
         for (const CacheOperation operation : operations) {
             for (Word offset = 0; offset < size; offset += 1000 * sizeof(Word))
                 at<Word>(address + offset) = offset + static_cast<Word>(operation);
             succeed("all", cache(frame, operation, 0, size));
             succeed("some", cache(frame, operation, 100, 5000));
             succeed("across a page", cache(frame, operation, page - 8, 16));
             succeed("nothing", cache(frame, operation, size, 0));
             for (Word offset = 0; offset < size; offset += 1000 * sizeof(Word))
                 expect("kept", at<Word>(address + offset),
                        offset + static_cast<Word>(operation));
         }
     }},
    {"frame: invalidate does not show what memory held before the Frame was made",
     [] {
         const CapIndex part = make(ObjectType::untyped, 12);
         CapIndex frame = slots();
         succeed("retype", retype(part, ObjectType::frame, 12, own::cnode, frame));
         succeed("map", map(frame, place::free));
         for (Word offset = 0; offset < page; offset += sizeof(Word))
             at<Word>(place::free + offset) = 0x5ec;
         succeed("clean", cache(frame, CacheOperation::clean, 0, page));
         succeed("revoke", revoke(self, part));
         succeed("retype", retype(part, ObjectType::frame, 12, own::cnode, frame));
         succeed("invalidate", cache(frame, CacheOperation::invalidate, 0, page));
         succeed("map", map(frame, place::free));
         for (Word offset = 0; offset < page; offset += sizeof(Word))
             expect("zero", at<Word>(place::free + offset), 0u);
     }},
    {"frame: clean and invalidate carry data to and from an uncached alias",
     [] {
         const CapIndex frame = make_frame();
         const CapIndex alias = copied(frame);
         succeed("map", map(frame, place::free));
         succeed("uncached", map(alias, place::free + 8 * page, Rights::read_write(),
                                 MapAttributes::execute_never |
                                     static_cast<Word>(MemoryType::uncached)));
         for (Word round = 1; round < 5; ++round) {
             at<Word>(place::free + 64) = round;
             succeed("clean", cache(frame, CacheOperation::clean, 64, sizeof(Word)));
             expect("there", at<Word>(place::free + 8 * page + 64), round);
             succeed("invalidate", cache(frame, CacheOperation::invalidate, 0, page));
             at<Word>(place::free + 8 * page + 64) = round + 100;
             succeed("invalidate", cache(frame, CacheOperation::invalidate, 0, page));
             expect("here", at<Word>(place::free + 64), round + 100);
         }
     }},
    {"frame: unify makes stored instructions visible to their executable alias",
     [] {
         const CapIndex frame = make_frame();
         const CapIndex alias = copied(frame);
         succeed("writable", map(frame, place::free));
         succeed("executable", map(alias, place::free + 0x8000, Rights::read_only(), 0));
         for (Word round = 0; round < 8; ++round) {
             // Each time at another place of the page that has been executed from already.
             for (size_t index = 0; index < isa::increment_size; ++index)
                 at<unsigned char>(place::free + round * 64 + index) = isa::increment_code[index];
             succeed("unify", cache(frame, CacheOperation::unify, round * 64, isa::increment_size));
             expect("result",
                    reinterpret_cast<Word (*)(Word)>(place::free + 0x8000 + round * 64)(round),
                    round + 1);
         }
     }},
    {"frame: cache maintenance checks operation, range and rights",
     [] {
         const CapIndex frame = make_frame();
         expect_error("operation", cache(frame, static_cast<CacheOperation>(4), 0, 64),
                      Error::invalid_argument);
         for (const CacheOperation operation : operations) {
             expect_error("beyond", cache(frame, operation, page, 1), Error::out_of_range);
             expect_error("across the end", cache(frame, operation, page - 8, 16),
                          Error::out_of_range);
             expect_error("wraps", cache(frame, operation, 8, ~Word{0}), Error::out_of_range);
             expect_error("offset", cache(frame, operation, ~Word{0}, 2), Error::out_of_range);
         }
         const CapIndex reader = copied(frame, Rights::read_only());
         succeed("clean", cache(reader, CacheOperation::clean, 0, page));
         succeed("unify", cache(reader, CacheOperation::unify, 0, page));
         expect_error("invalidate", cache(reader, CacheOperation::invalidate, 0, page),
                      Error::missing_right);
         const CapIndex nothing = copied(frame, {0});
         for (const CacheOperation operation : operations)
             expect_error("no right", cache(nothing, operation, 0, page), Error::missing_right);
     }},
    {"frame: registers of devices have no cache to maintain",
     [] {
         if (is_empty(own::uart_frame))
             skip("no device Frame");
         for (const CacheOperation operation : operations)
             expect_error("refused", cache(own::uart_frame, operation, 0, 64),
                          Error::illegal_operation);
     }},
    {"frame: maintenance and mapping of a large Frame let others run and come to their end",
     [] {
         static volatile Word runs;
         runs = 0;
         const CapIndex frame = make_frame(21);
         const Word address = place::free;
         succeed("map", map(frame, address));
         at<Word>(address + (Word{1} << 21) - sizeof(Word)) = 6;
         // Runs for a moment every 200 microseconds.
         const Worker other = start([](Word) {
             for (;;) {
                 runs = runs + 1;
                 yield();
             }
         }, 0, {.budget = 50, .period = 200});
         (void)other;
         for (const CacheOperation operation : operations) {
             const Word before = runs;
             const uint64_t begin = clock();
             succeed("cache", cache(frame, operation, 0, Word{1} << 21));
             const uint64_t periods = microseconds(clock() - begin) / 200;
             require("not kept waiting", runs - before + 2 >= periods);
         }
         succeed("unmap", request(frame, Method::frame_unmap));
         const Word before = runs;
         const uint64_t begin = clock();
         succeed("uncached", map(frame, address, Rights::read_write(),
                                 MapAttributes::execute_never |
                                     static_cast<Word>(MemoryType::uncached)));
         const uint64_t periods = microseconds(clock() - begin) / 200;
         require("not kept waiting", runs - before + 2 >= periods);
         note("periods while it was mapped", static_cast<Word>(periods));
         expect("kept", at<Word>(address + (Word{1} << 21) - sizeof(Word)), 6u);
     }},
    {"frame: 280 address spaces take turns without a cliff",
     [] {
         constexpr unsigned count = 280, window = 40;
         const CapIndex spaces = make_many(ObjectType::vspace, 0, 140);
         make_many(ObjectType::vspace, 0, 140);
         const CapIndex tables = make_many(ObjectType::page_table, 0, 140);
         make_many(ObjectType::page_table, 0, 140);
         for (unsigned index = 0; index < count; ++index)
             succeed("root", request(tables + index, Method::page_table_map, {place::free},
                                     {spaces + index}));
         Faulter faulter;
         // Ticks of that many turns, each in another space.
         const auto turns = [&](unsigned first) {
             const uint64_t begin = clock();
             for (unsigned turn = first; turn < first + window; ++turn) {
                 faulter.enter(spaces + turn % count);
                 (void)faulter.turn();
             }
             return clock() - begin;
         };
         uint64_t least = ~uint64_t{0}, most = 0;
         for (unsigned turn = 0; turn < 3 * count; turn += window) {
             const uint64_t time = turns(turn);
             least = time < least ? time : least;
             most = time > most ? time : most;
         }
         note("ticks of 40 turns: least, most", static_cast<Word>(least),
              static_cast<Word>(most));
         (void)turns(0);
         const uint64_t kept = turns(0);
         note("ticks of 40 turns whose spaces keep their identifiers", static_cast<Word>(kept));
         require("no cliff", most < least + least / 4 && most < kept + kept / 4);
     }},
    {"frame: address spaces go on when all of the hardware's identifiers were given once more",
     [] {
         const CapIndex endpoint = make_endpoint();
         const Worker server = start(nullptr, 0, {.resume = false});
         Local& abroad = move_abroad(server);
         abroad.thread = endpoint; // Data are not mapped there.
         abroad.context = make_reply();
         abroad.entry = [](Word) {
             Received message = recv(local().thread, local().context);
             for (;;)
                 message = pass_on(Syscall::reply_recv, local().thread,
                                   Tag(message.label() + 1, message.length()), message, local().context);
         };
         succeed("resume", resume(server.thread));
         expect("answer", call(endpoint, Tag(7, 1), {5})[0], 5u);
         // Another space takes a new identifier in each round: its root goes and comes again. In the end
         // that of the server, who does not run meanwhile, and of this domain were taken back.
         const CapIndex space = make(ObjectType::vspace), root = make(ObjectType::page_table);
         Faulter other;
         uint64_t least = ~uint64_t{0}, most = 0;
         for (unsigned round = 0; round < isa::address_space_identifiers + 16; ++round) {
             const uint64_t begin = clock();
             succeed("map", request(root, Method::page_table_map, {place::free}, {space}));
             if (round == 0)
                 other.enter(space);
             (void)other.turn();
             succeed("unmap", request(root, Method::page_table_unmap));
             const uint64_t time = clock() - begin;
             most = round != 0 && time > most ? time : most;
             least = time < least ? time : least;
         }
         note("ticks of a round: least, most", static_cast<Word>(least), static_cast<Word>(most));
         for (unsigned turn = 0; turn < 3; ++turn) {
             const Received got = call(endpoint, Tag(7 + turn, 1), {turn});
             expect("answer", got[0], turn);
             expect("label", got.label(), 8 + turn);
         }
     }},
};

} // namespace

constinit const Chapter frame_chapter = chapter("frames", tests);

} // namespace conformance
