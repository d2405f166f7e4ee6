// SPDX-License-Identifier: BSD-2-Clause
// Untyped memory and retype.
#include "chapters.hpp"

namespace conformance {
namespace {

uint64_t used(CapIndex untyped) {
    const Received answer = request(untyped, Method::untyped_query);
    succeed("query", answer);
    return answer[1] | uint64_t{answer[2]} << 32;
}

Word physical(CapIndex frame) {
    return request(frame, Method::frame_address)[0];
}

constexpr Test tests[] = {
    {"untyped: query tells size, use and kind",
     [] {
         const CapIndex part = make(ObjectType::untyped, 14);
         const Received answer = request(part, Method::untyped_query);
         succeed("query", answer);
         expect("size", answer[0], 14u);
         expect("used", used(part), 0u);
         expect("kind", answer[3], RegionKind::untyped);
         succeed("retype", retype(part, ObjectType::frame, 12, own::cnode, slots()));
         expect("used", used(part), 4096u);
     }},
    {"untyped: Frames are aligned to their size and do not overlap",
     [] {
         const CapIndex part = make(ObjectType::untyped, 16);
         succeed("an Endpoint first", retype(part, ObjectType::endpoint, 0, own::cnode, slots()));
         const CapIndex frame = slots(8);
         succeed("retype", retype(part, ObjectType::frame, 12, own::cnode, frame, 8));
         Word last = 0;
         for (unsigned index = 0; index < 8; ++index) {
             const Word address = physical(frame + index);
             expect("alignment", address & 4095, 0u);
             require("ascending", index == 0 || address >= last + 4096);
             last = address;
         }
     }},
    {"untyped: what does not fit is not_enough_memory and changes nothing",
     [] {
         const CapIndex part = make(ObjectType::untyped, 14);
         const CapIndex made = slots(5);
         expect_error("retype", retype(part, ObjectType::frame, 12, own::cnode, made, 5),
                      Error::not_enough_memory);
         for (unsigned index = 0; index < 5; ++index)
             require("nothing made", is_empty(made + index));
         expect("nothing used", used(part), 0u);
         succeed("what fits", retype(part, ObjectType::frame, 12, own::cnode, made, 4));
         expect_error("full", retype(part, ObjectType::endpoint, 0, own::cnode, made + 4),
                      Error::not_enough_memory);
     }},
    {"untyped: count fills consecutive slots",
     [] {
         const CapIndex made = make_many(ObjectType::endpoint, 0, 10);
         for (unsigned index = 0; index < 10; ++index)
             expect("type", identify(made + index)[0], static_cast<Word>(ObjectType::endpoint));
     }},
    {"untyped: one occupied slot among the targets is slot_occupied and nothing is made",
     [] {
         const CapIndex target = slots(4);
         succeed("occupy", copy(self, target + 2, self, make_endpoint()));
         expect_error("retype",
                      retype(own::untyped, ObjectType::endpoint, 0, own::cnode, target, 4),
                      Error::slot_occupied);
         require("nothing made", is_empty(target) && is_empty(target + 1) && is_empty(target + 3));
     }},
    {"untyped: slots beyond the CNode are out_of_range",
     [] {
         expect_error("at its end",
                      retype(own::untyped, ObjectType::endpoint, 0, own::cnode, 1023, 2),
                      Error::out_of_range);
         expect_error("behind it",
                      retype(own::untyped, ObjectType::endpoint, 0, own::cnode, 1024, 1),
                      Error::out_of_range);
         expect_error("wrapping",
                      retype(own::untyped, ObjectType::endpoint, 0, own::cnode, ~Word{0}, 2),
                      Error::out_of_range);
     }},
    {"untyped: more than 256 objects at once are out_of_range",
     [] {
         const CapIndex target = slots(257);
         expect_error("257", retype(own::untyped, ObjectType::endpoint, 0, own::cnode, target, 257),
                      Error::out_of_range);
         require("nothing made", is_empty(target) && is_empty(target + 256));
         succeed("256", retype(own::untyped, ObjectType::endpoint, 0, own::cnode, target, 256));
     }},
    {"untyped: a count of 0 or a huge one is refused",
     [] {
         const CapIndex target = slots();
         require("0",
                 retype(own::untyped, ObjectType::endpoint, 0, own::cnode, target, 0).error() !=
                     Error::none);
         require("huge", retype(own::untyped, ObjectType::frame, 12, own::cnode, target,
                                ~Word{0}).error() != Error::none);
         require("nothing made", is_empty(target));
     }},
    {"untyped: unknown types and those without objects are invalid_argument",
     [] {
         const CapIndex target = slots();
         for (const Word type : {Word{0}, Word{8}, Word{12}, Word{13}, Word{14}, Word{15}, Word{16},
                                 Word{255}, Word{256 + 4}, ~Word{0}})
             expect_error("retype",
                          request(own::untyped, Method::untyped_retype,
                                  {type, 12, 0, 0, target, 1}, {own::cnode}),
                          Error::invalid_argument);
         require("nothing made", is_empty(target));
     }},
    {"untyped: sizes that an object cannot have are refused",
     [] {
         const CapIndex target = slots();
         const auto refused = [&](ObjectType type, Word bits) {
             require("refused",
                     retype(own::untyped, type, bits, own::cnode, target).error() != Error::none);
         };
         refused(ObjectType::frame, 11);
         refused(ObjectType::frame, 13);
         refused(ObjectType::frame, word_bits);
         refused(ObjectType::untyped, untyped_min_size_bits - 1);
         refused(ObjectType::untyped, domain_untyped_bits + 1);
         refused(ObjectType::untyped, ~Word{0});
         refused(ObjectType::sched_context, sched_context_min_size_bits - 1);
         refused(ObjectType::cnode, 40);
         refused(ObjectType::cnode, word_bits - 1);
         require("nothing made", is_empty(target));
     }},
    {"untyped: memory is cleared before it is used again",
     [] {
         const CapIndex part = make(ObjectType::untyped, 13);
         const CapIndex frame = slots();
         for (unsigned round = 0; round < 2; ++round) {
             succeed("retype", retype(part, ObjectType::frame, 12, own::cnode, frame));
             succeed("map", map(frame, place::free));
             for (unsigned offset = 0; offset < 4096; offset += sizeof(Word)) {
                 expect("zero", at<Word>(place::free + offset), 0u);
                 at<Word>(place::free + offset) = ~Word{0};
             }
             succeed("revoke", revoke(self, part));
         }
     }},
    {"untyped: no byte of an object is readable after it, whatever it was",
     [] {
         constexpr ObjectType types[] = {ObjectType::thread, ObjectType::endpoint,
                                         ObjectType::notification, ObjectType::reply,
                                         ObjectType::vspace, ObjectType::page_table};
         const CapIndex part = make(ObjectType::untyped, 13);
         const CapIndex first = slots(32);
         for (const ObjectType type : types) {
             for (CapIndex made = first; made < first + 32; ++made)
                 if (retype(part, type, 0, own::cnode, made).error() != Error::none)
                     break;
             if (type == ObjectType::thread)
                 (void)request(first, Method::thread_write_registers, {0, 0, 2, ~Word{0} >> 8, 77});
             if (type == ObjectType::notification)
                 signal(minted(first, Rights::all(), ~Word{0}));
             succeed("revoke", revoke(self, part));
             succeed("retype", retype(part, ObjectType::frame, 12, own::cnode, first, 2));
             for (Word page = 0; page < 2; ++page) {
                 succeed("map", map(first + page, place::free + page * 4096, Rights::read_only()));
                 for (Word offset = 0; offset < 4096; offset += sizeof(Word))
                     expect("zero", at<Word>(place::free + page * 4096 + offset), 0u);
             }
             succeed("revoke", revoke(self, part));
         }
     }},
    {"untyped: an Untyped of an Untyped is revoked with it",
     [] {
         const CapIndex outer = make(ObjectType::untyped, 16);
         const CapIndex inner = slots(3);
         succeed("retype", retype(outer, ObjectType::untyped, 14, own::cnode, inner));
         succeed("retype", retype(inner, ObjectType::untyped, 13, own::cnode, inner + 1));
         succeed("retype", retype(inner + 1, ObjectType::frame, 12, own::cnode, inner + 2));
         succeed("revoke", revoke(self, outer));
         require("gone", is_empty(inner) && is_empty(inner + 1) && is_empty(inner + 2));
         expect("unused", used(outer) == 0 ||
                              retype(outer, ObjectType::untyped, 16, own::cnode, inner).error() ==
                                  Error::none,
                1u);
     }},
    {"untyped: objects are made into a CNode that is named by a path",
     [] {
         const CapIndex node = make(ObjectType::cnode, 4);
         const Received answer =
             request(own::untyped, Method::untyped_retype,
                     {static_cast<Word>(ObjectType::endpoint), 0, node, word_bits, 5, 2},
                     {own::cnode});
         succeed("retype", answer);
         expect("type", request(node, Method::cnode_identify, {5, 4})[0],
                static_cast<Word>(ObjectType::endpoint));
         require("next", request(node, Method::cnode_identify, {6, 4})[0] != 0);
         expect("behind", request(node, Method::cnode_identify, {7, 4})[0], 0u);
     }},
    {"untyped: a path to something else than a CNode is refused",
     [] {
         const CapIndex endpoint = make_endpoint();
         expect_error("refused",
                      request(own::untyped, Method::untyped_retype,
                              {static_cast<Word>(ObjectType::endpoint), 0, endpoint, word_bits, 0, 1},
                              {own::cnode}),
                      Error::invalid_capability);
     }},
    {"untyped: every type of object is made, and all is revoked",
     [] {
         const CapIndex part = make(ObjectType::untyped, 18);
         struct Kind {
             ObjectType type;
             Word bits;
         };
         constexpr Kind kinds[] = {
             {ObjectType::untyped, 4},      {ObjectType::cnode, 1},   {ObjectType::thread, 0},
             {ObjectType::endpoint, 0},     {ObjectType::notification, 0},
             {ObjectType::reply, 0},        {ObjectType::sched_context, 8},
             {ObjectType::vspace, 0},       {ObjectType::page_table, 0}, {ObjectType::frame, 12}};
         for (const auto& kind : kinds) {
             const CapIndex made = slots();
             succeed("retype", retype(part, kind.type, kind.bits, own::cnode, made));
             expect("type", identify(made)[0], static_cast<Word>(kind.type));
         }
         succeed("revoke", revoke(self, part));
         succeed("all memory again", retype(part, ObjectType::untyped, 18, own::cnode, slots()));
     }},
    {"untyped: device memory becomes Frames and Untyped only",
     [] {
         if (is_empty(own::device_untyped))
             skip("no device memory to spare");
         const CapIndex target = slots();
         expect("kind", request(own::device_untyped, Method::untyped_query)[3], RegionKind::device);
         for (const ObjectType type : {ObjectType::endpoint, ObjectType::page_table,
                                       ObjectType::cnode, ObjectType::thread})
             expect_error("refused",
                          retype(own::device_untyped, type, type == ObjectType::cnode ? 2 : 0,
                                 own::cnode, target),
                          Error::illegal_operation);
         succeed("a Frame", retype(own::device_untyped, ObjectType::frame, 12, own::cnode, target));
     }},
};

} // namespace

constinit const Chapter untyped_chapter = chapter("untyped", tests);

} // namespace conformance
