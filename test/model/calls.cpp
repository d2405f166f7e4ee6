// SPDX-License-Identifier: BSD-2-Clause
// Calls on kernel objects: the arguments as the ABI's table has them, and the answer. Untyped memory
// (docs/manual/memory.md).
#include "system.hpp"

#include <algorithm>

namespace model {

namespace {

constexpr unsigned most_words = 48;    ///< That a method reads.
constexpr unsigned most_objects = 256; ///< Of one retype.
constexpr unsigned most_bits = 47;

struct Sizes {
    unsigned least, most;
};

} // namespace

Word System::buffer_word(const Thread& thread, unsigned n) const {
    const auto found = memory.find(thread.buffer);
    return found == memory.end() ? 0 : found->second[n];
}

void System::set_buffer_word(const Thread& thread, unsigned n, Word value) {
    auto& words = memory[thread.buffer];
    words.resize(sizeof(cobnut::IpcBuffer) / sizeof(Word));
    words[n] = value;
}

void System::invoke(Name slot, bool answers) {
    Thread& caller = me();
    const Name thread = current;
    const Tag tag{caller.registers.tag};
    Call call{slots.at(slot), slot, static_cast<Method>(tag.label()), {}, {}, {}};
    Refused refused{Error::none};
    try {
        const auto* method = cobnut::describe(call.method);
        if (method == nullptr || tag.label() >> 8 != static_cast<Word>(call.invoked.type))
            throw Refused{Error::invalid_method};
        if (tag.length() < method->argument_count ||
            tag.capabilities() < method->capability_count)
            throw Refused{Error::truncated_message};
        const unsigned count = std::min(tag.length(), most_words);
        if ((count > message_registers || tag.capabilities() > 0) && caller.buffer == 0)
            throw Refused{Error::no_buffer};
        for (unsigned i = 0; i < count; ++i)
            call.words.push_back(i < message_registers ? caller.registers.words[i]
                                                       : buffer_word(caller, i));
        for (unsigned i = 0; i < tag.capabilities(); ++i) {
            const Word path = buffer_word(caller, cobnut::max_message_words + i);
            try {
                call.capabilities.push_back(lookup_capability(thread, path));
            } catch (Refused& failure) {
                if (failure.error == Error::invalid_capability)
                    failure.detail0 = i;
                throw;
            }
            // Where several types are allowed the method itself looks.
            const auto& types = method->capabilities[i].types;
            const bool one = types.bits != 0 && (types.bits & (types.bits - 1)) == 0;
            if (one && !types.has(slots.at(call.capabilities[i]).type))
                throw Refused{Error::invalid_capability, i};
        }
        switch (call.invoked.type) {
        case ObjectType::untyped: invoke_untyped(call); break;
        case ObjectType::cnode: invoke_cnode(call); break;
        case ObjectType::thread: invoke_thread(call); break;
        case ObjectType::sched_context: invoke_context(call); break;
        case ObjectType::sched_control: invoke_control(call); break;
        case ObjectType::frame: invoke_frame(call); break;
        case ObjectType::page_table: invoke_table(call); break;
        default: throw Refused{Error::invalid_method};
        }
    } catch (const Refused& failure) {
        refused = failure;
    }
    // A caller that destroyed itself hears nothing.
    if (answers && threads.contains(thread))
        answer(call, refused);
}

void System::answer(Call& call, const Refused& refused) {
    Thread& caller = me();
    const bool good = refused.error == Error::none;
    std::vector<Word> words =
        good ? call.results : std::vector<Word>{refused.detail0, refused.detail1};
    if (caller.buffer == 0 && words.size() > message_registers)
        words.resize(message_registers);
    for (unsigned i = 0; i < message_registers; ++i)
        caller.registers.words[i] = i < words.size() ? words[i] : 0;
    for (unsigned i = message_registers; i < words.size(); ++i)
        set_buffer_word(caller, i, words[i]);
    caller.registers.a0 = 0;
    caller.registers.tag = Tag(static_cast<Word>(refused.error),
                               static_cast<unsigned>(words.size()), 0,
                               good ? Kind::message : Kind::none)
                               .raw();
}

/// log2 of the bytes that an object takes.
unsigned System::object_bits(Word type, Word size_bits) const {
    if (type >= cobnut::object_type_count)
        throw Refused{Error::invalid_argument, 0, type};
    if (size_bits > most_bits)
        throw Refused{Error::out_of_range, 0, most_bits};
    const auto bits = static_cast<unsigned>(size_bits);
    const auto within = [&](Sizes sizes, unsigned added) {
        if (bits < sizes.least || bits > sizes.most)
            throw Refused{Error::out_of_range, sizes.least, sizes.most};
        return bits + added;
    };
    const auto only = [&](unsigned fixed) {
        if (bits != 0)
            throw Refused{Error::invalid_argument, 1, size_bits};
        return fixed;
    };
    switch (static_cast<ObjectType>(type)) {
    case ObjectType::untyped:
        return within({cobnut::untyped_min_size_bits, most_bits}, 0);
    case ObjectType::cnode:
        return within({1, 40}, cobnut::slot_size_bits);
    case ObjectType::sched_context:
        return within({cobnut::sched_context_min_size_bits, cobnut::sched_context_max_size_bits}, 0);
    case ObjectType::thread:
        if (bits != 0 && bits == machine.fpu_thread_size_bits)
            return bits;
        return only(machine.thread_size_bits);
    case ObjectType::frame: {
        const auto& sizes = machine.frame_sizes;
        if (std::find(sizes.begin(), sizes.end(), bits) == sizes.end())
            throw Refused{Error::invalid_argument, 1, size_bits};
        return bits;
    }
    case ObjectType::endpoint: return only(cobnut::endpoint_size_bits);
    case ObjectType::notification: return only(cobnut::notification_size_bits);
    case ObjectType::reply: return only(cobnut::reply_size_bits);
    case ObjectType::vspace: return only(cobnut::vspace_size_bits);
    case ObjectType::page_table: return only(cobnut::page_table_size_bits);
    default: throw Refused{Error::invalid_argument, 0, type};
    }
}

void System::retype(Call& call) {
    const Capability& untyped = slots.at(call.slot);
    const unsigned bits = object_bits(call.words[0], call.words[1]);
    const auto type = static_cast<ObjectType>(call.words[0]);
    Name node = call.capabilities[0];
    if (call.words[3] != 0)
        node = lookup(find(node), call.words[2], call.words[3]);
    const Capability* cnode = find(node);
    if (cnode == nullptr || cnode->type != ObjectType::cnode)
        throw Refused{Error::invalid_capability, 0};
    const Word places = Word{1} << cnode->size_bits;
    const Word first = call.words[4], count = call.words[5];
    if (count == 0 || count > most_objects)
        throw Refused{Error::out_of_range, 1, most_objects};
    if (first >= places || count > places - first)
        throw Refused{Error::out_of_range, 0, places - 1};
    const Name begin_slot = cnode->object + slot_bytes * first;
    for (Word i = 0; i < count; ++i)
        if (find(begin_slot + slot_bytes * i) != nullptr)
            throw Refused{Error::slot_occupied, i, first + i};
    // One after the other in what is unused, each at a multiple of its size.
    const uint64_t size = uint64_t{1} << untyped.size_bits;
    const uint64_t used = untyped.children.empty() ? 0 : untyped.used;
    const uint64_t object = uint64_t{1} << bits;
    const uint64_t begin = (used + object - 1) / object * object;
    if (bits > untyped.size_bits || begin > size || (size - begin) / object < count)
        throw Refused{Error::not_enough_memory, size - used};
    const Name base = untyped.object + begin;
    if (type != ObjectType::untyped)
        memory.erase(memory.lower_bound(base), memory.lower_bound(base + object * count));
    for (Word i = 0; i < count; ++i)
        create(call.slot, begin_slot + slot_bytes * i, type, static_cast<unsigned>(call.words[1]),
               base + object * i);
    slots.at(call.slot).used = begin + object * count;
}

void System::create(Name untyped, Name slot, ObjectType type, unsigned size_bits, Name address) {
    Capability capability;
    capability.type = type;
    capability.object = address;
    capability.rights = Rights::all().bits;
    switch (type) {
    case ObjectType::untyped:
        capability.rights = 0;
        capability.size_bits = size_bits;
        break;
    case ObjectType::cnode:
        capability.size_bits = size_bits;
        break;
    case ObjectType::frame:
        capability.rights = Rights::read_write().bits;
        capability.size_bits = size_bits;
        break;
    case ObjectType::thread:
        threads[address] = {};
        threads[address].has_fpu = size_bits != 0;
        break;
    case ObjectType::endpoint: endpoints[address] = {}; break;
    case ObjectType::notification: notifications[address] = {}; break;
    case ObjectType::reply: replies[address] = {}; break;
    case ObjectType::sched_context:
        contexts[address] = {};
        contexts[address].room = contexts[address].limit = machine.refills_in(size_bits);
        break;
    case ObjectType::vspace:
        spaces[address] = {};
        break;
    default: break;
    }
    insert(untyped, slot, capability);
}

void System::invoke_untyped(Call& call) {
    if (call.method == Method::untyped_retype)
        return retype(call);
    const Capability& untyped = call.invoked;
    call.results = {untyped.size_bits, untyped.children.empty() ? 0 : untyped.used, 0, 0};
}

} // namespace model
