// SPDX-License-Identifier: BSD-2-Clause
// What must hold between two kernel entries, for every object that a capability names.
#include "invariants.hpp"

#include <arch/page_format.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/mm/space_registry.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/notification.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/untyped.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/ready_queue.hpp>
#include <generic/sched/release_queue.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace test {

using namespace kernel;

namespace {

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            broken_invariant(#condition);                                                        \
    } while (false)

struct Range {
    uint64_t begin = 0, end = 0;
    bool operator<(const Range& other) const { return begin < other.begin; }
};

constexpr Word thread_zombie = 0xff;

bool is_memory(const Slot& slot) {
    return slot.type() == ObjectType::untyped || slot.type() == ObjectType::frame;
}

uint64_t size_of(const Slot& slot) {
    if (slot.type() == zombie_type)
        return slot.object.rights_byte() == thread_zombie
                   ? uint64_t{1} << thread_size_bits
                   : sizeof(Slot) << slot.object.rights_byte();
    switch (slot.type()) {
    case ObjectType::untyped:
        return uint64_t{1} << slot.untyped_bits();
    case ObjectType::frame:
        return uint64_t{1} << mm::frame_bits(slot.frame_size_index());
    case ObjectType::cnode:
        return sizeof(Slot) << slot.radix();
    case ObjectType::thread:
        return uint64_t{1} << thread_size_bits;
    case ObjectType::endpoint:
        return 1 << cobnut::endpoint_size_bits;
    case ObjectType::notification:
        return 1 << cobnut::notification_size_bits;
    case ObjectType::reply:
        return 1 << cobnut::reply_size_bits;
    case ObjectType::sched_context:
        return sizeof(SchedContext) + slot.badge * sizeof(Refill);
    case ObjectType::vspace:
        return 1 << cobnut::vspace_size_bits;
    case ObjectType::page_table:
        return 4096;
    default:
        return 0;
    }
}

Range range_of(const Slot& slot) {
    const uint64_t size = size_of(slot);
    if (size == 0)
        return {};
    const uint64_t begin = is_memory(slot) ? slot.memory().raw()
                                           : arch::to_physical(slot.pointer<void>()).raw();
    return {begin, begin + size};
}

class Checker {
public:
    explicit Checker(Cpu& cpu) : cpu_{cpu} {}

    void run() {
        settle_fastpath();
        walk_tree();
        check_containers();
        check_memory();
        check_ready_queues();
        check_release_queue();
        check_waiters();
        check_threads();
        check_spaces();
        check_current();
        MUST(kernel_state.scratch->empty());
    }

private:
    // What the fastpaths leave to be written by the next slow entry.
    void settle_fastpath() {
        if (cpu_.current == nullptr)
            return;
        cpu_.current->wait = Wait::nothing;
        cpu_.current->sched_context = cpu_.sched_context;
        cpu_.sched_context->thread = cpu_.current;
    }

    void walk_tree() {
        std::vector<Slot*> todo{kernel_state.root};
        while (!todo.empty()) {
            Slot& node = *todo.back();
            todo.pop_back();
            Slot* before = nullptr;
            for (Slot* child = node.links.child(); child != nullptr;) {
                MUST(!child->empty());
                MUST(slots_.insert(child).second);
                todo.push_back(child);
                if (before != nullptr)
                    MUST(child->links.prev() == before);
                before = child;
                note_object(*child);
                if (child->links.last()) {
                    MUST(child->links.next() == &node);
                    MUST(node.links.child()->links.prev() == child);
                    break;
                }
                child = child->links.next();
            }
            if (node.type() == ObjectType::untyped)
                check_children(node);
        }
    }

    void note_object(const Slot& slot) {
        objects_[slot.type()].insert(slot.pointer<void>());
        if (slot.type() == ObjectType::untyped || size_of(slot) == 0)
            return;
        const Range range = range_of(slot);
        const auto [place, fresh] = ranges_.emplace(range.begin, range.end);
        MUST(fresh || place->second == range.end);
    }

    // Objects of an Untyped lie in its used part.
    void check_children(const Slot& untyped) {
        const Range whole = range_of(untyped);
        for (Slot* child = untyped.links.child(); child != nullptr;
             child = child->links.last() ? nullptr : child->links.next()) {
            const Range range = range_of(*child);
            MUST(range.end != 0);
            MUST(range.begin >= whole.begin);
            MUST(range.end <= whole.end);
            MUST(range.end <= whole.begin + untyped.untyped_used());
        }
    }

    // All capabilities lie in the tree, and empty slots have no place in it.
    void check_slot(const Slot& slot) {
        if (!slot.empty()) {
            MUST(slots_.contains(&slot));
            ++contained_;
            return;
        }
        MUST(slot.links.child() == nullptr);
        MUST(slot.links.next() == nullptr);
        MUST(slot.links.prev() == nullptr);
    }

    void check_containers() {
        std::set<const void*> seen;
        for (const Slot* slot : slots_) {
            const bool zombie = slot->type() == zombie_type;
            const bool dying_thread = zombie && slot->object.rights_byte() == thread_zombie;
            if (slot->type() == ObjectType::cnode || (zombie && !dying_thread)) {
                if (!seen.insert(slot->pointer<void>()).second)
                    continue;
                const Word count = Word{1} << slot->object.rights_byte();
                for (Word i = 0; i < count; ++i)
                    check_slot(slot->pointer<Slot>()[i]);
            } else if (slot->type() == ObjectType::thread || dying_thread) {
                if (!seen.insert(slot->pointer<void>()).second)
                    continue;
                auto& thread = *slot->pointer<Thread>();
                for (Slot* own = &thread.cspace_slot; own <= &thread.timeout_slot; ++own) {
                    MUST(own->links.in_thread());
                    check_slot(*own);
                }
            }
        }
        for (unsigned irq = 0; irq < arch::max_interrupts; ++irq)
            check_slot(kernel_state.irq_slots[irq]);
        const auto check_trace = [&](const auto& state) { // of kernels that have one
            if constexpr (requires { state.frames; })
                for (unsigned i = 0; i < trace::slot_count; ++i)
                    check_slot(state.frames[i]);
        };
        check_trace(cpu_.trace);
        check_slot(*kernel_state.limbo);
        MUST(contained_ == slots_.size());
    }

    // No two objects share memory.
    void check_memory() {
        uint64_t end = 0;
        for (const auto& [first, behind] : ranges_) {
            MUST(first >= end);
            end = behind;
        }
    }

    bool lives(ObjectType type, const void* object) {
        return objects_[type].contains(const_cast<void*>(object));
    }

    void check_ready_queues() {
        for (unsigned partition = 0; partition <= Partitions::nobody; ++partition)
            check_ready_queue(sched::queue_of(cpu_, partition), partition);
        MUST(sched::queue_of(cpu_, Partitions::nobody).summary == 0);
        MUST((cpu_.gate & Gate::priority_mask) == sched::highest_ready(cpu_.ready));
    }

    void check_ready_queue(const ReadyQueue& queue, unsigned partition) {
        for (unsigned priority = 0; priority < cobnut::priority_count; ++priority) {
            Thread* first = queue.first[priority];
            const bool bit = (queue.occupied[priority / 32] >> (priority % 32) & 1) != 0;
            MUST(bit == (first != nullptr));
            Thread* thread = first;
            while (thread != nullptr) {
                MUST(lives(ObjectType::thread, thread));
                MUST(thread->queued == 1);
                MUST(thread->priority() == priority);
                MUST(sched::partition_of(thread->gate) == partition);
                MUST(thread->next->prev == thread);
                MUST(sched::is_willing(*thread));
                const SchedContext* context = sched::context_of(*thread);
                MUST(context != nullptr);
                MUST(context->released == 1);
                MUST(context->budget != 0);
                MUST(ready_.insert(thread).second);
                thread = thread->next == first ? nullptr : thread->next;
            }
        }
        for (unsigned word = 0; word < cobnut::priority_count / 32; ++word)
            MUST(((queue.summary >> word & 1) != 0) == (queue.occupied[word] != 0));
    }

    void check_release_queue() {
        std::vector<SchedContext*> todo;
        if (cpu_.release_root != nullptr)
            todo.push_back(cpu_.release_root);
        std::set<const void*> waiting;
        while (!todo.empty()) {
            SchedContext* context = todo.back();
            todo.pop_back();
            MUST(lives(ObjectType::sched_context, context));
            MUST(context->released == 0);
            MUST(waiting.insert(context).second);
            for (SchedContext* child : {context->left, context->right}) {
                if (child == nullptr)
                    continue;
                MUST(child->parent == context);
                MUST(sched::release_time(*child) >= sched::release_time(*context));
                todo.push_back(child);
            }
        }
        for (void* object : objects_[ObjectType::sched_context]) {
            auto& context = *static_cast<SchedContext*>(object);
            MUST((context.released == 0) == waiting.contains(&context));
            if (context.budget != 0 && context.period != 0)
                MUST(sched::is_constant_bandwidth(context)
                         ? sched::total_refills(context) <= context.budget
                         : sched::total_refills(context) == context.budget);
            if (context.home != nullptr) {
                MUST(lives(ObjectType::thread, context.home));
                MUST(context.home->own_context == &context);
            }
            if (context.thread != nullptr)
                MUST(lives(ObjectType::thread, context.thread));
            if (context.notification != nullptr) {
                MUST(lives(ObjectType::notification, context.notification));
                MUST(context.notification->sched_context == &context);
            }
            for (Reply* reply = context.top; reply != nullptr; reply = reply->prev) {
                MUST(lives(ObjectType::reply, reply));
                MUST(reply->sched_context == &context);
                MUST(reply->caller != nullptr);
            }
        }
    }

    void check_queue(Word head, const void* owner, Word kind) {
        Thread* above = nullptr;
        for (Thread* leader = reinterpret_cast<Thread*>(head & ~Endpoint::state_mask);
             leader != nullptr; leader = leader->lower) {
            MUST(lives(ObjectType::thread, leader));
            MUST(leader->higher == above);
            if (above != nullptr)
                MUST(above->priority() > leader->priority());
            above = leader;
            Thread* thread = leader;
            do {
                MUST(lives(ObjectType::thread, thread));
                MUST(thread->wait == (reinterpret_cast<Word>(owner) | kind));
                MUST(thread->priority() == leader->priority());
                MUST(thread->next->prev == thread);
                MUST(queued_.insert(thread).second);
                thread = thread->next;
            } while (thread != leader);
        }
    }

    void check_waiters() {
        for (void* object : objects_[ObjectType::endpoint]) {
            const auto& endpoint = *static_cast<Endpoint*>(object);
            MUST((endpoint.first() == nullptr) == (endpoint.head == 0));
            check_queue(endpoint.head, object, endpoint.has_senders() ? Wait::send : Wait::receive);
        }
        for (void* object : objects_[ObjectType::notification]) {
            const auto& notification = *static_cast<Notification*>(object);
            check_queue(notification.head, object, Wait::signal);
            if (notification.bound != nullptr) {
                MUST(lives(ObjectType::thread, notification.bound));
                MUST(notification.bound->notification == &notification);
                const bool pending = (notification.bound->gate & Gate::signal_pending) != 0;
                MUST(pending == (notification.active != 0));
                MUST(!pending || notification.bound->reply->path == Reply::no_path);
            }
            if (notification.sched_context != nullptr)
                MUST(notification.sched_context->notification == &notification);
        }
        for (void* object : objects_[ObjectType::reply]) {
            auto& reply = *static_cast<Reply*>(object);
            if (reply.caller != nullptr) {
                MUST(lives(ObjectType::thread, reply.caller));
                MUST(reply.caller->wait == Wait::in(&reply));
            }
            if (reply.server != nullptr) {
                MUST(lives(ObjectType::thread, reply.server));
                MUST(reply.server->reply == &reply);
            }
        }
    }

    void check_threads() {
        for (void* object : objects_[ObjectType::thread]) {
            auto& thread = *static_cast<Thread*>(object);
            const bool current = &thread == cpu_.current;
            MUST((thread.queued != 0) == ready_.contains(&thread));
            MUST(thread.own_context == nullptr || thread.own_context->home == &thread);
            MUST(thread.reply == &kernel_state.no_reply || thread.reply->server == &thread);
            MUST(thread.reply == &kernel_state.no_reply || lives(ObjectType::reply, thread.reply));
            if (current) {
                MUST(thread.queued == 0);
                continue; // what it waits for is void
            }
            switch (thread.wait_kind()) {
            case Wait::receive:
            case Wait::send:
            case Wait::signal:
                MUST(queued_.contains(&thread));
                break;
            case Wait::reply:
                MUST(lives(ObjectType::reply, thread.waits_on<Reply>()));
                MUST(thread.waits_on<Reply>()->caller == &thread);
                break;
            default:
                MUST(!queued_.contains(&thread));
                break;
            }
            // Whoever could run is queued, or waits for its refill.
            const SchedContext* context = sched::context_of(thread);
            if (context != nullptr && context->budget != 0 && sched::is_willing(thread))
                MUST((thread.queued != 0 || context->released == 0));
            if (thread.sched_context != nullptr && &thread != cpu_.current) // also one that it has lent
                MUST(lives(ObjectType::sched_context, thread.sched_context));
            if (thread.cspace_slot.empty() || thread.repeats != Repeat::nothing)
                MUST(thread.node_size == 0);
            if (thread.node_size != 0)
                MUST(thread.node == thread.cspace_slot.pointer<Slot>());
            if (thread.vspace_slot.empty())
                MUST(thread.space == &kernel_state.empty_space);
            else
                MUST(thread.space == thread.vspace_slot.pointer<VSpace>());
        }
    }

    // Every entry of a page table belongs to one living capability that knows of it, and every record whose
    // id lives has its entry.
    void check_spaces() {
        using Format = arch::PageFormat;
        std::map<std::pair<uint64_t, Word>, const Slot*> frames;
        std::set<const Slot*> mapped; // as their records say
        std::map<uint64_t, const Slot*> tables;
        for (const Slot* slot : slots_) {
            if (slot->type() != ObjectType::frame && slot->type() != ObjectType::page_table)
                continue;
            if (space_registry::find(slot->mapping_space()) != nullptr)
                mapped.insert(slot);
            if (slot->type() == ObjectType::frame && mapped.contains(slot))
                MUST(frames.emplace(std::pair{slot->mapping_space(), slot->mapping_address().raw()}, slot).second);
            if (slot->type() == ObjectType::page_table)
                MUST(tables.emplace(arch::to_physical(slot->pointer<void>()).raw(), slot).second);
        }
        std::set<uint64_t> used;
        const std::vector<const VSpace*> holders = identifier_holders();
        for (void* object : objects_[ObjectType::vspace]) {
            auto& space = *static_cast<VSpace*>(object);
            MUST(space_registry::find(space.id) == (space.has_root() ? &space : nullptr));
            const auto holder = std::find(holders.begin(), holders.end(), &space);
            MUST((holder != holders.end()) == (space.asid != arch::asid_none && space.asid != 0));
            if (!space.has_root())
                continue;
            struct Table {
                PhysAddr address;
                unsigned level;
                Word base;
            };
            std::vector<Table> todo{{space.root, 0, 0}};
            while (!todo.empty()) {
                const Table table = todo.back();
                todo.pop_back();
                MUST(tables.contains(table.address.raw()));
                MUST(used.insert(table.address.raw()).second);
                MUST(tables[table.address.raw()]->mapping_space() == space.id);
                mapped.erase(tables[table.address.raw()]);
                const auto* entries =
                    static_cast<const Format::Entry*>(arch::to_virtual(table.address));
                for (unsigned i = 0; i < 512; ++i) {
                    if (entries[i] == 0)
                        continue;
                    const Word address = table.base + (Word{i} << Format::level[table.level].shift);
                    const PhysAddr target = Format::address(table.level, entries[i]);
                    if (Format::kind(table.level, entries[i]) == mm::EntryKind::table) {
                        MUST(table.level + 1 < Format::levels);
                        todo.push_back({target, table.level + 1, address});
                        continue;
                    }
                    // An entry of a group is a part of what begins at the group's first one.
                    const auto& level = Format::level[table.level];
                    const unsigned group =
                        Format::grouped(entries[i]) ? 1u << level.group_bits : 1u;
                    const Word before = Word{i % group} << level.shift;
                    MUST(frames.contains({space.id, address - before}));
                    const Slot* frame = frames[{space.id, address - before}];
                    MUST(frame->memory() + before == target);
                    MUST(size_of(*frame) == uint64_t{group} << level.shift);
                    mapped.erase(frame);
                }
            }
        }
        MUST(mapped.empty());
        std::set<unsigned> identifiers;
        for (const VSpace* holder : holders) {
            MUST(lives(ObjectType::vspace, holder));
            MUST(identifiers.insert(holder->asid).second);
        }
    }

    void check_current() {
        const Thread* current = cpu_.current;
        if (current == nullptr || !lives(ObjectType::thread, current))
            return;
        const VSpace& space = *current->space;
        const uint64_t root = space.has_root() ? space.root.raw() : 0;
        MUST(arch::host::machine.space_root == root);
        MUST(sched::partition_of(current->gate) == sched::partition_of(cpu_.gate));
        MUST(current->priority() >= sched::highest_ready(cpu_.ready));
        MUST(cpu_.sched_context != nullptr);
        MUST(lives(ObjectType::sched_context, cpu_.sched_context));
        MUST(cpu_.sched_context->released == 1);
        MUST((current->gate & Gate::suspended) == 0);
    }

    Cpu& cpu_;
    std::set<const Slot*> slots_;
    size_t contained_ = 0;
    std::map<ObjectType, std::set<void*>> objects_;
    std::map<uint64_t, uint64_t> ranges_;
    std::set<const Thread*> ready_;
    std::set<const Thread*> queued_;
};

} // namespace

std::vector<const VSpace*> identifier_holders() {
    std::vector<const VSpace*> holders;
    const VSpace* const oldest = kernel_state.oldest_asid;
    for (const VSpace* space = oldest; space != nullptr; space = space->newer != oldest ? space->newer : nullptr) {
        MUST(space->newer->older == space);
        MUST(holders.size() < arch::asid_count());
        holders.push_back(space);
    }
    return holders;
}

void check_invariants(Cpu& cpu) { Checker{cpu}.run(); }

} // namespace test
