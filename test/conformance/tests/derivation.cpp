// SPDX-License-Identifier: BSD-2-Clause
// The derivation tree: who is whose child, and what revoke and delete leave.
#include "chapters.hpp"

namespace conformance {
namespace {

void send_once(Word endpoint) {
    local().argument = static_cast<Word>(send(endpoint, Tag(0, 0)).error());
}

/// A program that derives from one slot of a CNode into the next free one, without end; from another
/// slot when that is empty.
struct Deriver {
    static constexpr unsigned radix = 12;
    static constexpr Word mask = (Word{1} << radix) - 1;
    CapIndex node = 0;
    Word source = 0, target = 0;
    volatile bool stop = false;
    volatile Word made = 0, refused = 0;

    void run() {
        while (!stop) {
            const Error error =
                request(node, Method::cnode_copy, {target, radix, source, radix, 15}, {node})
                    .error();
            if (error == Error::slot_empty)
                source = (source + 1) & mask;
            else
                target = (target + 1) & mask;
            made = made + (error == Error::none ? 1 : 0);
            refused = refused + (error == Error::busy ? 1 : 0);
        }
    }
};
Deriver deriver;

constexpr Test tests[] = {
    {"derivation: revoke ends against a program of higher priority that derives below it",
     [] {
         constexpr unsigned radix = Deriver::radix;
         constexpr Word count = 2000;
         const CapIndex node = make(ObjectType::cnode, radix);
         const CapIndex origin = make_endpoint();
         const CapIndex revoked = copied(origin);
         for (Word index = 0; index < count; ++index)
             succeed("copy", copy({node, radix}, index, self, revoked));
         deriver.node = node;
         deriver.target = count;
         // It has nearly all the time, and makes more in it than the revoke deletes in the rest.
         const Worker worker = start([](Word) { deriver.run(); }, 0,
                                     {.budget = 280, .period = 300});
         require("derived before", deriver.made > 0);
         succeed("revoke", revoke(self, revoked));
         deriver.stop = true;
         note("made, refused", deriver.made, deriver.refused);
         require("refused meanwhile", deriver.refused > 0);
         for (Word index = 0; index < Word{1} << radix; ++index)
             expect("gone", request(node, Method::cnode_identify, {index, radix})[0], 0u);
         succeed("derive again", copy({node, radix}, 0, self, revoked));
         succeed("suspend", suspend(worker.thread));
     }},
    {"derivation: revoke deletes exactly the descendants",
     [] {
         const CapIndex origin = make_endpoint();
         const CapIndex child = copied(origin), grandchild = copied(child);
         const CapIndex sibling = copied(origin), nephew = copied(sibling);
         succeed("revoke", revoke(self, child));
         require("grandchild gone", is_empty(grandchild));
         require("child stays", !is_empty(child));
         require("origin stays", !is_empty(origin));
         require("sibling stays", !is_empty(sibling) && !is_empty(nephew));
         succeed("revoke", revoke(self, origin));
         require("all gone", is_empty(child) && is_empty(sibling) && is_empty(nephew));
         require("origin stays", !is_empty(origin));
     }},
    {"derivation: a deleted capability hands its children to its parent",
     [] {
         const CapIndex origin = make_endpoint();
         const CapIndex child = copied(origin), grandchild = copied(child), other = copied(child);
         succeed("delete", remove(self, child));
         require("grandchildren stay", !is_empty(grandchild) && !is_empty(other));
         succeed("revoke", revoke(self, grandchild));
         require("not each other's", !is_empty(other));
         succeed("revoke", revoke(self, origin));
         require("grandchildren gone", is_empty(grandchild) && is_empty(other));
     }},
    {"derivation: a moved capability keeps parent and children",
     [] {
         const CapIndex origin = make_endpoint();
         const CapIndex child = copied(origin), grandchild = copied(child);
         const CapIndex target = slots();
         succeed("move", move(self, target, self, child));
         succeed("revoke", revoke(self, target));
         require("child of the moved", is_empty(grandchild));
         succeed("revoke", revoke(self, origin));
         require("child of the origin", is_empty(target));
     }},
    {"derivation: a mint without a badge change is a child too",
     [] {
         const CapIndex origin = make_endpoint();
         const CapIndex badged = minted(origin, Rights::all(), 3);
         const CapIndex copy_of_badged = copied(badged);
         succeed("revoke", revoke(self, badged));
         require("gone", is_empty(copy_of_badged));
         require("stays", !is_empty(badged));
     }},
    {"derivation: a chain of 200 copies is revoked",
     [] {
         const CapIndex origin = make_endpoint();
         const CapIndex first = slots(200);
         for (unsigned index = 0; index < 200; ++index)
             succeed("copy",
                     copy(self, first + index, self, index == 0 ? origin : first + index - 1));
         succeed("revoke", revoke(self, origin));
         for (unsigned index = 0; index < 200; ++index)
             require("gone", is_empty(first + index));
     }},
    {"derivation: 300 children of one capability are revoked",
     [] {
         const CapIndex origin = make_endpoint();
         const CapIndex first = slots(300);
         for (unsigned index = 0; index < 300; ++index)
             succeed("copy", copy(self, first + index, self, origin));
         succeed("revoke", revoke(self, origin));
         for (unsigned index = 0; index < 300; ++index)
             require("gone", is_empty(first + index));
     }},
    {"derivation: a chain of 4000 copies, each of the one before, is revoked from its middle",
     [] {
         const CapIndex node = make(ObjectType::cnode, 12);
         const Node there{node, 12};
         succeed("first", copy(there, 0, self, make_endpoint()));
         for (Word index = 1; index < 4000; ++index)
             succeed("copy", copy(there, index, there, index - 1));
         succeed("revoke", revoke(there, 1999));
         for (Word index = 0; index < 4000; ++index) {
             const Received got = request(node, Method::cnode_identify, {index, 12});
             expect("left", got[0], index < 2000 ? ObjectType::endpoint : ObjectType::null);
         }
     }},
    {"derivation: 4000 copies of one capability are revoked and their slots used again",
     [] {
         const CapIndex node = make(ObjectType::cnode, 12);
         const Node there{node, 12};
         const CapIndex origin = make_endpoint();
         for (unsigned round = 0; round < 2; ++round) {
             for (Word index = 0; index < 4000; ++index)
                 succeed("copy", copy(there, index, self, origin));
             succeed("revoke", revoke(self, origin));
             for (Word index = 0; index < 4000; index += 7)
                 expect("gone", request(node, Method::cnode_identify, {index, 12})[0],
                        ObjectType::null);
         }
         require("the origin stays", !is_empty(origin));
     }},
    {"derivation: random copies, moves and deletes leave each capability with its ancestors alone",
     [] {
         // A plain model beside it: the parent of each slot, by number; -1: none, -2: empty.
         constexpr unsigned count = 24;
         static int parent[count];
         const CapIndex first = slots(count);
         Random random(static_cast<uint32_t>(seed_or(1701)));
         for (int& entry : parent)
             entry = -2;
         succeed("origin", copy(self, first, self, make_endpoint()));
         parent[0] = -1;
         const auto leave = [](unsigned gone) { // its children go to its parent
             for (int& entry : parent)
                 if (entry == static_cast<int>(gone))
                     entry = parent[gone];
             parent[gone] = -2;
         };
         for (Word turn = 0; turn < 3000 * handover.effort; ++turn) {
             const unsigned from = random.next() % count, to = random.next() % count;
             if (parent[from] == -2)
                 continue;
             switch (random.next() % 5) {
             case 0: case 1:
                 expect("copy", copy(self, first + to, self, first + from).error() == Error::none,
                        parent[to] == -2);
                 if (parent[to] == -2)
                     parent[to] = static_cast<int>(from);
                 break;
             case 2:
                 expect("move", move(self, first + to, self, first + from).error() == Error::none,
                        parent[to] == -2);
                 if (parent[to] == -2) {
                     for (int& entry : parent)
                         if (entry == static_cast<int>(from))
                             entry = static_cast<int>(to);
                     parent[to] = parent[from];
                     parent[from] = -2;
                 }
                 break;
             case 3:
                 if (parent[from] == -1)
                     break; // what is derived from the harness's own stays
                 succeed("delete", remove(self, first + from));
                 leave(from);
                 break;
             default:
                 if (random.next() % 8 != 0)
                     break;
                 succeed("revoke", revoke(self, first + from));
                 for (bool again = true; again;) {
                     again = false;
                     for (unsigned slot = 0; slot < count; ++slot)
                         if (parent[slot] >= 0 && (parent[slot] == static_cast<int>(from) ||
                                                   parent[parent[slot]] == -2)) {
                             parent[slot] = -2;
                             again = true;
                         }
                 }
                 break;
             }
             for (unsigned slot = 0; slot < count; ++slot)
                 expect("as in the model", is_empty(first + slot), parent[slot] == -2);
         }
     }},
    {"derivation: deleting every second of a chain leaves the rest revocable",
     [] {
         const CapIndex origin = make_endpoint();
         const CapIndex first = slots(100);
         for (unsigned index = 0; index < 100; ++index)
             succeed("copy",
                     copy(self, first + index, self, index == 0 ? origin : first + index - 1));
         for (unsigned index = 0; index < 100; index += 2)
             succeed("delete", remove(self, first + index));
         succeed("revoke", revoke(self, first + 49));
         require("above stays", !is_empty(first + 47) && !is_empty(first + 49));
         require("below gone", is_empty(first + 51) && is_empty(first + 99));
         succeed("revoke", revoke(self, origin));
         require("all gone", is_empty(first + 1) && is_empty(first + 49));
     }},
    {"derivation: revoke of an Untyped destroys what was made of it and frees its memory",
     [] {
         const CapIndex part = make(ObjectType::untyped, 16);
         const CapIndex made = slots(4);
         succeed("retype", retype(part, ObjectType::endpoint, 0, own::cnode, made, 2));
         succeed("retype", retype(part, ObjectType::frame, 12, own::cnode, made + 2));
         const CapIndex derived = copied(made);
         succeed("revoke", revoke(self, part));
         require("gone", is_empty(made) && is_empty(made + 1) && is_empty(made + 2));
         require("copies too", is_empty(derived));
         succeed("all memory again", retype(part, ObjectType::untyped, 16, own::cnode, made));
     }},
    {"derivation: revoke of a Thread's memory leaves nothing of what the Thread held",
     [] {
         const CapIndex part = make(ObjectType::untyped, 13);
         const CapIndex made = slots(3);
         succeed("retype", retype(part, ObjectType::thread, 0, own::cnode, made, 2));
         succeed("retype", retype(part, ObjectType::cnode, 2, own::cnode, made + 2));
         for (unsigned index = 0; index < 2; ++index)
             succeed("set space", request(made + index, Method::thread_set_space,
                                          {guard_word(own::radix)}, {own::cnode, own::space}));
         succeed("a thread into the CNode", move({made + 2, 2}, 0, self, made + 1));
         succeed("revoke", revoke(self, part));
         for (unsigned index = 0; index < 3; ++index)
             require("empty", is_empty(made + index));
     }},
    {"derivation: the last capability's delete destroys the Endpoint under its waiters",
     [] {
         const CapIndex endpoint = make_endpoint();
         const Worker worker = start(send_once, endpoint);
         succeed("delete", remove(self, endpoint));
         yield();
         require("woken", worker.local->argument == static_cast<Word>(Error::canceled));
     }},
    {"derivation: an Endpoint lives while a copy of its capability does",
     [] {
         const CapIndex endpoint = make_endpoint();
         const CapIndex other = copied(endpoint);
         const Worker worker = start(send_once, endpoint);
         succeed("delete", remove(self, endpoint));
         expect("still queued", worker.local->argument, endpoint);
         expect("received", recv(other, make_reply()).kind(), Kind::message);
     }},
    {"derivation: a CNode that holds itself is destroyed with its last outer capability",
     [] {
         const CapIndex part = make(ObjectType::untyped, 16);
         const CapIndex node = slots();
         succeed("retype", retype(part, ObjectType::cnode, 4, own::cnode, node));
         const CapIndex inside = copied(node);
         succeed("move it into itself", move({node, 4}, 3, self, inside));
         succeed("delete", remove(self, node));
         succeed("revoke", revoke(self, part));
         succeed("all memory again", retype(part, ObjectType::untyped, 16, own::cnode, slots()));
     }},
    {"derivation: two CNodes that hold each other are revoked",
     [] {
         const CapIndex part = make(ObjectType::untyped, 16);
         const CapIndex one = slots(2), other = one + 1;
         succeed("retype", retype(part, ObjectType::cnode, 3, own::cnode, one, 2));
         succeed("one in other", copy({other, 3}, 1, self, one));
         succeed("other in one", copy({one, 3}, 1, self, other));
         succeed("revoke", revoke(self, part));
         require("gone", is_empty(one) && is_empty(other));
         succeed("all memory again", retype(part, ObjectType::untyped, 16, own::cnode, slots()));
     }},
    {"derivation: a chain of CNodes inside one another is destroyed",
     [] {
         const CapIndex part = make(ObjectType::untyped, 18);
         constexpr unsigned depth = 100;
         const CapIndex first = slots(depth);
         succeed("retype", retype(part, ObjectType::cnode, 1, own::cnode, first, depth));
         // The last into the one before it, and so on: only the first is left outside.
         for (unsigned index = depth - 1; index > 0; --index)
             succeed("move", move({first + index - 1, 1}, 1, self, first + index));
         succeed("delete", remove(self, first));
         succeed("revoke", revoke(self, part));
         succeed("all memory again", retype(part, ObjectType::untyped, 18, own::cnode, slots()));
     }},
    {"derivation: a large CNode full of capabilities is deleted",
     [] {
         const CapIndex part = make(ObjectType::untyped, 18);
         const CapIndex node = slots();
         succeed("retype", retype(part, ObjectType::cnode, 12, own::cnode, node));
         const CapIndex endpoint = make_endpoint();
         for (unsigned index = 0; index < 1000; ++index)
             succeed("copy", copy({node, 12}, index * 4, self, endpoint));
         succeed("delete", remove(self, node));
         const CapIndex copy_of = copied(endpoint);
         succeed("revoke", revoke(self, endpoint));
         require("only descendants", is_empty(copy_of) && !is_empty(endpoint));
     }},
    {"derivation: cancel_badged_sends ends the sends with this badge alone",
     [] {
         const CapIndex endpoint = make_endpoint();
         const CapIndex one = minted(endpoint, Rights::all(), 1);
         const CapIndex two = minted(endpoint, Rights::all(), 2);
         const Worker first = start(send_once, one), second = start(send_once, two);
         const Worker third = start(send_once, one);
         succeed("cancel",
                 request(own::cnode, Method::cnode_cancel_badged_sends, {one, word_bits}));
         yield();
         expect("first", first.local->argument, Error::canceled);
         expect("third", third.local->argument, Error::canceled);
         expect("second waits", second.local->argument, two);
         expect("received", recv(endpoint, make_reply()).badge, 2u);
     }},
    {"derivation: revoke of a badged capability leaves the Endpoint and its waiters",
     [] {
         const CapIndex endpoint = make_endpoint();
         const CapIndex badged = minted(endpoint, Rights::all(), 1);
         const CapIndex below = copied(badged);
         const Worker worker = start(send_once, below);
         succeed("revoke", revoke(self, badged));
         require("gone", is_empty(below));
         expect("still queued", worker.local->argument, below);
     }},
    {"derivation: revoke and delete of a thread stop it for good",
     [] {
         static volatile Word count;
         count = 0;
         const Worker worker = start(
             [](Word) {
                 for (;;) {
                     count = count + 1;
                     yield();
                 }
             },
             0, {.priority = main_priority});
         for (unsigned index = 0; index < 10; ++index)
             yield();
         require("it ran", count > 0);
         succeed("delete", remove(self, worker.thread));
         const Word before = count;
         for (unsigned index = 0; index < 10; ++index)
             yield();
         expect("stopped", count, before);
     }},
};

} // namespace

constinit const Chapter derivation_chapter = chapter("derivation", tests);

} // namespace conformance
