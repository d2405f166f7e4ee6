// SPDX-License-Identifier: BSD-2-Clause
// The abstraction function: from the kernel's objects, as the derivation tree leads to them, to
// what the model would say.
#include "machine.hpp"

#include <arch/memory.hpp>
#include <generic/mm/address_space.hpp>
#include <generic/mm/space_registry.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/notification.hpp>
#include <generic/object/reply.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/untyped.hpp>
#include <generic/object/vspace.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/scheduler.hpp>

#include <algorithm>

namespace model {

namespace {

using kernel::Slot;

Name name_of(const void* object) {
    return object == nullptr ? 0 : arch::to_physical(object).raw();
}

Name name_of_slot(const Slot& slot) {
    if (&slot == kernel::kernel_state.limbo)
        return limbo;
    if (!slot.links.in_thread())
        return name_of(&slot);
    const Word base = reinterpret_cast<Word>(&slot) & ~((Word{1} << kernel::thread_size_bits) - 1);
    const auto* thread = reinterpret_cast<const kernel::Thread*>(base);
    return name_of(thread) + 1 + static_cast<Name>(&slot - &thread->cspace_slot);
}

bool is_memory(ObjectType type) {
    return type == ObjectType::untyped || type == ObjectType::frame;
}

unsigned size_of(const Slot& slot) {
    switch (slot.type()) {
    case ObjectType::untyped: return slot.untyped_bits();
    case ObjectType::frame: return kernel::mm::frame_bits(slot.frame_size_index());
    case ObjectType::cnode: return slot.radix();
    default: return 0;
    }
}

class Reader {
public:
    Reader(StateWriter& writer, kernel::Cpu& cpu) : writer_(writer), cpu_(cpu) {}

    void run() {
        if (cpu_.current != nullptr)
            (void)kernel::sched::enter(cpu_); // writes down what fastpaths leave open
        walk();
        std::sort(objects_.begin(), objects_.end());
        objects_.erase(std::unique(objects_.begin(), objects_.end()), objects_.end());
        // One kind of records after the other.
        static constexpr ObjectType order[] = {
            ObjectType::thread, ObjectType::endpoint, ObjectType::notification, ObjectType::reply,
            ObjectType::sched_context, ObjectType::vspace};
        for (const ObjectType type : order)
            for (const Object& object : objects_)
                if (object.type == type)
                    write(object);
        for (const Object& object : objects_)
            if (object.type == ObjectType::thread)
                write_buffer(*static_cast<kernel::Thread*>(object.pointer));
        write_processor();
    }

private:
    struct Object {
        void* pointer;
        ObjectType type;
        auto operator<=>(const Object&) const = default;
    };

    void walk() {
        std::vector<const Slot*> todo;
        push_children(*kernel::kernel_state.root, todo);
        while (!todo.empty()) {
            const Slot& slot = *todo.back();
            todo.pop_back();
            const size_t before = todo.size();
            push_children(slot, todo);
            write_capability(slot, todo.size() - before);
        }
    }

    /// So that the first child is the last of `todo`.
    static void push_children(const Slot& slot, std::vector<const Slot*>& todo) {
        const auto before = static_cast<std::ptrdiff_t>(todo.size());
        for (const Slot* child = slot.links.child(); child != nullptr;
             child = child->links.last() ? nullptr : child->links.next())
            todo.push_back(child);
        std::reverse(todo.begin() + before, todo.end());
    }

    void write_capability(const Slot& slot, size_t children) {
        const ObjectType type = slot.type();
        const bool badged = type == ObjectType::endpoint || type == ObjectType::notification ||
                            type == ObjectType::cnode;
        const auto mapping = type == ObjectType::frame || type == ObjectType::page_table
                                 ? kernel::mm::mapping_of(slot)
                                 : kernel::mm::MappingState{};
        const bool is_unlimited = type == ObjectType::cnode || type == ObjectType::page_table;
        const Word rights = is_unlimited ? Rights::all().bits
                            : type == ObjectType::frame
                                ? slot.rights().bits & Rights::read_write().bits
                                : slot.rights().bits;
        writer_.begin(StateWriter::capability);
        writer_.add(name_of_slot(slot), static_cast<uint64_t>(type),
                    is_memory(type) ? slot.memory().raw()
                                    : name_of(slot.pointer<void>()),
                    rights, badged ? slot.badge : 0, size_of(slot),
                    type == ObjectType::untyped && children != 0 ? slot.untyped_used() : 0,
                    children, mapping.mapped ? slot.mapping_space() : 0,
                    mapping.mapped ? mapping.address.raw() : 0);
        writer_.end();
        if (!is_memory(type) && type != zombie)
            objects_.push_back({slot.pointer<void>(), type});
    }

    void write(const Object& object) {
        switch (object.type) {
        case ObjectType::thread:
            return write_thread(*static_cast<kernel::Thread*>(object.pointer));
        case ObjectType::endpoint: {
            const auto& endpoint = *static_cast<kernel::Endpoint*>(object.pointer);
            writer_.begin(StateWriter::endpoint);
            writer_.add(name_of(&endpoint), endpoint.has_senders());
            write_queue(endpoint.head);
            return writer_.end();
        }
        case ObjectType::notification: {
            const auto& notification = *static_cast<kernel::Notification*>(object.pointer);
            writer_.begin(StateWriter::notification);
            writer_.add(name_of(&notification), notification.flags, notification.active,
                        name_of(notification.bound), name_of(notification.sched_context));
            write_queue(notification.head);
            return writer_.end();
        }
        case ObjectType::reply: {
            const auto& reply = *static_cast<kernel::Reply*>(object.pointer);
            writer_.begin(StateWriter::reply);
            writer_.add(name_of(&reply), name_of(reply.caller), name_of(reply.server),
                        reply.caller == nullptr ? 0 : name_of(reply.sched_context));
            return writer_.end();
        }
        case ObjectType::sched_context:
            return write_context(*static_cast<kernel::SchedContext*>(object.pointer));
        case ObjectType::vspace:
            return write_space(*static_cast<kernel::VSpace*>(object.pointer));
        default:
            return;
        }
    }

    void write_queue(Word head) {
        for (const auto* leader =
                 reinterpret_cast<kernel::Thread*>(head & ~kernel::Endpoint::state_mask);
             leader != nullptr; leader = leader->lower) {
            const kernel::Thread* thread = leader;
            do {
                writer_.add(name_of(thread));
                thread = thread->next;
            } while (thread != leader);
        }
    }

    void write_thread(const kernel::Thread& thread) {
        using kernel::Sending;
        const auto& r = thread.registers;
        const bool faulted = thread.fault.type != 0;
        const bool sends = thread.wait_kind() == kernel::Wait::send;
        writer_.begin(StateWriter::thread);
        writer_.add(name_of(&thread), thread.wait_kind(), name_of(thread.waits_on<void>()),
                    (thread.gate & kernel::Gate::suspended) != 0, thread.active,
                    thread.priority(), thread.max_priority, thread.flags, thread.fault.type);
        for (const Word word : thread.fault.word)
            writer_.add(faulted ? word : 0);
        const bool offers = thread.reply != &kernel::kernel_state.no_reply;
        writer_.add(name_of(kernel::sched::context_of(thread)), name_of(thread.own_context),
                    name_of(thread.notification), offers ? name_of(thread.reply) : 0,
                    name_of(thread.buffer));
        constexpr unsigned kinds = Sending::call | Sending::grant | Sending::fault;
        writer_.add(sends ? thread.badge : 0, sends ? thread.sending & kinds : 0);
        writer_.add(r.pc, r.stack, r.flags, r.thread_pointer, r.a0, r.a1);
        for (const Word word : r.words)
            writer_.add(word);
        writer_.end();
    }

    void write_context(kernel::SchedContext& context) {
        writer_.begin(StateWriter::context);
        uint64_t calls = 0;
        std::vector<Name> chain;
        for (const kernel::Reply* reply = context.top; reply != nullptr; reply = reply->prev) {
            chain.push_back(name_of(reply));
            ++calls;
        }
        writer_.add(name_of(&context), name_of(context.thread), name_of(context.home),
                    name_of(context.notification), context.badge, context.budget, context.period,
                    kernel::sched::consumed(context), context.refill_max, context.released == 0, calls);
        for (auto reply = chain.rbegin(); reply != chain.rend(); ++reply)
            writer_.add(*reply);
        if (context.budget != 0)
            for (unsigned n = 0; n < context.refill_count; ++n) {
                const kernel::Refill& refill = kernel::sched::refill_at(context, n);
                if (context.period != 0)
                    writer_.add(refill.when);
                writer_.add(refill.amount);
            }
        writer_.end();
    }

    void write_space(const kernel::VSpace& space) {
        writer_.begin(StateWriter::space);
        writer_.add(name_of(&space), space.id, space.has_root() ? space.root.raw() : 0);
        if (space.has_root())
            write_table(space.root, 0, 0);
        writer_.end();
    }

    /// The leaves in the order of their addresses; those of a group are one mapping.
    void write_table(kernel::PhysAddr table, unsigned level, Word base) {
        using Format = arch::PageFormat;
        const auto& geometry = Format::level[level];
        const auto* entries = static_cast<const Format::Entry*>(arch::to_virtual(table));
        for (unsigned i = 0; i < 1u << geometry.index_bits;) {
            const Format::Entry entry = entries[i];
            if (entry == 0) {
                ++i;
                continue;
            }
            const Word address = base + (Word{i} << geometry.shift);
            const kernel::PhysAddr target = Format::address(level, entry);
            if (Format::kind(level, entry) == kernel::mm::EntryKind::table) {
                write_table(target, level + 1, address);
                ++i;
                continue;
            }
            const unsigned group_bits = Format::grouped(entry) ? geometry.group_bits : 0;
            const auto attributes = Format::attributes(level, entry);
            writer_.add(address, target.raw(), geometry.shift + group_bits,
                        attributes.write() * 1u + attributes.execute() * 2u +
                            (static_cast<Word>(attributes.type()) << 2));
            // A group whose members disagree is shown as what it is.
            for (unsigned n = 1; n < 1u << group_bits; ++n)
                if (entries[i + n] !=
                    Format::leaf(level, target + (uint64_t{n} << geometry.shift), attributes, true))
                    writer_.add(~uint64_t{0}, n);
            i += 1u << group_bits;
        }
    }

    void write_buffer(const kernel::Thread& thread) {
        if (thread.buffer == nullptr)
            return;
        const auto* words = static_cast<const Word*>(thread.buffer);
        writer_.begin(StateWriter::buffer);
        writer_.add(name_of(words));
        for (unsigned i = 0; i < sizeof(cobnut::IpcBuffer) / sizeof(Word); ++i)
            writer_.add(words[i]);
        writer_.end();
    }

    void write_processor() {
        writer_.begin(StateWriter::processor);
        writer_.add(name_of(cpu_.current), name_of(cpu_.sched_context),
                    cpu_.current == nullptr ? 0 : arch::host::machine.now,
                    cpu_.current == nullptr
                        ? 0
                        : cpu_.slice_end() - kernel::sched::head_refill(*cpu_.sched_context).amount);
        for (unsigned priority = cobnut::priority_count; priority-- > 0;) {
            const kernel::Thread* first = cpu_.ready.first[priority];
            if (first == nullptr)
                continue;
            writer_.add(priority);
            const kernel::Thread* thread = first;
            do {
                writer_.add(name_of(thread));
                thread = thread->next;
            } while (thread != first);
        }
        writer_.end();
    }

    StateWriter& writer_;
    kernel::Cpu& cpu_;
    std::vector<Object> objects_;
};

} // namespace

void write_kernel(StateWriter& writer, kernel::Cpu& cpu) {
    writer.clear();
    Reader(writer, cpu).run();
}

} // namespace model
