// SPDX-License-Identifier: BSD-2-Clause
// Mappings: rights, sizes, aliases, and that what is unmapped is gone.
#include "../isa/isa.hpp"
#include "access.hpp"
#include "chapters.hpp"

namespace conformance {
namespace {

constexpr Word page = 4096;

CapIndex handler, answer;

Word attributes_of(MemoryType type) {
    return static_cast<Word>(type) | MapAttributes::execute_never;
}

void copy_code(Word address) {
    for (size_t index = 0; index < isa::increment_size; ++index)
        at<unsigned char>(address + index) = isa::increment_code[index];
}

struct Tables {
    CapIndex last = 0;
    unsigned count = 0; ///< Made one after the other: the highest is the first.
};

/// Maps the Frame at place::free with tables of its own.
Tables map_with_tables(CapIndex frame, CapIndex space) {
    Tables tables;
    for (;;) {
        const Received mapped = map_frame(frame, space, place::free, Rights::read_write(),
                                          MapAttributes::execute_never);
        if (mapped.error() == Error::none)
            break;
        expect_error("map", mapped, Error::missing_table);
        tables.last = make(ObjectType::page_table);
        ++tables.count;
        succeed("table", request(tables.last, Method::page_table_map, {place::free}, {space}));
    }
    require("a table of its own", tables.count != 0);
    return tables;
}

constexpr Test tests[] = {
    {"map: a mapped Frame is read and written, zero at first",
     [] {
         succeed("map", map(make_frame(), place::free));
         for (Word offset = 0; offset < 4096; offset += sizeof(Word)) {
             expect("zero", at<Word>(place::free + offset), 0u);
             at<Word>(place::free + offset) = offset * 3 + 1;
         }
         for (Word offset = 0; offset < 4096; offset += sizeof(Word))
             expect("kept", at<Word>(place::free + offset), offset * 3 + 1);
     }},
    {"map: a store to a read-only mapping is a VM fault, a load is none",
     [] {
         succeed("map", map(make_frame(), place::free, Rights::read_only()));
         require("load", !try_access(place::free, false).fault);
         const Seen seen = try_access(place::free + 8, true);
         require("store", seen.fault);
         expect("address", seen.address, place::free + 8);
         expect("access", seen.access, VmAccess::write | VmAccess::present);
     }},
    {"map: a Frame capability without write is mapped read-only",
     [] {
         const CapIndex reader = copied(make_frame(), Rights::read_only());
         const Received mapped = map(reader, place::free, Rights::read_write());
         if (mapped.error() == Error::missing_right)
             return;
         succeed("map", mapped);
         require("store", try_access(place::free, true).fault);
     }},
    {"map: a Frame capability without read is missing_right",
     [] {
         const CapIndex nothing = copied(make_frame(), Rights::write_only());
         expect_error("map", map(nothing, place::free), Error::missing_right);
     }},
    {"map: nothing is there before map and after unmap",
     [] {
         const CapIndex frame = make_frame();
         require("before", try_access(place::free, false).fault);
         succeed("map", map(frame, place::free));
         at<Word>(place::free) = 5;
         succeed("unmap", request(frame, Method::frame_unmap));
         const Seen seen = try_access(place::free, false);
         require("after", seen.fault);
         expect("not present", seen.access, 0u);
         succeed("unmap again", request(frame, Method::frame_unmap));
     }},
    {"map: missing tables are reported one after the other",
     [] {
         const CapIndex space = make(ObjectType::vspace);
         const CapIndex frame = make_frame();
         Word last = word_bits + 1;
         unsigned levels = 0;
         for (;;) {
             const Received mapped = map_frame(frame, space, place::free, Rights::read_write());
             if (mapped.error() == Error::none)
                 break;
             expect_error("map", mapped, Error::missing_table);
             require("ever smaller", mapped[0] < last);
             last = mapped[0];
             ++levels;
             require("at most five", levels <= 5);
             succeed("table", request(make(ObjectType::page_table), Method::page_table_map,
                                      {place::free}, {space}));
         }
         require("at least two", levels >= 2);
         note("levels", levels);
     }},
    {"map: one table too many is already_mapped",
     [] {
         succeed("map", map(make_frame(), place::free));
         expect_error("table", request(make(ObjectType::page_table), Method::page_table_map,
                                       {place::free}, {own::space}),
                      Error::already_mapped);
     }},
    {"map: the same address again changes the rights",
     [] {
         const CapIndex frame = make_frame();
         succeed("map", map(frame, place::free));
         at<Word>(place::free) = 77;
         succeed("read-only", map(frame, place::free, Rights::read_only()));
         require("store", try_access(place::free, true).fault);
         expect("kept", at<Word>(place::free), 77u);
         succeed("writable", map(frame, place::free));
         at<Word>(place::free) = 78;
     }},
    {"map: a mapped capability at another address is already_mapped",
     [] {
         const CapIndex frame = make_frame();
         succeed("map", map(frame, place::free));
         expect_error("elsewhere", map(frame, place::free + 4096), Error::already_mapped);
         require("not there", try_access(place::free + 4096, false).fault);
     }},
    {"map: an address that is taken is already_mapped",
     [] {
         succeed("map", map(make_frame(), place::free));
         at<Word>(place::free) = 9;
         expect_error("again", map(make_frame(), place::free), Error::already_mapped);
         expect("untouched", at<Word>(place::free), 9u);
     }},
    {"map: addresses are aligned to the size",
     [] {
         expect_error("by one", map(make_frame(), place::free + 1), Error::misaligned);
         expect_error("by a page", map(make_frame(21), place::free + 4096), Error::misaligned);
     }},
    {"map: kernel and other impossible addresses are out_of_range",
     [] {
         const CapIndex frame = make_frame();
         for (const Word address : {Word{0} - 4096, Word{1} << (word_bits - 1),
                                    (Word{1} << (word_bits - 1)) + 4096,
                                    (Word{1} << (word_bits - 1)) - 4096 +
                                        (word_bits == 32 ? 4096u : 0u)})
             expect_error("map", map_frame(frame, own::space, address, Rights::read_write()),
                          Error::out_of_range);
         expect_error("table", request(make(ObjectType::page_table), Method::page_table_map,
                                       {Word{0} - 4096}, {own::space}),
                      Error::out_of_range);
     }},
    {"map: unknown attributes are invalid_argument",
     [] {
         const CapIndex frame = make_frame();
         expect_error("type 3", map(frame, place::free, Rights::read_write(), 3),
                      Error::invalid_argument);
         expect_error("bit 8", map(frame, place::free, Rights::read_write(), 256),
                      Error::invalid_argument);
     }},
    {"map: something else than a VSpace is refused",
     [] {
         require("refused", map_frame(make_frame(), own::cnode, place::free,
                                      Rights::read_write()).error() == Error::invalid_capability);
     }},
    {"map: two capabilities of a Frame map the same memory twice",
     [] {
         const CapIndex one = make_frame();
         const CapIndex two = copied(one);
         succeed("map", map(one, place::free));
         succeed("alias", map(two, place::free + 0x10000));
         at<Word>(place::free + 16) = 1234;
         expect("seen", at<Word>(place::free + 0x10010), 1234u);
         succeed("unmap one", request(one, Method::frame_unmap));
         expect("the other stays", at<Word>(place::free + 0x10010), 1234u);
         require("the one is gone", try_access(place::free, false).fault);
     }},
    {"map: every size of Frame that fits is mapped and used at both ends",
     [] {
         const auto* info = reinterpret_cast<const BootInfo*>(place::boot_info);
         Word address = place::free;
         for (unsigned index = 16; index-- > 0;) { // the large first: no memory is lost
             const uint32_t bits = info->frame_size_bits[index];
             if (bits == 0 || bits >= domain_untyped_bits)
                 continue;
             const Word bytes = Word{1} << bits;
             address = (address + bytes - 1) & ~(bytes - 1);
             const CapIndex frame = make_frame(bits);
             succeed("map", map(frame, address));
             at<Word>(address) = bits;
             at<Word>(address + bytes - sizeof(Word)) = bits + 1;
             expect("first", at<Word>(address), bits);
             expect("last", at<Word>(address + bytes - sizeof(Word)), bits + 1);
             succeed("unmap", request(frame, Method::frame_unmap));
             require("gone", try_access(address + bytes / 2, false).fault);
             address += bytes;
         }
     }},
    {"map: the largest Frames that the machine's memory has room for are used at both ends",
     [] {
         if (is_empty(own::large_untyped))
             skip("not enough memory");
         const auto* info = reinterpret_cast<const BootInfo*>(place::boot_info);
         const Word room = request(own::large_untyped, Method::untyped_query)[0];
         unsigned tried = 0;
         for (const uint32_t bits : info->frame_size_bits) {
             if (bits < domain_untyped_bits || bits > room)
                 continue;
             const CapIndex frame = slots();
             succeed("retype", retype(own::large_untyped, ObjectType::frame, bits, own::cnode, frame));
             const Word bytes = Word{1} << bits, address = bytes > place::free ? bytes : place::free;
             expect_error("misaligned", map(frame, address + bytes / 2), Error::misaligned);
             succeed("map", map(frame, address));
             expect("cleared", at<Word>(address + bytes - sizeof(Word)), 0u);
             for (const Word offset : {Word{0}, bytes / 2, bytes - sizeof(Word)})
                 at<Word>(address + offset) = offset + 1;
             for (const Word offset : {Word{0}, bytes / 2, bytes - sizeof(Word)})
                 expect("stored", at<Word>(address + offset), offset + 1);
             require("not behind it", try_access(address + bytes, false).fault);
             succeed("rights", request(frame, Method::frame_set_rights,
                                       {Rights::read_only().bits, MapAttributes::execute_never}));
             require("nowhere writable", try_access(address + bytes / 2, true).fault);
             succeed("unmap", request(frame, Method::frame_unmap));
             for (const Word offset : {Word{0}, bytes / 2, bytes - sizeof(Word)})
                 require("gone", try_access(address + offset, false).fault);
             succeed("delete", remove(self, frame));
             tried = bits;
         }
         if (tried == 0)
             skip("not enough memory for a larger one");
         note("log2 of the largest one's bytes", tried);
     }},
    {"map: a large Frame is not mapped over small ones",
     [] {
         succeed("small", map(make_frame(), place::free));
         require("refused", map(make_frame(21), place::free).error() != Error::none);
         at<Word>(place::free) = 1;
     }},
    {"map: deleting the capability removes the mapping",
     [] {
         const CapIndex frame = make_frame();
         const CapIndex other = copied(frame);
         succeed("map", map(other, place::free));
         at<Word>(place::free) = 1;
         succeed("delete", remove(self, other));
         require("gone", try_access(place::free, false).fault);
     }},
    {"map: revoking the Untyped removes the mappings of what was made of it",
     [] {
         const CapIndex part = make(ObjectType::untyped, 13);
         const CapIndex frame = slots();
         succeed("retype", retype(part, ObjectType::frame, 12, own::cnode, frame));
         succeed("map", map(frame, place::free));
         at<Word>(place::free) = 1;
         succeed("revoke", revoke(self, part));
         require("gone", try_access(place::free, false).fault);
     }},
    {"map: a moved capability keeps its mapping",
     [] {
         const CapIndex frame = make_frame();
         succeed("map", map(frame, place::free));
         const CapIndex target = slots();
         succeed("move", move(self, target, self, frame));
         at<Word>(place::free) = 1;
         succeed("unmap", request(target, Method::frame_unmap));
         require("gone", try_access(place::free, false).fault);
     }},
    {"map: a copy of a mapped capability is not mapped",
     [] {
         const CapIndex frame = make_frame();
         succeed("map", map(frame, place::free));
         const CapIndex other = copied(frame);
         succeed("unmap the copy", request(other, Method::frame_unmap));
         at<Word>(place::free) = 1;
         expect("nowhere", mapping_of(other), 0u);
         expect("there", mapping_of(frame), place::free | 1);
     }},
    {"map: a table that holds something is in_use, and nothing is lost",
     [] {
         const CapIndex frame = make_frame();
         const Tables tables = map_with_tables(frame, own::space);
         at<Word>(place::free) = 4;
         expect_error("holds a page", request(tables.last, Method::page_table_unmap), Error::in_use);
         if (tables.count > 1)
             expect_error("holds a table", request(tables.last - 1, Method::page_table_unmap), Error::in_use);
         expect("there", mapping_of(frame), place::free | 1);
         expect("kept", at<Word>(place::free), 4u);
         succeed("unmap", request(frame, Method::frame_unmap));
         succeed("the last page of it", map(frame, place::free + 511 * page));
         expect_error("holds a page", request(tables.last, Method::page_table_unmap), Error::in_use);
         succeed("unmap", request(frame, Method::frame_unmap));
         succeed("empty", request(tables.last, Method::page_table_unmap));
         succeed("again", request(tables.last, Method::page_table_unmap));
         require("gone", try_access(place::free, false).fault);
         succeed("elsewhere", request(tables.last, Method::page_table_map, {place::free}, {own::space}));
         succeed("map again", map(frame, place::free));
         expect("kept", at<Word>(place::free), 4u);
     }},
    {"map: an address space that lost its root or a table in use is as new, and no record of it true again",
     [] {
         for (const bool loses_root : {false, true})
             for (const bool deletes : {false, true}) {
                 if (!loses_root && !deletes)
                     continue;
                 const CapIndex space = make(ObjectType::vspace);
                 const CapIndex stale = make_frame(), frame = copied(stale), behind = make_frame();
                 const Tables tables = map_with_tables(stale, space);
                 succeed("behind", map_frame(behind, space, place::free + page, Rights::read_write()));
                 const CapIndex lost = loses_root ? tables.last + 1 - tables.count : tables.last;
                 succeed("lose it", deletes ? remove(self, lost) : request(lost, Method::page_table_unmap));
                 expect("nowhere", mapping_of(stale), 0u);
                 expect("nor behind it", mapping_of(behind), 0u);
                 const Received missing = map_frame(frame, space, place::free, Rights::read_write());
                 expect_error("as new", missing, Error::missing_table);
                 expect("without root", missing[0], word_bits);
                 // The same Frame at the same place of the same address space, by another capability.
                 succeed("map", map(frame, place::free, Rights::read_write(), MapAttributes::execute_never, space));
                 expect_error("stale", request(stale, Method::frame_set_rights,
                                               {Rights::read_only().bits, MapAttributes::execute_never}),
                              Error::not_mapped);
                 succeed("unmap what is stale", request(stale, Method::frame_unmap));
                 expect("stays", mapping_of(frame), place::free | 1);
                 succeed("stale tables", map(behind, place::free + page, Rights::read_write(),
                                             MapAttributes::execute_never, space));
                 if (!deletes || loses_root)
                     succeed("unmap a stale table", request(tables.last, Method::page_table_unmap));
                 succeed("delete what is stale", remove(self, stale));
                 expect("stays", mapping_of(frame), place::free | 1);
                 expect("stays behind it", mapping_of(behind), (place::free + page) | 1);
             }
     }},
    {"map: a revoke takes Frames before the tables that hold them, and the address space stays",
     [] {
         const CapIndex part = make(ObjectType::untyped, 17), frame = slots(4);
         succeed("frames", retype(part, ObjectType::frame, 12, own::cnode, frame, 4));
         for (unsigned number = 0; number < 4; ++number) {
             const Word address = place::free + number * 0x40000000 / 16;
             for (;;) {
                 const Received mapped = map_frame(frame + number, own::space, address, Rights::read_write());
                 if (mapped.error() == Error::none)
                     break;
                 const CapIndex table = slots();
                 succeed("retype", retype(part, ObjectType::page_table, 0, own::cnode, table));
                 succeed("table", request(table, Method::page_table_map, {address}, {own::space}));
             }
             at<Word>(address) = number;
         }
         const CapIndex alias = copied(frame);
         succeed("alias", map(alias, place::free + page));
         succeed("revoke", revoke(self, part));
         require("gone", try_access(place::free, false).fault);
         succeed("map", map(make_frame(), place::free));
         expect("clear", at<Word>(place::free), 0u);
     }},
    {"map: a thread whose address space lost its root faults, and goes on when there is one again",
     [] {
         static Word word;
         const CapIndex space = make(ObjectType::vspace), frame = make_frame();
         const Tables tables = map_with_tables(frame, space);
         handler = make_endpoint();
         answer = make_reply();
         const Worker worker = start([](Word) { word = word + 1; }, 0,
                                     {.resume = false, .fault_handler = handler});
         succeed("set", request(worker.thread, Method::thread_set_space, {guard_word(own::radix)},
                                {own::cnode, space}));
         succeed("delete the last table", remove(self, tables.last));
         succeed("resume", resume(worker.thread));
         const Received got = nb_recv(handler, answer);
         expect("kind", got.kind(), Kind::fault);
         expect("label", got.label(), FaultType::vm);
         expect("fetch", got[2], got[0]);
         expect("not there", got[3] & VmAccess::present, 0u);
         succeed("the own space", request(worker.thread, Method::thread_set_space,
                                          {guard_word(own::radix)}, {own::cnode, own::space}));
         send(answer, Tag(static_cast<Word>(FaultReply::resume), 0));
         expect("went on", word, 1u);
     }},
    {"map: code is executed where execution is allowed",
     [] {
         const CapIndex frame = make_frame();
         succeed("map to write", map(frame, place::free));
         copy_code(place::free);
         succeed("map to run", map(frame, place::free, Rights::read_only(), 0));
         expect("result", reinterpret_cast<Word (*)(Word)>(place::free)(41), 42u);
     }},
    {"map: new code in an executable mapping of another address is seen",
     [] {
         const CapIndex frame = make_frame();
         const CapIndex alias = copied(frame);
         for (unsigned round = 0; round < 4; ++round) {
             succeed("map to write", map(frame, place::free));
             copy_code(place::free);
             succeed("map to run", map(alias, place::free + 0x8000, Rights::read_only(), 0));
             expect("result", reinterpret_cast<Word (*)(Word)>(place::free + 0x8000)(round),
                    round + 1);
             succeed("unmap", request(alias, Method::frame_unmap));
             succeed("unmap", request(frame, Method::frame_unmap));
         }
     }},
    {"map: execution where it is not allowed is a VM fault",
     [] {
         const CapIndex frame = make_frame();
         succeed("map", map(frame, place::free));
         copy_code(place::free);
         handler = make_endpoint();
         answer = make_reply();
         start([](Word) { reinterpret_cast<Word (*)(Word)>(place::free)(1); }, 0,
               {.fault_handler = handler});
         const Received got = nb_recv(handler, answer);
         expect("kind", got.kind(), Kind::fault);
         expect("label", got.label(), FaultType::vm);
         expect("instruction", got[0], place::free);
         expect("address", got[2], place::free);
         expect("access", got[3] & VmAccess::execute, VmAccess::execute);
     }},
    {"map: uncached RAM shows what was cached before",
     [] {
         const CapIndex frame = make_frame();
         succeed("map", map(frame, place::free));
         at<Word>(place::free) = 3131;
         succeed("unmap", request(frame, Method::frame_unmap));
         succeed("uncached", map(frame, place::free, Rights::read_write(),
                                 attributes_of(MemoryType::uncached)));
         expect("seen", at<Word>(place::free), 3131u);
         at<Word>(place::free) = 3132;
         succeed("unmap", request(frame, Method::frame_unmap));
         succeed("cached", map(frame, place::free));
         expect("seen", at<Word>(place::free), 3132u);
     }},
    {"map: address spaces do not see each other's mappings",
     [] {
         const CapIndex space = make(ObjectType::vspace);
         const CapIndex mine = make_frame(), theirs = make_frame();
         succeed("mine", map(mine, place::free));
         at<Word>(place::free) = 1;
         succeed("theirs", map(theirs, place::free, Rights::read_write(),
                               MapAttributes::execute_never, space));
         const CapIndex alias = copied(theirs);
         succeed("alias", map(alias, place::free + 4096));
         expect("empty", at<Word>(place::free + 4096), 0u);
         at<Word>(place::free + 4096) = 2;
         expect("mine", at<Word>(place::free), 1u);
     }},
    {"map: 60 address spaces are made, used and destroyed",
     [] {
         const CapIndex part = make(ObjectType::untyped, 16);
         const CapIndex frame = make_frame();
         for (unsigned round = 0; round < 60; ++round) {
             const CapIndex space = slots();
             succeed("retype", retype(part, ObjectType::vspace, 0, own::cnode, space));
             CapIndex table = slots(4);
             const CapIndex first = table;
             for (;;) {
                 const Received mapped = map_frame(frame, space, place::free, Rights::read_write());
                 if (mapped.error() == Error::none)
                     break;
                 succeed("retype", retype(part, ObjectType::page_table, 0, own::cnode, table));
                 succeed("table", request(table, Method::page_table_map, {place::free}, {space}));
                 ++table;
             }
             require("slots", table - first <= 4);
             succeed("revoke", revoke(self, part));
             expect("nowhere", mapping_of(frame), 0u);
         }
     }},
    {"map: address spaces that go leave the mappings of the others right",
     [] {
         constexpr unsigned count = 8;
         CapIndex part[count], space[count], frame[count];
         for (unsigned index = 0; index < count; ++index) {
             part[index] = make(ObjectType::untyped, 15);
             frame[index] = make_frame();
             space[index] = slots();
             succeed("retype",
                     retype(part[index], ObjectType::vspace, 0, own::cnode, space[index]));
             for (;;) {
                 const Received mapped =
                     map_frame(frame[index], space[index], place::free, Rights::read_write());
                 if (mapped.error() == Error::none)
                     break;
                 const CapIndex table = slots();
                 succeed("retype",
                         retype(part[index], ObjectType::page_table, 0, own::cnode, table));
                 succeed("table",
                         request(table, Method::page_table_map, {place::free}, {space[index]}));
             }
         }
         for (const unsigned gone : {3u, 0u, 6u, 4u}) {
             succeed("revoke", revoke(self, part[gone]));
             // Its memory becomes something else, and is written.
             const CapIndex other = slots();
             succeed("retype", retype(part[gone], ObjectType::frame, 12, own::cnode, other));
             succeed("map", map(other, place::free + 0x100000));
             for (Word offset = 0; offset < 4096; offset += sizeof(Word))
                 at<Word>(place::free + 0x100000 + offset) = ~Word{0} - offset;
             succeed("delete", remove(self, other));
             space[gone] = 0;
             for (unsigned index = 0; index < count; ++index)
                 expect("mapped", mapping_of(frame[index]),
                        space[index] == 0 ? Word{0} : place::free | 1);
         }
         for (unsigned index = 0; index < count; ++index)
             succeed("unmap", request(frame[index], Method::frame_unmap));
     }},
    {"map: frame_address and identify agree",
     [] {
         const CapIndex frame = make_frame();
         const Received place_of = request(frame, Method::frame_address);
         const Received content = identify(frame);
         expect("address", content[4], place_of[0]);
         expect("its high word", content[5], place_of[1]);
         expect("size", place_of[2], 12u);
     }},
    {"map: a table cannot be used in two places",
     [] {
         const CapIndex space = make(ObjectType::vspace), other = make(ObjectType::vspace);
         const CapIndex table = make(ObjectType::page_table);
         succeed("root", request(table, Method::page_table_map, {place::free}, {space}));
         expect_error("again", request(table, Method::page_table_map, {place::free}, {space}),
                      Error::already_mapped);
         expect_error("elsewhere", request(table, Method::page_table_map, {place::free}, {other}),
                      Error::already_mapped);
     }},
    {"map: the domain's own address space survives its VSpace capability's copies",
     [] {
         const CapIndex space = copied(own::space);
         succeed("map", map(make_frame(), place::free, Rights::read_write(),
                            MapAttributes::execute_never, space));
         succeed("delete", remove(self, space));
         at<Word>(place::free) = 1;
     }},
    {"map: kernel addresses cannot be read",
     [] {
         for (const Word address : {Word{0} - 4096, Word{1} << (word_bits - 1)}) {
             static Word where;
             where = address;
             handler = make_endpoint();
             answer = make_reply();
             start([](Word) { isa::load(where); }, 0, {.fault_handler = handler});
             expect("a fault", nb_recv(handler, answer).kind(), Kind::fault);
         }
     }},
};

} // namespace

constinit const Chapter address_space_chapter = chapter("address spaces", tests);

} // namespace conformance
