// SPDX-License-Identifier: BSD-2-Clause
// Steps that are likely to mean something.
#include "generator.hpp"

namespace model {

namespace {

constexpr Word all_rights = Rights::all().bits;

Step call(Method method, Word path, std::vector<Word> words, std::vector<Word> sent = {}) {
    Step step;
    step.path = path;
    step.label = static_cast<Word>(method);
    step.words = std::move(words);
    step.capabilities = std::move(sent);
    return step;
}

Word number(ObjectType type) {
    return static_cast<Word>(type);
}

/// What the model does not know: time partitions, debug registers, caches.
bool is_beyond(Word label) {
    switch (static_cast<Method>(label)) {
    case Method::sched_control_set_partition:
    case Method::sched_control_set_schedule:
    case Method::thread_set_breakpoint:
    case Method::thread_get_breakpoint:
    case Method::thread_set_single_step:
    case Method::frame_cache:
        return true;
    default:
        return false;
    }
}

/// Addresses at which tables and frames meet.
constexpr Word places[] = {0,        0x1000,     0x2000,     0x3000,    0x10000, 0x20000, 0x1000,
                           0x200000, 0x40000000, 0x40200000, 0x40201000};

} // namespace

std::vector<Step> opening(Choices& choices, const Mix& mix) {
    std::vector<Step> steps;
    Word next = first_free;
    const auto make = [&](ObjectType type, Word size_bits, Word count) {
        steps.push_back(call(Method::untyped_retype, slot_untyped,
                             {number(type), size_bits, 0, 0, next, count}, {slot_cnode}));
        next += count;
        return next - count;
    };
    constexpr unsigned threads = 3;
    const Word thread = make(ObjectType::thread, 0, threads);
    const Word context = make(ObjectType::sched_context, 8, threads);
    const Word buffer = make(ObjectType::frame, 12, threads);
    const Word endpoint = make(ObjectType::endpoint, 0, 2);
    const Word notification = make(ObjectType::notification, 0, 2);
    const Word reply = make(ObjectType::reply, 0, 3);
    const Word space = make(ObjectType::vspace, 0, 1);
    const Word tables = make(ObjectType::page_table, 0, 4);
    make(ObjectType::frame, 12, 2);
    for (Word i = 0; i < 3 && mix.spaces > 0; ++i)
        steps.push_back(call(Method::page_table_map, tables + i, {0}, {space}));
    if (!choices.once_in(8)) // the fastpaths that save whole frames take no space without a root
        steps.push_back(call(Method::page_table_map, tables + 3, {0}, {slot_space}));
    make(ObjectType::cnode, 2, 1);
    make(ObjectType::untyped, choices.below(3) + 8, 2);
    for (unsigned i = 0; i < threads; ++i) {
        steps.push_back(call(Method::thread_configure, thread + i, {0, 0, 0x400},
                             {slot_cnode, slot_space, buffer + i}));
        steps.push_back(call(Method::thread_set_priority, thread + i,
                             {99 + choices.below(3), 200}, {slot_thread}));
        steps.push_back(call(Method::thread_set_fault_handler, thread + i, {},
                             choices.once_in(3) ? std::vector<Word>{}
                                                : std::vector<Word>{endpoint + 1}));
        const Word budget = mix.clock ? 50 + choices.below(1000) : 1'000'000;
        const Word period = mix.clock && choices.once_in(2) ? budget + choices.below(2000) : budget;
        steps.push_back(call(Method::sched_control_configure, slot_control,
                             {budget, 0, period, 0, choices.below(3), i}, {context + i}));
        const bool serves = choices.once_in(3);
        if (serves)
            steps.push_back(call(Method::thread_set_priority, thread + i, {103, 200},
                                 {slot_thread}));
        if (serves || !choices.once_in(4))
            steps.push_back(
                call(Method::sched_context_bind, context + i, {}, {thread + i}));
        steps.push_back(call(Method::thread_resume, thread + i, {}));
        if (!serves)
            continue;
        // It runs now, and waits: from then on it needs no context of its own.
        Step wait;
        wait.form = Syscall::recv;
        wait.path = endpoint + choices.below(2);
        wait.reply = reply + i;
        steps.push_back(wait);
        steps.push_back(call(Method::sched_context_unbind, context + i, {}));
        if (choices.once_in(2))
            continue;
        steps.push_back(call(Method::thread_bind_notification, thread + i, {},
                             {notification + i % 2}));
        steps.push_back(call(Method::sched_context_bind, context + i, {},
                             {notification + i % 2}));
    }
    return steps;
}

Word Generator::any_path() {
    const Capability* root = model_.find(model_.own_slot(model_.current, System::cspace));
    const unsigned bits = root == nullptr ? 6 : root->size_bits;
    return choices_.once_in(40) ? choices_.word() : choices_.below(1u << (bits > 8 ? 8 : bits));
}

Word Generator::path_of(std::initializer_list<ObjectType> types) {
    const Capability* root = model_.find(model_.own_slot(model_.current, System::cspace));
    if (root == nullptr || choices_.once_in(30))
        return any_path();
    // Names of a CNode's slots lie together.
    const auto begin = model_.slots.lower_bound(root->object);
    const auto end = model_.slots.lower_bound(root->object + (Name{slot_bytes} << root->size_bits));
    std::vector<Word> found;
    for (auto slot = begin; slot != end; ++slot)
        for (const ObjectType type : types)
            if (slot->second.type == type)
                found.push_back((slot->first - root->object) / slot_bytes);
    if (found.empty())
        return any_path();
    const Word guard = root->size_bits < word_bits ? root->badge >> 6 << root->size_bits : 0;
    return guard | found[choices_.below(static_cast<unsigned>(found.size()))];
}

Word Generator::full_path() {
    using enum ObjectType;
    return path_of({untyped, cnode, thread, endpoint, notification, reply, sched_context, vspace,
                    page_table, frame});
}

Word Generator::free_path() {
    for (unsigned tries = 0; tries < 6; ++tries) {
        const Word path = any_path();
        try {
            const Name root = model_.own_slot(model_.current, System::cspace);
            if (model_.find(model_.lookup(model_.find(root), path, word_bits)) == nullptr)
                return path;
        } catch (const Refused&) {
            continue;
        }
    }
    return any_path();
}

Word Generator::depth() {
    if (!choices_.once_in(20))
        return word_bits;
    return choices_.one_of<Word>({0, 1, 2, 6, 58, 63, 65, (Word{1} << 32) | 64});
}

/// What keeps the game going dies rarely.
Word Generator::victim() {
    const Word path = full_path();
    return path < first_free && !choices_.once_in(200) ? free_path() : path;
}

void Generator::method(Step& step, Method method, Word path, std::vector<Word> words,
                       std::vector<Word> sent) {
    const Step made = call(method, path, std::move(words), std::move(sent));
    step.path = made.path;
    step.label = made.label;
    step.words = made.words;
    step.capabilities = made.capabilities;
    if (!choices_.once_in(60))
        return;
    switch (choices_.below(3)) { // a call that is wrong
    case 0:
        step.label ^= 1u << choices_.below(4);
        if (is_beyond(step.label))
            step.label = 0xff;
        break;
    case 1:
        if (!step.words.empty())
            step.words.pop_back();
        break;
    default: step.form = choices_.one_of({Syscall::send, Syscall::nb_send}); break;
    }
}

void Generator::message(Step& step) {
    step.label = choices_.below(3);
    const unsigned length = choices_.once_in(12) ? choices_.below(128) : choices_.below(6);
    for (unsigned i = 0; i < length; ++i)
        step.words.push_back(choices_.below(1000));
    if (choices_.once_in(4))
        for (unsigned i = choices_.below(4); i > 0; --i)
            step.capabilities.push_back(full_path());
    if (choices_.once_in(60))
        step.tag_kind = 1 + choices_.below(3);
}

void Generator::ipc(Step& step) {
    using enum ObjectType;
    // Who is the last one does not wait.
    const bool alone = model_.ready.empty() && !choices_.once_in(16);
    step.form = alone ? choices_.one_of({Syscall::nb_send, Syscall::nb_recv, Syscall::nb_wait})
                      : static_cast<Syscall>(choices_.below(cobnut::syscall_count));
    if (step.form == Syscall::yield && !choices_.once_in(4))
        step.form = Syscall::call;
    const bool receives = step.form != Syscall::call && step.form != Syscall::send &&
                          step.form != Syscall::nb_send;
    if (receives)
        step.path = path_of({choices_.one_of({endpoint, endpoint, notification})});
    else
        step.path = path_of({choices_.one_of({endpoint, endpoint, endpoint, notification, reply})});
    step.second = path_of({choices_.one_of({endpoint, notification, reply})});
    step.reply = path_of({reply});
    message(step);
    if (choices_.once_in(3))
        step.receive = {choices_.once_in(12) ? any_path() : slot_cnode, free_path(), depth()};
}

void Generator::capabilities(Step& step) {
    using enum ObjectType;
    const Word node = choices_.once_in(6) ? path_of({cnode}) : slot_cnode;
    switch (choices_.below(16)) {
    case 0:
    case 1:
        return method(step, Method::cnode_copy, node,
                      {free_path(), depth(), full_path(), depth(),
                       choices_.once_in(3) ? choices_.below(16) : all_rights},
                      {slot_cnode});
    case 2:
    case 3:
    case 4:
        return method(step, Method::cnode_mint, node,
                      {free_path(), depth(),
                       path_of({choices_.one_of({endpoint, endpoint, notification, cnode})}),
                       depth(), choices_.once_in(2) ? choices_.below(16) : all_rights,
                       choices_.once_in(8) ? choices_.word() >> choices_.below(64)
                                           : choices_.below(8)},
                      {slot_cnode});
    case 5:
        return method(step, Method::cnode_move, node,
                      {free_path(), depth(), victim(), depth()}, {slot_cnode});
    case 6:
        return method(step, Method::cnode_mutate, node,
                      {free_path(), depth(), choices_.once_in(2) ? path_of({cnode}) : victim(),
                       depth(), choices_.one_of<Word>({0, 57, 60, 62, 58})},
                      {slot_cnode});
    case 7: {
        const Word from = victim();
        return method(step, Method::cnode_rotate, slot_cnode,
                      {choices_.once_in(2) ? from : free_path(), depth(),
                       choices_.once_in(10) ? 57u : 0u, victim(), depth(),
                       choices_.once_in(10) ? 58u : 0u, from, depth()},
                      {slot_cnode, slot_cnode});
    }
    case 8:
    case 9:
    case 10:
        return method(step, Method::cnode_delete, node, {victim(), depth()});
    case 11:
        return method(step, Method::cnode_revoke, slot_cnode, {victim(), depth()});
    case 12:
        return choices_.once_in(2)
                   ? method(step, Method::cnode_cancel_badged_sends, slot_cnode,
                            {path_of({endpoint}), depth()})
                   : method(step, Method::untyped_query, path_of({untyped}), {});
    case 13:
        return method(step, Method::cnode_identify, node, {any_path(), depth()});
    default: {
        const auto type = choices_.one_of({untyped, cnode, thread, endpoint, endpoint,
                                           notification, reply, sched_context, vspace, page_table,
                                           frame, frame, null, sched_control});
        const Word size = type == frame           ? choices_.one_of<Word>({12, 12, 12, 16, 13})
                          : type == untyped       ? 4 + choices_.below(12)
                          : type == cnode         ? choices_.below(4)
                          : type == sched_context ? 7 + choices_.below(3)
                          : choices_.once_in(30)  ? choices_.below(64)
                                                  : 0;
        const bool deep = choices_.once_in(8);
        return method(step, Method::untyped_retype, path_of({untyped}),
                      {number(type), size, deep ? path_of({cnode}) : 0, deep ? depth() : 0,
                       deep ? choices_.below(5) : free_path(),
                       choices_.once_in(30) ? choices_.below(300) : 1 + choices_.below(3)},
                      {slot_cnode});
    }
    }
}

void Generator::threads(Step& step) {
    using enum ObjectType;
    const Word thread_path = path_of({thread});
    const auto maybe = [&](ObjectType type) {
        return choices_.once_in(4) ? std::vector<Word>{} : std::vector<Word>{path_of({type})};
    };
    switch (choices_.below(17)) {
    case 0:
        return model_.ready.empty() ? rescue(step)
                                    : method(step, Method::thread_suspend, thread_path, {});
    case 1:
    case 2:
    case 3:
    case 4:
        return method(step, Method::thread_resume, thread_path, {});
    case 5:
    case 6:
        return method(step, Method::thread_set_priority, thread_path,
                      {98 + choices_.below(5), choices_.one_of<Word>({200, 255, 101})},
                      {path_of({thread})});
    case 7:
        return method(step, Method::thread_set_space, thread_path,
                      {choices_.once_in(10) ? 57u : 0u},
                      {choices_.once_in(10) ? path_of({cnode}) : slot_cnode, path_of({vspace})});
    case 8:
        return method(step, Method::thread_configure, thread_path,
                      {0, choices_.one_of<Word>({0, 0, 2, 1, 9}),
                       choices_.one_of<Word>({0, 0x400, 0x800, 0x10})},
                      {choices_.once_in(10) ? path_of({cnode}) : slot_cnode, path_of({vspace}),
                       path_of({frame})});
    case 9:
        return method(step, Method::thread_set_ipc_buffer, thread_path,
                      {choices_.one_of<Word>({0, 0x400, 0x1000, 0x20})}, maybe(frame));
    case 10:
        return method(step, Method::thread_set_fault_handler, thread_path, {}, maybe(endpoint));
    case 11:
        return method(step, Method::thread_set_timeout_handler, thread_path, {}, maybe(endpoint));
    case 12:
        return method(step, Method::thread_bind_notification, thread_path, {},
                      {path_of({notification})});
    case 13:
        return method(step, Method::thread_unbind_notification, thread_path, {});
    case 14:
        if (choices_.once_in(2))
            return method(step, Method::thread_write_registers, thread_path,
                          {choices_.below(2), choices_.below(5), choices_.below(4),
                           choices_.below(100), choices_.below(100), choices_.below(100)});
        return method(step, Method::thread_read_registers, thread_path,
                      {choices_.below(2), choices_.below(5), choices_.below(5)});
    case 15:
        if (choices_.once_in(2))
            return method(step, Method::thread_set_flags, thread_path,
                          {choices_.below(8), choices_.one_of<Word>({0, 2, 2, 1, 8})});
        return method(step, Method::thread_copy_registers, thread_path,
                      {choices_.below(2), choices_.below(2)}, {path_of({thread})});
    default:
        return method(step, Method::thread_info, thread_path, {});
    }
}

void Generator::time(Step& step) {
    using enum ObjectType;
    const Word context = path_of({sched_context});
    switch (choices_.below(8)) {
    case 0:
    case 1:
        return method(step, Method::sched_context_bind, context, {},
                      {path_of({choices_.one_of({thread, thread, notification})})});
    case 2:
        return model_.ready.empty() ? rescue(step)
                                    : method(step, Method::sched_context_unbind, context, {});
    case 3:
        return method(step, Method::sched_context_consumed, context, {});
    case 4:
        return method(step, Method::sched_context_yield_to, context, {});
    case 5: {
        const Word budget =
            mix_.clock ? choices_.one_of<Word>({9, 10, 11, 40, 200}) + choices_.below(300)
                       : 1'000'000;
        const Word period =
            mix_.clock && choices_.once_in(2) ? budget + choices_.below(1000) : budget;
        std::vector<Word> words = {budget, 0, period, 0, choices_.below(8), choices_.below(50)};
        if (choices_.once_in(3))
            words.push_back(choices_.below(3));
        return method(step, Method::sched_control_configure, slot_control, words, {context});
    }
    case 6:
        step.form = Syscall::yield;
        return;
    default:
        step.kind = Step::Kind::pass_time;
        step.time = mix_.clock ? choices_.below(400) : 0;
        return;
    }
}

void Generator::spaces(Step& step) {
    using enum ObjectType;
    const Word place = choices_.once_in(30)
                           ? choices_.one_of<Word>({Word{1} << 38, (Word{1} << 38) - 4096, 8})
                           : places[choices_.below(sizeof(places) / sizeof(places[0]))];
    switch (choices_.below(9)) {
    case 0:
    case 1:
        return method(step, Method::page_table_map, path_of({page_table}), {place},
                      {path_of({vspace})});
    case 2:
        return method(step, Method::page_table_unmap, path_of({page_table}), {});
    case 3:
    case 4:
    case 5:
        return method(step, Method::frame_map, path_of({frame}),
                      {place, choices_.one_of<Word>({3, 3, 2, 1, 15}),
                       choices_.one_of<Word>({0, 0, 4, 1, 2, 6, 3, 8})},
                      {path_of({vspace})});
    case 6:
        return method(step, Method::frame_unmap, path_of({frame}), {});
    case 7:
        return method(step, Method::frame_set_rights, path_of({frame}),
                      {choices_.one_of<Word>({3, 2, 1}), choices_.one_of<Word>({0, 4, 4, 1})});
    default:
        return method(step, Method::frame_address, path_of({frame}), {});
    }
}

/// Whom the only one that still runs may help.
void Generator::rescue(Step& step) {
    using enum ObjectType;
    switch (choices_.below(5)) {
    case 0:
        return method(step, Method::thread_resume, path_of({thread}), {});
    case 1:
        step.form = Syscall::nb_recv;
        break;
    case 2:
        return method(step, Method::sched_context_bind, path_of({sched_context}), {},
                      {path_of({thread})});
    default:
        step.form = Syscall::nb_send;
        break;
    }
    step.path = step.form == Syscall::nb_recv ? path_of({endpoint})
                                              : path_of({endpoint, notification, reply, reply});
    step.reply = path_of({reply});
    message(step);
}

/// The call would stop the only thread that runs.
bool Generator::is_capability_fault(const Step& step) const {
    if (step.kind != Step::Kind::call || step.form == Syscall::yield)
        return false;
    try {
        const Name slot = model_.lookup_capability(model_.current, step.path);
        const ObjectType type = model_.slots.at(slot).type;
        return step.form == Syscall::call && type == ObjectType::endpoint;
    } catch (const Refused&) {
        return true;
    }
}

Step Generator::next() {
    Step step;
    if (mix_.clock)
        step.time = choices_.once_in(20) ? choices_.below(300) : choices_.below(3);
    if (mix_.preemption && choices_.once_in(3))
        step.preempt_every = 1 + choices_.below(3);
    const bool alone = model_.ready.empty();
    if (alone && choices_.once_in(4)) {
        rescue(step);
        return step;
    }
    unsigned sum = mix_.ipc + mix_.capabilities + mix_.threads + mix_.time + mix_.spaces +
                   mix_.faults;
    unsigned choice = choices_.below(sum);
    const auto is = [&](unsigned share) {
        if (choice < share)
            return true;
        choice -= share;
        return false;
    };
    if (is(mix_.ipc))
        ipc(step);
    else if (is(mix_.capabilities))
        capabilities(step);
    else if (is(mix_.threads))
        threads(step);
    else if (is(mix_.time))
        time(step);
    else if (is(mix_.spaces))
        spaces(step);
    else if (alone) {
        rescue(step);
    } else {
        step.kind = Step::Kind::fault;
        step.path = choices_.below(1000);
        step.label = choices_.below(2);
    }
    if (alone && !choices_.once_in(16) && is_capability_fault(step))
        step.form = Syscall::nb_send;
    return step;
}

} // namespace model
