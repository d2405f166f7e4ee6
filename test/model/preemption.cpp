// SPDX-License-Identifier: BSD-2-Clause
// Long operations, preempted at each look for an interrupt, with every other operation of another
// thread in between. Kernel and invariants only: in the model nothing is ever half done.
#include "explore.hpp"
#include "snapshot.hpp"

#include <arch/memory.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/object/thread.hpp>
#include <generic/sched/scheduler.hpp>

#include <cstring>
#include <optional>
#include <stdexcept>
#include <unordered_map>

namespace model {

namespace {

using enum Method;

constexpr Layout layout{.radix = 6, .untyped_bits = 17};
constexpr Word other_thread = 8, other_context = 9, other_frame = 10; // who comes in between
constexpr Word endpoint = 11, badged = 12, node = 13, small_untyped = 14, inner_node = 15,
               inner_endpoint = 16, reply = 17, notification = 18, space = 19, table = 20,
               frame = 21, sender = 22, packed = 40, deep = 41, sleeper = 42, more_badged = 44,
               context = 47;
constexpr Word senders = 18;
constexpr Word first_unused = 48, unused = 16;

std::vector<Step> opening() {
    std::vector<Step> steps = {
        retype(ObjectType::thread, 0, other_thread),
        retype(ObjectType::sched_context, 8, other_context),
        retype(ObjectType::sched_context, 8, context),
        retype(ObjectType::frame, 12, other_frame),
        retype(ObjectType::endpoint, 0, endpoint),
        retype(ObjectType::cnode, 3, node),
        retype(ObjectType::untyped, 13, small_untyped),
        retype(ObjectType::reply, 0, reply),
        retype(ObjectType::notification, 0, notification),
        retype(ObjectType::vspace, 0, space),
        retype(ObjectType::page_table, 0, table),
        retype(ObjectType::frame, 12, frame),
        retype(ObjectType::thread, 0, sender, senders),
        retype(ObjectType::cnode, 5, packed),
        retype(ObjectType::cnode, 2, deep),
        retype(ObjectType::thread, 0, sleeper),
        retype(ObjectType::cnode, 2, inner_node, 1, small_untyped),
        retype(ObjectType::endpoint, 0, inner_endpoint, 1, small_untyped),
        invoke(page_table_map, table, {0}, {space}),
    };
    const auto mint = [&](Word from, Word to, Word badge) {
        steps.push_back(invoke(cnode_mint, slot_cnode,
                               {to, word_bits, from, word_bits, 15, badge}, {slot_cnode}));
    };
    const auto put = [&](Word into, Word index, Word depth, Word from) {
        steps.push_back(invoke(cnode_copy, into, {index, depth, from, word_bits, 15},
                               {slot_cnode}));
    };
    const auto move = [&](Word into, Word index, Word depth, Word from) {
        steps.push_back(invoke(cnode_move, into, {index, depth, from, word_bits}, {slot_cnode}));
    };
    mint(inner_endpoint, badged, 3);
    steps.push_back(invoke(cnode_delete, slot_cnode, {inner_endpoint, word_bits}));
    mint(endpoint, more_badged, 4);
    // A node that holds itself, a thread and others; another one that holds only itself.
    put(node, 0, 3, endpoint);
    put(node, 1, 3, node);
    put(node, 2, 3, sender);
    put(inner_node, 1, 2, node);
    move(inner_node, 0, 2, inner_node);
    // One with the last capabilities of another one and of a thread.
    put(deep, 1, 2, endpoint);
    move(packed, 20, 5, deep);
    const std::vector<Step> sleeps = ready_thread(sleeper, 100, 0);
    steps.insert(steps.end(), sleeps.begin(), sleeps.end());
    move(packed, 3, 5, sleeper);
    put(packed, 31, 5, endpoint);
    // They run one after the other and wait to send.
    for (Word i = 0; i < senders; ++i) {
        std::vector<Step> ready = ready_thread(sender + i, 120, i == 0 ? context : 0);
        steps.insert(steps.end(), ready.begin(), ready.end());
        if (i != 0)
            steps.push_back(invoke(sched_context_bind, context, {}, {sender + i}));
        steps.push_back(invoke(thread_resume, sender + i));
        steps.push_back(form(Syscall::send, badged));
        steps.push_back(invoke(sched_context_unbind, context));
    }
    const std::vector<Step> other = {
        invoke(thread_configure, other_thread, {0, 0, 0x400},
               {slot_cnode, slot_space, other_frame}),
        invoke(thread_set_priority, other_thread, {80, 255}, {slot_thread}),
        invoke(sched_control_configure, slot_control, {1'000'000, 0, 1'000'000, 0, 0, 0},
               {other_context}),
        invoke(sched_context_bind, other_context, {}, {other_thread}),
        invoke(thread_resume, other_thread),
    };
    steps.insert(steps.end(), other.begin(), other.end());
    return steps;
}

/// What is preempted.
std::vector<Step> long_operations() {
    return {
        invoke(cnode_revoke, slot_cnode, {small_untyped, word_bits}),
        invoke(cnode_delete, slot_cnode, {packed, word_bits}),
        invoke(cnode_delete, slot_cnode, {badged, word_bits}),
        invoke(cnode_revoke, slot_cnode, {endpoint, word_bits}),
        invoke(cnode_revoke, slot_cnode, {slot_untyped, word_bits}),
        invoke(cnode_delete, slot_cnode, {sender + 1, word_bits}),
        invoke(cnode_cancel_badged_sends, slot_cnode, {badged, word_bits}),
        retype(ObjectType::frame, 12, first_unused, 5),
        retype(ObjectType::endpoint, 0, first_unused, 11),
        retype(ObjectType::cnode, 8, first_unused, 2),
        retype(ObjectType::endpoint, 0, first_unused, 9, small_untyped),
    };
}

/// What another thread does meanwhile.
std::vector<Step> short_operations() {
    std::vector<Step> steps;
    constexpr Word last = first_unused + unused - 1;
    for (const Word slot : {slot_untyped, slot_thread, slot_context, other_thread, other_context,
                            endpoint, badged, node, small_untyped, packed, reply,
                            sender, sender + 1, more_badged, first_unused, first_unused + 3}) {
        steps.push_back(invoke(cnode_delete, slot_cnode, {slot, word_bits}));
        steps.push_back(invoke(cnode_revoke, slot_cnode, {slot, word_bits}));
        steps.push_back(invoke(cnode_copy, slot_cnode, {last, word_bits, slot, word_bits, 15},
                               {slot_cnode}));
        steps.push_back(invoke(cnode_move, slot_cnode, {last, word_bits, slot, word_bits},
                               {slot_cnode}));
        steps.push_back(
            invoke(cnode_rotate, slot_cnode,
                   {slot, word_bits, 0, table, word_bits, 0, slot, word_bits},
                   {slot_cnode, slot_cnode}));
    }
    for (const Word untyped : {slot_untyped, small_untyped}) {
        steps.push_back(retype(ObjectType::endpoint, 0, first_unused + 5, 1, untyped));
        steps.push_back(retype(ObjectType::frame, 12, last, 1, untyped));
    }
    for (const Word thread : {slot_thread, sender, sender + 9}) {
        steps.push_back(invoke(thread_suspend, thread));
        steps.push_back(invoke(thread_resume, thread));
        steps.push_back(invoke(thread_set_priority, thread, {70, 255}, {slot_thread}));
        steps.push_back(invoke(thread_set_priority, thread, {130, 255}, {slot_thread}));
        steps.push_back(invoke(thread_write_registers, thread, {0, 0, 1, 0x1000}));
        steps.push_back(invoke(thread_set_space, thread, {0}, {slot_cnode, space}));
        steps.push_back(invoke(thread_set_ipc_buffer, thread, {0x400}, {frame}));
        steps.push_back(invoke(thread_set_fault_handler, thread, {}, {badged}));
        steps.push_back(invoke(thread_set_fault_handler, thread, {}, {endpoint}));
    }
    for (const Syscall number : {Syscall::send, Syscall::call, Syscall::nb_send, Syscall::recv,
                                 Syscall::nb_recv, Syscall::wait})
        for (const Word path : {badged, endpoint, more_badged})
            steps.push_back(form(number, path, reply));
    steps.push_back(invoke(cnode_cancel_badged_sends, slot_cnode, {badged, word_bits}));
    steps.push_back(invoke(sched_context_unbind, slot_context));
    steps.push_back(invoke(sched_context_unbind, other_context));
    steps.push_back(invoke(page_table_map, table, {0x40000000}, {space}));
    steps.push_back(invoke(frame_map, frame, {0x1000, 3, 0}, {slot_space}));
    steps.push_back({.form = Syscall::yield});
    return steps;
}

class Preemptions {
public:
    explicit Preemptions(bool twice)
        : twice_(twice), pair_(layout), others_(short_operations()) {}

    Explored run(Progress& progress) {
        for (const Step& step : opening())
            if (std::string text = pair_.step(step); !text.empty())
                return {0, 0, "in the opening:\n" + text};
        progress_ = &progress;
        caller_ = pair_.cpu().current;
        other_ = thread_at(other_thread);
        begin_.emplace(pair_, false);
        for (Step step : long_operations()) {
            seen_.clear();
            begin_->restore(pair_);
            pair_.prepare(step, false);
            try {
                go_through(step, twice_ ? 2 : 1);
            } catch (const std::runtime_error& broken) {
                result_.failure = broken.what() +
                                  print_case(layout, {step});
            }
            if (seen_.empty())
                result_.failure = "never preempted:\n" +
                                  print_case(layout, {step});
            result_.states += seen_.size();
            if (!result_.failure.empty())
                break;
        }
        return result_;
    }

private:
    kernel::Thread* thread_at(Word path) {
        return kernel::lookup_capability(pair_.cpu().current->cspace_slot, path)
            .value()
            ->pointer<kernel::Thread>();
    }

    bool preempted(const Step& step) {
        arch::host::machine.polls = 0;
        ++result_.steps;
        progress_->say({result_.states + seen_.size(), result_.steps, {}});
        return !pair_.enter_kernel(step);
    }

    void let_run(kernel::Thread& thread, unsigned priority) {
        try {
            kernel::sched::set_priority(pair_.cpu(), thread, priority);
            kernel::sched::leave(pair_.cpu());
        } catch (const arch::host::Left& left) {
            left.thread->gate &= ~kernel::Gate::full_frame;
        } catch (const arch::host::NothingToDo&) {
        }
    }

    /// False: from this state on so many preemptions were tried before.
    bool is_new(unsigned preemptions) {
        const auto [place, fresh] =
            seen_.try_emplace(begin_->difference(pair_), static_cast<uint8_t>(preemptions));
        if (!fresh && place->second >= preemptions)
            return false;
        place->second = static_cast<uint8_t>(preemptions);
        return true;
    }

    /// The caller makes its call, or goes on with it, preempted at each point, at which are that
    /// many preemptions to come; without any to the end.
    void go_through(Step step, unsigned preemptions) {
        const Snapshot here(pair_, false);
        for (unsigned point = preemptions != 0 ? 1 : 0;; ++point) {
            here.restore(pair_);
            step.preempt_every = point;
            if (!preempted(step)) {
                require_invariants(pair_.cpu());
                check_result(step);
                return;
            }
            if (is_new(preemptions - 1))
                go_between(step, preemptions - 1);
            if (!result_.failure.empty())
                return;
        }
    }

    /// The long operation is preempted: each of the others, then it goes on.
    void go_between(const Step& step, unsigned preemptions) {
        let_run(*other_, 200);
        if (pair_.cpu().current != other_)
            return; // it has died in an earlier part of the game
        const Snapshot here(pair_, false);
        for (const Step& other : others_) {
            here.restore(pair_);
            pair_.prepare(other, false);
            ++result_.steps;
            try {
                (void)pair_.enter_kernel(other);
                require_invariants(pair_.cpu());
                if (pair_.cpu().current == other_) {
                    forget_message();
                    let_run(*other_, 80);
                }
                // It goes on, if it still can and nobody has written its registers.
                if (pair_.cpu().current == caller_ && caller_->repeats != 0 &&
                    is_new(preemptions))
                    go_through(step, preemptions);
            } catch (const std::runtime_error& broken) {
                return fail(step, other, broken.what());
            }
            if (!result_.failure.empty()) {
                result_.failure += print_case(layout, {other});
                return;
            }
        }
    }

    /// What the other one got does not matter to anybody: states that differ in it are one.
    void forget_message() {
        auto& registers = other_->registers;
        registers.a0 = registers.a1 = registers.reply_path = registers.second = 0;
        for (Word& word : registers.words)
            word = 0;
        if (other_->buffer != nullptr)
            std::memset(other_->buffer, 0, sizeof(cobnut::IpcBuffer));
    }

    /// A revoke that has ended well has left nothing.
    void check_result(const Step& step) {
        const cobnut::Tag tag{caller_->registers.tag()};
        if (step.label != static_cast<Word>(cnode_revoke) || tag.kind() != Kind::message ||
            pair_.cpu().current != caller_)
            return;
        const auto slot = kernel::lookup_capability(caller_->cspace_slot, step.words[0]);
        if (slot.ok() && kernel::derivation::has_children(*slot.value()))
            throw std::runtime_error("  a revoke has ended and left children\n");
    }

    void fail(const Step& step, const Step& other, const std::string& text) {
        result_.failure = text + "preempted at point " + std::to_string(step.preempt_every) +
                          ":\n" + print_case(layout, {step, other});
    }

    bool twice_;
    Pair pair_;
    std::vector<Step> others_;
    std::optional<Snapshot> begin_;
    kernel::Thread* caller_ = nullptr;
    kernel::Thread* other_ = nullptr;
    std::unordered_map<uint64_t, uint8_t> seen_; ///< How many preemptions were tried from there.
    Progress* progress_ = nullptr;
    Explored result_;
};

} // namespace

Explored explore_preemption(bool twice, Progress& progress) {
    return Preemptions(twice).run(progress);
}

} // namespace model
