// SPDX-License-Identifier: BSD-2-Clause
// Mappings: rights, sizes, aliases, and that what is unmapped is gone.
#include "../isa/isa.hpp"
#include "access.hpp"
#include "chapters.hpp"

namespace conformance {
namespace {

CapIndex handler, answer;

Word attributes_of(MemoryType type) {
    return static_cast<Word>(type) | MapAttributes::execute_never;
}

void copy_code(Word address) {
    for (size_t index = 0; index < isa::increment_size; ++index)
        at<unsigned char>(address + index) = isa::increment_code[index];
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
    {"map: an unmapped table takes its mappings along, and they say so",
     [] {
         const CapIndex space = own::space;
         const CapIndex frame = make_frame();
         CapIndex table = 0;
         for (;;) {
             const Received mapped = map_frame(frame, space, place::free, Rights::read_write(),
                                               MapAttributes::execute_never);
             if (mapped.error() == Error::none)
                 break;
             table = make(ObjectType::page_table);
             succeed("table", request(table, Method::page_table_map, {place::free}, {space}));
         }
         require("a table of its own", table != 0);
         at<Word>(place::free) = 4;
         succeed("unmap the table", request(table, Method::page_table_unmap));
         require("gone", try_access(place::free, false).fault);
         expect("nowhere", mapping_of(frame), 0u);
         succeed("map again", map(frame, place::free));
         expect("kept", at<Word>(place::free), 4u);
     }},
    {"map: a stale Frame capability does not touch a table that took the place of the old one",
     [] {
         const CapIndex one = make_frame(), two = make_frame();
         CapIndex table = 0;
         for (;;) {
             const Received mapped = map_frame(one, own::space, place::free, Rights::read_write());
             if (mapped.error() == Error::none)
                 break;
             table = make(ObjectType::page_table);
             succeed("table", request(table, Method::page_table_map, {place::free}, {own::space}));
         }
         succeed("unmap the table", request(table, Method::page_table_unmap));
         succeed("another in its place", map(two, place::free));
         at<Word>(place::free) = 21;
         succeed("unmap the stale one", request(one, Method::frame_unmap));
         expect("the new one stays", at<Word>(place::free), 21u);
         succeed("delete the stale one", remove(self, one));
         expect("the new one stays", at<Word>(place::free), 21u);
     }},
    {"map: a stale record that is true again takes the mapping's rights away and gives none",
     [] {
         const CapIndex stale = make_frame(), frame = copied(stale), behind = make_frame();
         CapIndex table = 0;
         for (;;) {
             const Received mapped = map_frame(stale, own::space, place::free, Rights::read_write());
             if (mapped.error() == Error::none)
                 break;
             table = make(ObjectType::page_table);
             succeed("table", request(table, Method::page_table_map, {place::free}, {own::space}));
         }
         const auto set = [&](Rights rights, Word attributes) {
             return request(stale, Method::frame_set_rights, {rights.bits, attributes});
         };
         succeed("unmap the table", request(table, Method::page_table_unmap));
         expect_error("stale", set(Rights::read_write(), MapAttributes::execute_never),
                      Error::not_mapped);
         succeed("another capability in its place", map(frame, place::free, Rights::read_only()));
         succeed("and behind it", map(behind, place::free + 4096));
         succeed("no effect", set(Rights::read_write(), 0));
         require("not writable", try_access(place::free, true).fault);
         require("readable", !try_access(place::free, false).fault);
         succeed("writable by map", map(frame, place::free));
         at<Word>(place::free) = 21;
         succeed("take away", set(Rights::read_only(), MapAttributes::execute_never));
         require("taken", try_access(place::free, true).fault);
         succeed("unmap", request(stale, Method::frame_unmap));
         expect("gone for both", mapping_of(frame), 0u);
         succeed("mapped again", map(frame, place::free));
         succeed("delete what is stale", remove(self, stale));
         expect("nothing more", at<Word>(place::free), 21u);
         at<Word>(place::free + 4096) = 22;
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
