// SPDX-License-Identifier: BSD-2-Clause
// Slots, the operations of CNodes with their errors, guards and spaces of several levels.
#include "chapters.hpp"

namespace conformance {
namespace {

constexpr Word type(ObjectType value) {
    return static_cast<Word>(value);
}

Received mutate(Word slot, Word source, Word guard) {
    return request(own::cnode, Method::cnode_mutate, {slot, word_bits, source, word_bits, guard},
                   {own::cnode});
}
Received rotate(Word slot, Word badge, Word pivot, Word pivot_badge, Word source) {
    return request(own::cnode, Method::cnode_rotate,
                   {slot, word_bits, badge, pivot, word_bits, pivot_badge, source, word_bits},
                   {own::cnode, own::cnode});
}

Received cancel_sends(Word slot) {
    return request(own::cnode, Method::cnode_cancel_badged_sends, {slot, word_bits});
}

/// A CNode of 16 slots whose capability has a guard of 4 bits of value 5.
CapIndex guarded_node() {
    const CapIndex plain = make(ObjectType::cnode, 4);
    return minted(plain, Rights::all(), Word{5} << 6 | 4);
}

/// Two levels: `outer` (16 slots, no guard) holds in slot 3 a CNode of 4 slots with guard 5/4.
struct TwoLevels {
    CapIndex outer = make(ObjectType::cnode, 4);
    CapIndex inner = make(ObjectType::cnode, 2);
    static constexpr Word depth = 4 + 4 + 2;

    TwoLevels() {
        succeed("mint the inner CNode",
                mint({outer, 4}, 3, self, inner, Rights::all(), Word{5} << 6 | 4));
    }
    static constexpr Word path(Word slot) { return 3 << 6 | 5 << 2 | slot; }
};

constexpr Test tests[] = {
    {"cnode: an empty slot has type null", [] { expect("type", identify(slots())[0], 0u); }},
    {"cnode: identify tells type, rights and badge",
     [] {
         const CapIndex endpoint = make_endpoint();
         const CapIndex badged = minted(endpoint, Rights::call(), 77);
         const Received answer = identify(badged);
         succeed("identify", answer);
         expect("type", answer[0], type(ObjectType::endpoint));
         expect("rights", answer[1], Rights::call().bits);
         expect("badge", answer[2], 77u);
     }},
    {"cnode: a copy names the same object",
     [] {
         const CapIndex original = make_frame();
         const CapIndex other = copied(original);
         expect("address", request(other, Method::frame_address)[0],
                request(original, Method::frame_address)[0]);
     }},
    {"cnode: a copy has the rights that both masks allow",
     [] {
         const CapIndex endpoint = make_endpoint();
         const CapIndex sender = copied(endpoint, Rights::write_only());
         expect("rights", identify(sender)[1], Rights::write_bit);
         const CapIndex nothing = copied(sender, Rights::read_only());
         expect("rights", identify(nothing)[1], 0u);
         const CapIndex again = copied(sender, Rights::all());
         expect("rights", identify(again)[1], Rights::write_bit);
     }},
    {"cnode: copy, mint and move into an occupied slot are slot_occupied",
     [] {
         const CapIndex endpoint = make_endpoint();
         const CapIndex other = make_endpoint();
         expect_error("copy", copy(self, other, self, endpoint), Error::slot_occupied);
         expect_error("mint", mint(self, other, self, endpoint, Rights::all(), 1),
                      Error::slot_occupied);
         expect_error("move", move(self, other, self, endpoint), Error::slot_occupied);
         expect_error("mutate", mutate(other, endpoint, 0), Error::slot_occupied);
     }},
    {"cnode: copy, mint and move of an empty slot are slot_empty",
     [] {
         const CapIndex empty = slots(), target = slots();
         expect_error("copy", copy(self, target, self, empty), Error::slot_empty);
         expect_error("mint", mint(self, target, self, empty, Rights::all(), 1), Error::slot_empty);
         expect_error("move", move(self, target, self, empty), Error::slot_empty);
         expect_error("mutate", mutate(target, empty, 0), Error::slot_empty);
     }},
    {"cnode: a badge is set once",
     [] {
         const CapIndex badged = minted(make_endpoint(), Rights::all(), 5);
         expect_error("mint again", mint(self, slots(), self, badged, Rights::all(), 6),
                      Error::illegal_operation);
         expect("badge of a copy", identify(copied(badged))[2], 5u);
     }},
    {"cnode: a Notification's badge is set by mint",
     [] {
         const CapIndex badged = minted(make_notification(), Rights::all(), 8);
         expect("badge", identify(badged)[2], 8u);
     }},
    {"cnode: move takes rights and badge along and empties the source",
     [] {
         const CapIndex badged = minted(make_endpoint(), Rights::call(), 9);
         const CapIndex target = slots();
         succeed("move", move(self, target, self, badged));
         expect("badge", identify(target)[2], 9u);
         expect("rights", identify(target)[1], Rights::call().bits);
         require("source empty", is_empty(badged));
     }},
    {"cnode: mutate sets the guard of a CNode and of nothing else",
     [] {
         const CapIndex node = make(ObjectType::cnode, 4);
         const CapIndex target = slots();
         succeed("mutate", mutate(target, node, Word{2} << 6 | 3));
         require("source empty", is_empty(node));
         const CapIndex endpoint = make_endpoint();
         expect_error("of an Endpoint", mutate(slots(), endpoint, 3), Error::illegal_operation);
         require("left alone", !is_empty(endpoint));
     }},
    {"cnode: a guard of more bits than a path has is invalid_argument",
     [] {
         const CapIndex node = make(ObjectType::cnode, 4);
         expect_error("mint", mint(self, slots(), self, node, Rights::all(), word_bits - 3),
                      Error::invalid_argument);
         expect_error("mutate", mutate(slots(), node, word_bits - 3), Error::invalid_argument);
     }},
    {"cnode: rotate moves pivot to destination and source to pivot",
     [] {
         const CapIndex target = slots();
         const CapIndex pivot = minted(make_endpoint(), Rights::all(), 1);
         const CapIndex source = minted(make_endpoint(), Rights::all(), 2);
         succeed("rotate", rotate(target, 0, pivot, 0, source));
         expect("destination", identify(target)[2], 1u);
         expect("pivot", identify(pivot)[2], 2u);
         require("source empty", is_empty(source));
     }},
    {"cnode: rotate with destination equal to source swaps",
     [] {
         const CapIndex a = minted(make_endpoint(), Rights::all(), 1);
         const CapIndex b = minted(make_endpoint(), Rights::all(), 2);
         succeed("rotate", rotate(a, 0, b, 0, a));
         expect("first", identify(a)[2], 2u);
         expect("second", identify(b)[2], 1u);
     }},
    {"cnode: rotate refuses an occupied destination and empty sources",
     [] {
         const CapIndex a = make_endpoint(), b = make_endpoint(), c = make_endpoint();
         expect_error("occupied", rotate(a, 0, b, 0, c), Error::slot_occupied);
         const CapIndex empty = slots(), target = slots();
         expect_error("pivot empty", rotate(target, 0, empty, 0, c), Error::slot_empty);
         expect_error("source empty", rotate(target, 0, c, 0, empty), Error::slot_empty);
         require("nothing moved", !is_empty(c) && is_empty(target));
     }},
    {"cnode: delete empties a slot, and an empty slot again",
     [] {
         const CapIndex endpoint = make_endpoint();
         succeed("delete", remove(self, endpoint));
         require("empty", is_empty(endpoint));
         succeed("delete again", remove(self, endpoint));
     }},
    {"cnode: a depth of 0 or beyond the word is refused",
     [] {
         const CapIndex endpoint = make_endpoint();
         const CapIndex target = slots();
         require("0", copy({own::cnode, 0}, target, self, endpoint).error() != Error::none);
         require("beyond", copy({own::cnode, word_bits + 1}, target, self, endpoint).error() !=
                               Error::none);
         require("source", copy(self, target, {own::cnode, 0}, endpoint).error() != Error::none);
         require("nothing made", is_empty(target));
     }},
    {"cnode: a path through a CNode of two levels finds its slot",
     [] {
         const TwoLevels levels;
         const CapIndex endpoint = make_endpoint();
         succeed("copy",
                 copy({levels.outer, TwoLevels::depth}, TwoLevels::path(2), self, endpoint));
         const Received answer = request(levels.inner, Method::cnode_identify, {2, 2});
         expect("type", answer[0], type(ObjectType::endpoint));
     }},
    {"cnode: a guard that differs is failed_lookup with guard_mismatch",
     [] {
         const TwoLevels levels;
         const CapIndex endpoint = make_endpoint();
         const Received answer =
             copy({levels.outer, TwoLevels::depth}, 3 << 6 | 6 << 2 | 2, self, endpoint);
         expect_error("copy", answer, Error::failed_lookup);
         expect("why", answer[1], LookupFailure::guard_mismatch);
     }},
    {"cnode: an empty slot on the way is failed_lookup with missing_node",
     [] {
         const TwoLevels levels;
         const CapIndex endpoint = make_endpoint();
         const Received answer =
             copy({levels.outer, TwoLevels::depth}, 4 << 6 | 5 << 2 | 2, self, endpoint);
         expect_error("copy", answer, Error::failed_lookup);
         expect("why", answer[1], LookupFailure::missing_node);
     }},
    {"cnode: a path that ends inside a CNode is failed_lookup with depth_mismatch",
     [] {
         const TwoLevels levels;
         const CapIndex endpoint = make_endpoint();
         const Received answer = copy({levels.outer, 9}, 3 << 5 | 5 << 1 | 1, self, endpoint);
         expect_error("copy", answer, Error::failed_lookup);
         expect("why", answer[1], LookupFailure::depth_mismatch);
     }},
    {"cnode: a path through four CNodes finds its slot, one through five is failed_lookup with too_deep",
     [] {
         const CapIndex node = make(ObjectType::cnode, 1);
         succeed("in itself", copy({node, 1}, 0, self, node));
         const CapIndex endpoint = make_endpoint();
         succeed("four", copy({node, 4}, 1, self, endpoint));
         expect("type", request(node, Method::cnode_identify, {1, 1})[0],
                type(ObjectType::endpoint));
         for (const Word depth : {Word{5}, Word{word_bits}}) {
             const Received answer = request(node, Method::cnode_identify, {1, depth});
             expect_error("more", answer, Error::failed_lookup);
             expect("left", answer[0], depth - 4);
             expect("why", answer[1], LookupFailure::too_deep);
         }
     }},
    {"cnode: a thread's capability space may have two levels",
     [] {
         // Both slots of the root hold the domain's own CNode, so the leading bit says nothing.
         const CapIndex root = make(ObjectType::cnode, 1);
         constexpr Word guard = word_bits - own::radix - 1;
         succeed("mint", mint({root, 1}, 0, self, own::cnode, Rights::all(), guard));
         succeed("mint", mint({root, 1}, 1, self, own::cnode, Rights::all(), guard));
         const CapIndex notification = make_notification();
         static CapIndex shared;
         static volatile Word seen;
         shared = notification;
         seen = 0;
         const Worker worker = start(
             [](Word) {
                 const Received got = nb_send(Word{1} << (word_bits - 1) | shared, {});
                 seen = 1 + static_cast<Word>(got.error());
             },
             0, {.resume = false});
         succeed("set space",
                 request(worker.thread, Method::thread_set_space, {0}, {root, own::space}));
         resume(worker.thread);
         expect("signal sent", seen, 1u);
         expect("signal came", nb_wait(notification).kind(), Kind::signal);
     }},
    {"cnode: a copy or mint of an Untyped that has children is has_children",
     [] {
         make_endpoint();
         expect_error("copy", copy(self, slots(), self, own::untyped), Error::has_children);
         expect_error("mint", mint(self, slots(), self, own::untyped, Rights::all(), 0),
                      Error::has_children);
     }},
    {"cnode: an unknown method is invalid_method",
     [] {
         const Received answer =
             system_call(Syscall::call, own::cnode, Tag(0x0277, 2), {slots(), word_bits});
         expect_error("call", answer, Error::invalid_method);
     }},
    {"cnode: a method of another type is refused",
     [] {
         const Received answer = request(make_frame(), Method::cnode_delete, {slots(), word_bits});
         expect_error("call", answer, Error::invalid_method);
     }},
    {"cnode: too few words or capabilities are truncated_message",
     [] {
         const CapIndex endpoint = make_endpoint();
         expect_error("words", request(own::cnode, Method::cnode_delete, {endpoint}),
                      Error::truncated_message);
         expect_error("capabilities",
                      request(own::cnode, Method::cnode_copy,
                              {slots(), word_bits, endpoint, word_bits, 15}),
                      Error::truncated_message);
         require("nothing deleted", !is_empty(endpoint));
     }},
    {"cnode: the source root must be a CNode",
     [] {
         const CapIndex endpoint = make_endpoint();
         const Received answer = request(own::cnode, Method::cnode_copy,
                                         {slots(), word_bits, endpoint, word_bits, 15}, {endpoint});
         require("refused", answer.error() != Error::none);
     }},
    {"cnode: revoke and cancel_badged_sends of an empty slot are slot_empty",
     [] {
         const CapIndex empty = slots();
         expect_error("revoke", revoke(self, empty), Error::slot_empty);
         expect_error("cancel", cancel_sends(empty), Error::slot_empty);
     }},
    {"cnode: cancel_badged_sends of what has no badge is illegal_operation",
     [] {
         expect_error("no badge", cancel_sends(make_endpoint()), Error::illegal_operation);
         expect_error("no Endpoint", cancel_sends(minted(make_notification(), Rights::all(), 1)),
                      Error::illegal_operation);
     }},
    {"cnode: rotate refuses a pivot that is source or destination, and badges of what is no CNode",
     [] {
         const CapIndex pivot = make_endpoint();
         const CapIndex source = make_endpoint();
         const CapIndex free = slots();
         expect_error("source", rotate(free, 0, pivot, 0, pivot), Error::illegal_operation);
         expect_error("destination", rotate(pivot, 0, pivot, 0, source), Error::illegal_operation);
         expect_error("badge of the pivot", rotate(free, 5, pivot, 0, source),
                      Error::illegal_operation);
         expect_error("badge of the source", rotate(free, 0, pivot, 5, source),
                      Error::illegal_operation);
         require("nothing moved", is_empty(free));
         const CapIndex node = make(ObjectType::cnode, 4);
         expect_error("guard", rotate(free, word_bits, node, 0, source), Error::invalid_argument);
     }},
    {"cnode: IrqControl and PageTables are not copied",
     [] {
         const CapIndex free = slots();
         expect_error("table", copy(self, free, self, make(ObjectType::page_table)),
                      Error::illegal_operation);
         expect_error("control", copy(self, free, self, own::irq_control),
                      Error::illegal_operation);
         require("nothing is there", is_empty(free));
     }},
    {"method: a capability that is missing or of a wrong type is named by its number",
     [] {
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         const auto set_space = [&](CapIndex node, CapIndex space) {
             return request(worker.thread, Method::thread_set_space, {guard_word(own::radix)},
                            {node, space});
         };
         const CapIndex endpoint = make_endpoint();
         Received answer = set_space(endpoint, own::space);
         expect_error("first", answer, Error::invalid_capability);
         expect("number", answer[0], 0u);
         answer = set_space(own::cnode, endpoint);
         expect_error("second", answer, Error::invalid_capability);
         expect("number", answer[0], 1u);
         answer = set_space(own::cnode, slots());
         expect_error("empty", answer, Error::invalid_capability);
         expect("number", answer[0], 1u);
         succeed("both right", set_space(own::cnode, own::space));
     }},
    {"method: a misaligned IPC buffer tells the bits that must be 0",
     [] {
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         const Received answer = request(worker.thread, Method::thread_set_ipc_buffer,
                                         {place::buffers + 4096 + 8}, {worker.buffer_frame});
         expect_error("misaligned", answer, Error::misaligned);
         expect("bits", Word{1} << answer[0], sizeof(IpcBuffer));
     }},
    {"cnode: a guarded capability finds slots with its guard only",
     [] {
         const CapIndex node = guarded_node();
         const CapIndex endpoint = make_endpoint();
         succeed("with", copy({node, 8}, 5 << 4 | 7, self, endpoint));
         expect_error("without", copy({node, 8}, 4 << 4 | 8, self, endpoint), Error::failed_lookup);
     }},
};

} // namespace

constinit const Chapter capability_space_chapter = chapter("capability spaces", tests);

} // namespace conformance
