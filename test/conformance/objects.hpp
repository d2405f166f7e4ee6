// SPDX-License-Identifier: BSD-2-Clause
// Methods of kernel objects as one-liners, for the harness and the tests.
#pragma once

#include "message.hpp"

namespace conformance {

constexpr Word guard_word(unsigned radix) {
    return word_bits - radix; // guard 0, so that small numbers are paths
}

/// A CNode as its own methods see it: the capability and the depth of its indices.
struct Node {
    CapIndex root;
    Word depth;
};

inline Received copy(Node to, Word slot, Node from, Word source, Rights rights = Rights::all()) {
    return request(to.root, Method::cnode_copy, {slot, to.depth, source, from.depth, rights.bits},
                  {from.root});
}
inline Received mint(Node to, Word slot, Node from, Word source, Rights rights, Word badge) {
    return request(to.root, Method::cnode_mint,
                  {slot, to.depth, source, from.depth, rights.bits, badge}, {from.root});
}
inline Received move(Node to, Word slot, Node from, Word source) {
    return request(to.root, Method::cnode_move, {slot, to.depth, source, from.depth}, {from.root});
}
inline Received remove(Node node, Word slot) {
    return request(node.root, Method::cnode_delete, {slot, node.depth});
}
inline Received revoke(Node node, Word slot) {
    return request(node.root, Method::cnode_revoke, {slot, node.depth});
}

/// Into `count` slots of the CNode `node` from number `slot` on.
inline Received retype(CapIndex untyped, ObjectType type, Word size_bits, CapIndex node, Word slot,
                       Word count = 1) {
    return request(untyped, Method::untyped_retype,
                  {static_cast<Word>(type), size_bits, 0, 0, slot, count}, {node});
}

inline Received configure_time(CapIndex control, CapIndex context, uint64_t budget, uint64_t period,
                               Word badge = 0, Word extra_refills = 0) {
    const auto low = [](uint64_t value) { return static_cast<Word>(value & 0xffffffff); };
    const auto high = [](uint64_t value) { return static_cast<Word>(value >> 32); };
    return request(control, Method::sched_control_configure,
                  {low(budget), high(budget), low(period), high(period), extra_refills, badge},
                  {context});
}

inline Received map_frame(CapIndex frame, CapIndex space, Word address, Rights rights,
                          Word attributes = 0) {
    return request(frame, Method::frame_map, {address, rights.bits, attributes}, {space});
}

} // namespace conformance
