// SPDX-License-Identifier: BSD-2-Clause
// The abstract state: what the model writes down, and how it is read by people.
#include "system.hpp"

#include <algorithm>
#include <cstdio>

namespace model {

namespace {

void write_queue(StateWriter& writer, const std::vector<Name>& queue) {
    for (const Name thread : queue)
        writer.add(thread);
}

void write_thread(StateWriter& writer, Name name, const Thread& thread) {
    const Registers& r = thread.registers;
    writer.begin(StateWriter::thread);
    writer.add(name, static_cast<uint64_t>(thread.wait), thread.waits_on, thread.suspended,
               thread.started, thread.priority, thread.max_priority, thread.flags, thread.fault);
    for (const Word word : thread.fault_words)
        writer.add(thread.fault != 0 ? word : 0);
    writer.add(thread.context, thread.own_context, thread.notification, thread.reply,
               thread.buffer);
    const bool sends = thread.wait == Wait::send;
    writer.add(sends ? thread.sending.badge : 0,
               sends ? thread.sending.call * 1u + thread.sending.grant * 2u +
                           thread.sending.fault * 8u
                     : 0);
    writer.add(r.pc, r.stack, r.flags, r.thread_pointer, r.a0, r.tag);
    for (const Word word : r.words)
        writer.add(word);
    writer.end();
}

void write_context(StateWriter& writer, Name name, const Context& context) {
    writer.begin(StateWriter::context);
    writer.add(name, context.thread, context.home, context.notification, context.badge,
               context.budget, context.period, context.consumed, context.limit, context.waiting,
               context.calls.size());
    write_queue(writer, context.calls);
    if (context.budget != 0)
        for (const Refill& refill : context.refills) {
            if (context.period != 0) // a slice is always there
                writer.add_time(refill.when);
            writer.add(refill.amount);
        }
    writer.end();
}

} // namespace

void System::write(StateWriter& writer) const {
    // The tree from the root, children before siblings.
    std::vector<Name> todo(slots.at(0).children.rbegin(), slots.at(0).children.rend());
    while (!todo.empty()) {
        const Name slot = todo.back();
        todo.pop_back();
        const Capability& capability = slots.at(slot);
        const bool mapped = is_mapped(capability);
        writer.begin(StateWriter::capability);
        writer.add(slot, static_cast<uint64_t>(capability.type), capability.object,
                   capability.rights, capability.badge, capability.size_bits,
                   capability.children.empty() ? 0 : capability.used, capability.children.size(),
                   mapped ? capability.space : 0, mapped ? capability.address : 0);
        writer.end();
        todo.insert(todo.end(), capability.children.rbegin(), capability.children.rend());
    }
    for (const auto& [name, thread] : threads)
        write_thread(writer, name, thread);
    for (const auto& [name, endpoint] : endpoints) {
        writer.begin(StateWriter::endpoint);
        writer.add(name, !endpoint.queue.empty() && endpoint.senders);
        write_queue(writer, endpoint.queue);
        writer.end();
    }
    for (const auto& [name, notification] : notifications) {
        writer.begin(StateWriter::notification);
        writer.add(name, notification.flags, notification.active, notification.bound,
                   notification.context);
        write_queue(writer, notification.queue);
        writer.end();
    }
    for (const auto& [name, reply] : replies) {
        writer.begin(StateWriter::reply);
        writer.add(name, reply.caller, reply.server, reply.context);
        writer.end();
    }
    for (const auto& [name, context] : contexts)
        write_context(writer, name, context);
    for (const auto& [name, space] : spaces) {
        writer.begin(StateWriter::space);
        writer.add(name, space.number, space.root);
        for (const auto& [address, mapping] : space.mappings)
            writer.add(address, mapping.frame, mapping.size_bits,
                       mapping.write * 1u + mapping.execute * 2u + (mapping.type << 2));
        writer.end();
    }
    for (const auto& [name, thread] : threads) {
        const auto words = memory.find(thread.buffer);
        if (thread.buffer == 0)
            continue;
        writer.begin(StateWriter::buffer);
        writer.add(thread.buffer);
        for (unsigned i = 0; i < sizeof(cobnut::IpcBuffer) / sizeof(Word); ++i)
            writer.add(words == memory.end() ? 0 : words->second[i]);
        writer.end();
    }
    writer.begin(StateWriter::processor);
    writer.add(current, running_context);
    writer.add_time(current == 0 ? writer.now : now);
    writer.add_time(current == 0 ? writer.now : charged_until);
    for (auto queue = ready.rbegin(); queue != ready.rend(); ++queue) {
        writer.add(queue->first);
        write_queue(writer, queue->second);
    }
    writer.end();
}

namespace {

struct RecordNames {
    const char* kind;
    const char* fields;
};

constexpr RecordNames record_names[] = {
    {"capability", "slot type object rights badge size used children space address"},
    {"thread",
     "name wait waits_on suspended started priority max_priority flags fault fault2 fault3 fault4 "
     "fault5 context own_context notification reply buffer send_badge sending pc stack flags "
     "thread_pointer a0 tag word0 word1 word2 word3"},
    {"buffer", "address"},
    {"endpoint", "name senders"},
    {"notification", "name flags active bound context"},
    {"reply", "name caller server context"},
    {"context", "name thread home notification badge budget period consumed limit waiting calls"},
    {"space", "name number root"},
    {"processor", "current context now charged_until"},
};

} // namespace

std::vector<std::string> describe(const std::vector<uint64_t>& words) {
    std::vector<std::string> lines;
    for (size_t at = 0; at < words.size();) {
        const RecordNames& names = record_names[words[at] & 0xff];
        const size_t end = at + 1 + (words[at] >> 8);
        std::string line = names.kind;
        const char* field = names.fields;
        for (++at; at < end; ++at) {
            char text[40];
            std::snprintf(text, sizeof(text), "%llx", static_cast<unsigned long long>(words[at]));
            line += ' ';
            for (; *field != 0 && *field != ' '; ++field)
                line += *field;
            if (line.back() != ' ')
                line += '=';
            if (*field == ' ')
                ++field;
            line += text;
        }
        lines.push_back(line);
    }
    return lines;
}

std::string difference(const std::vector<uint64_t>& kernel, const std::vector<uint64_t>& model) {
    std::string text;
    const auto left = describe(kernel), right = describe(model);
    const auto print = [&](const char* who, const auto& lines, const auto& others) {
        for (const std::string& line : lines)
            if (std::find(others.begin(), others.end(), line) == others.end())
                text += std::string(who) + line + "\n";
    };
    print("  kernel: ", left, right);
    print("  model:  ", right, left);
    return text.empty() ? "  the same records in another order\n" : text;
}

} // namespace model
