// SPDX-License-Identifier: BSD-2-Clause
// The small systems that are gone through exhaustively.
#include "explore.hpp"

namespace model {

namespace {

using enum Method;

bool is_full(const System& system, Name node, Word index) {
    return system.find(node + slot_bytes * index) != nullptr;
}

Name root_node(const System& system) {
    return system.find(system.own_slot(system.current, System::cspace)) == nullptr
               ? 0
               : system.find(system.own_slot(system.current, System::cspace))->object;
}

void add(std::vector<Step>& to, const std::vector<Step>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

// Four slots and two Untypeds.
constexpr Word arena = 8, arena_slots = 4, untyped_one = 12, untyped_two = 13;

std::vector<Step> capability_moves(const System& system) {
    const Name node = root_node(system);
    std::vector<Step> moves;
    Word free = 0;
    // One empty slot is like another.
    for (Word slot = arena + arena_slots; slot-- > arena;)
        if (!is_full(system, node, slot))
            free = slot;
    const auto at = [&](Word slot) { return system.find(node + slot_bytes * slot); };
    for (const Word untyped : {untyped_one, untyped_two}) {
        if (free != 0) {
            moves.push_back(retype(ObjectType::untyped, 7, free, 1, untyped));
            moves.push_back(retype(ObjectType::cnode, 1, free, 1, untyped));
            moves.push_back(retype(ObjectType::endpoint, 0, free, 1, untyped));
        }
        moves.push_back(invoke(cnode_revoke, slot_cnode, {untyped, word_bits}));
    }
    for (Word slot = arena; slot < arena + arena_slots; ++slot) {
        const Capability* capability = at(slot);
        if (capability == nullptr)
            continue;
        moves.push_back(invoke(cnode_delete, slot_cnode, {slot, word_bits}));
        moves.push_back(invoke(cnode_revoke, slot_cnode, {slot, word_bits}));
        for (Word other = slot + 1; other < arena + arena_slots; ++other)
            if (at(other) != nullptr)
                moves.push_back(invoke(
                    cnode_rotate, slot_cnode,
                    {slot, word_bits, 0, other, word_bits, 0, slot, word_bits},
                    {slot_cnode, slot_cnode}));
        if (free != 0) {
            moves.push_back(invoke(cnode_copy, slot_cnode, {free, word_bits, slot, word_bits, 7},
                                   {slot_cnode}));
            moves.push_back(
                invoke(cnode_mint, slot_cnode,
                       {free, word_bits, slot, word_bits, 15,
                        capability->type == ObjectType::cnode ? Word{63} : Word{5}},
                       {slot_cnode}));
            if (capability->type == ObjectType::untyped)
                moves.push_back(retype(ObjectType::cnode, 1, free, 1, slot));
        }
        if (capability->type != ObjectType::cnode)
            continue;
        // Into it, itself too, and out of it.
        for (Word inner = 0; inner < 2; ++inner) {
            if (is_full(system, capability->object, inner)) {
                moves.push_back(invoke(cnode_delete, slot, {inner, 1}));
                if (free != 0)
                    moves.push_back(invoke(cnode_move, slot_cnode,
                                           {free, word_bits, inner, 1}, {slot}));
                continue;
            }
            for (Word other = arena; other < arena + arena_slots; ++other)
                if (at(other) != nullptr)
                    moves.push_back(invoke(cnode_move, slot, {inner, 1, other, word_bits},
                                           {slot_cnode}));
        }
    }
    return moves;
}

// Threads of the other scopes, and what they use.
constexpr Word thread_a = 8, thread_b = 9, thread_c = 10, context_a = 11, context_b = 12,
               endpoint_one = 14, endpoint_two = 15, reply_a = 16, reply_b = 17,
               notification = 19;

std::vector<Step> objects() {
    return {invoke(thread_set_priority, slot_thread, {110, 255}, {slot_thread}),
            retype(ObjectType::thread, 0, thread_a, 3),
            retype(ObjectType::sched_context, 8, context_a, 3),
            retype(ObjectType::endpoint, 0, endpoint_one),
            retype(ObjectType::reply, 0, reply_a, 3),
            retype(ObjectType::notification, 0, notification)};
}

/// The first thread runs when nobody else does.
Step step_back() {
    return invoke(thread_set_priority, slot_thread, {90, 255}, {slot_thread});
}

Word own_reply(const System& system) {
    const Name node = root_node(system);
    for (Word i = 0; i < 3; ++i) {
        const Capability* thread = system.find(node + slot_bytes * (thread_a + i));
        if (thread != nullptr && thread->object == system.current)
            return reply_a + i;
    }
    return reply_a;
}

/// Death, suspension and revocation of each party.
void add_interventions(const System& system, std::vector<Step>& moves) {
    const Name node = root_node(system);
    for (const Word thread : {thread_a, thread_b, thread_c}) {
        if (!is_full(system, node, thread))
            continue;
        const Name name = system.find(node + slot_bytes * thread)->object;
        moves.push_back(invoke(system.threads.at(name).suspended ? thread_resume : thread_suspend,
                               thread));
        moves.push_back(invoke(cnode_delete, slot_cnode, {thread, word_bits}));
    }
    for (const Word reply : {reply_a, reply_b})
        if (is_full(system, node, reply))
            moves.push_back(invoke(cnode_delete, slot_cnode, {reply, word_bits}));
}

std::vector<Step> ipc_moves(const System& system) {
    const Name node = root_node(system);
    std::vector<Step> moves;
    if (node == 0)
        return moves;
    const Word reply = own_reply(system);
    moves.push_back({.form = Syscall::yield});
    add_interventions(system, moves);
    if (is_full(system, node, notification)) {
        moves.push_back(form(Syscall::nb_send, notification));
        moves.push_back(form(Syscall::wait, notification));
    }
    for (const Word answered : {reply_a, reply_b})
        if (is_full(system, node, answered))
            moves.push_back(form(Syscall::nb_send, answered));
    if (is_full(system, node, endpoint_two)) {
        moves.push_back(form(Syscall::send, endpoint_two));
        moves.push_back(form(Syscall::call, endpoint_two));
        moves.push_back(
            invoke(cnode_cancel_badged_sends, slot_cnode, {endpoint_two, word_bits}));
    }
    if (is_full(system, node, endpoint_one)) {
        moves.push_back(form(Syscall::call, endpoint_one));
        moves.push_back(form(Syscall::nb_send, endpoint_one));
        moves.push_back(form(Syscall::recv, endpoint_one, reply));
        moves.push_back(form(Syscall::nb_recv, endpoint_one, reply));
        moves.push_back(form(Syscall::reply_recv, endpoint_one, reply));
        moves.push_back(form(Syscall::wait, endpoint_one));
        moves.push_back(invoke(cnode_revoke, slot_cnode, {endpoint_one, word_bits}));
        moves.push_back(invoke(cnode_delete, slot_cnode, {endpoint_one, word_bits}));
    }
    return moves;
}

std::vector<Step> lending_moves(const System& system) {
    const Name node = root_node(system);
    std::vector<Step> moves;
    if (node == 0)
        return moves;
    moves.push_back({.form = Syscall::yield});
    add_interventions(system, moves);
    for (Word i = 0; i < 2; ++i) {
        moves.push_back(form(Syscall::call, endpoint_one + i));
        if (!is_full(system, node, reply_a + i))
            continue;
        moves.push_back(form(Syscall::reply_recv, endpoint_one + i, reply_a + i));
        moves.push_back(form(Syscall::nb_send, reply_a + i));
    }
    // The first one of the chain with the second Reply: a server that goes on to another one.
    moves.push_back(form(Syscall::recv, endpoint_one, reply_b));
    if (is_full(system, node, context_a)) {
        moves.push_back(invoke(sched_context_unbind, context_a));
        moves.push_back(invoke(cnode_delete, slot_cnode, {context_a, word_bits}));
    }
    for (const Word thread : {thread_a, thread_b, thread_c})
        if (is_full(system, node, thread) && is_full(system, node, context_b))
            moves.push_back(invoke(sched_context_bind, context_b, {}, {thread}));
    return moves;
}

std::vector<Step> time_moves(const System& system) {
    const Name node = root_node(system);
    std::vector<Step> moves;
    if (node == 0)
        return moves;
    for (const Ticks time : {Ticks{7}, Ticks{20}, Ticks{45}})
        moves.push_back({.kind = Step::Kind::pass_time, .time = time});
    moves.push_back({.form = Syscall::yield});
    moves.push_back(form(Syscall::wait, notification));
    moves.push_back(form(Syscall::nb_send, notification));
    for (const Word thread : {thread_a, thread_b})
        for (const Word priority : {Word{99}, Word{100}, Word{101}})
            moves.push_back(invoke(thread_set_priority, thread, {priority, 255}, {slot_thread}));
    for (const Word context : {context_a, context_b}) {
        moves.push_back(invoke(sched_context_unbind, context));
        moves.push_back(invoke(sched_context_yield_to, context));
    }
    moves.push_back(invoke(sched_context_bind, context_a, {}, {thread_a}));
    moves.push_back(invoke(sched_control_configure, slot_control, {50, 0, 50, 0, 0, 1},
                           {context_b}));
    moves.push_back(invoke(sched_control_configure, slot_control, {30, 0, 90, 0, 1, 1},
                           {context_a}));
    return moves;
}

} // namespace

Scope capability_scope() {
    Scope scope{"capabilities", {.radix = 4, .untyped_bits = 10}, {}, capability_moves, 5, 6};
    scope.opening = {retype(ObjectType::untyped, 8, untyped_one, 2)};
    return scope;
}

Scope ipc_scope() {
    Scope scope{"ipc", {.radix = 5, .untyped_bits = 13}, objects(), ipc_moves, 4, 6};
    scope.opening.push_back(invoke(cnode_mint, slot_cnode,
                                   {endpoint_two, word_bits, endpoint_one, word_bits, 15, 3},
                                   {slot_cnode}));
    for (Word i = 0; i < 3; ++i)
        add(scope.opening, ready_thread(thread_a + i, 100, context_a + i));
    scope.opening.push_back(
        invoke(thread_bind_notification, thread_a, {}, {notification}));
    for (Word i = 0; i < 3; ++i)
        scope.opening.push_back(invoke(thread_resume, thread_a + i));
    scope.opening.push_back(step_back());
    return scope;
}

/// A calls B, which calls C; B and C have no time of their own.
Scope lending_scope() {
    Scope scope{"lending", {.radix = 5, .untyped_bits = 13}, objects(), lending_moves, 5, 7};
    scope.opening.push_back(retype(ObjectType::endpoint, 0, endpoint_two));
    for (Word i = 1; i < 3; ++i) {
        add(scope.opening, ready_thread(thread_a + i, 120, context_a + i));
        scope.opening.push_back(invoke(thread_resume, thread_a + i));
        scope.opening.push_back(form(Syscall::recv, endpoint_one + i - 1, reply_a + i - 1));
        scope.opening.push_back(invoke(sched_context_unbind, context_a + i));
        scope.opening.push_back(
            invoke(thread_set_priority, thread_a + i, {100, 255}, {slot_thread}));
    }
    add(scope.opening, ready_thread(thread_a, 100, context_a));
    scope.opening.push_back(invoke(thread_resume, thread_a));
    scope.opening.push_back(step_back());
    return scope;
}

Scope time_scope() {
    Scope scope{"time", {.radix = 5, .untyped_bits = 13}, objects(), time_moves, 5, 6};
    add(scope.opening, ready_thread(thread_a, 101, context_a, 30, 100));
    add(scope.opening, ready_thread(thread_b, 100, context_b, 40, 80));
    scope.opening.push_back(
        invoke(thread_set_timeout_handler, thread_a, {}, {endpoint_one}));
    scope.opening.push_back(invoke(thread_resume, thread_a));
    scope.opening.push_back(invoke(thread_resume, thread_b));
    scope.opening.push_back(invoke(thread_set_priority, slot_thread, {100, 255}, {slot_thread}));
    return scope;
}

} // namespace model
