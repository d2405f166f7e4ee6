// SPDX-License-Identifier: BSD-2-Clause
// The C API's system calls and methods, over those of C++.

#include <cobnut/abi/boot_info.hpp>
#include <cobnut/cobnut.h>
#include <lib/component.hpp>

#include <stddef.h>

static_assert(sizeof(cobnut_ipc_buffer) == sizeof(cobnut::IpcBuffer));
static_assert(sizeof(cobnut_boot_info) == sizeof(cobnut::BootInfo));
static_assert(offsetof(cobnut_boot_info, archive) == offsetof(cobnut::BootInfo, archive));
static_assert(sizeof(cobnut_boot_region) == sizeof(cobnut::BootRegion));
static_assert(COBNUT_GIVEN_SPACE == cobnut::Given::space);
static_assert(COBNUT_GIVEN_INTERRUPT == cobnut::Given::interrupt);

namespace {

using cobnut::Message;
using cobnut::message_registers;

Message message_of(const cobnut_message& c) {
    Message message{cobnut::Tag(c.tag)};
    for (unsigned index = 0; index < COBNUT_WORDS; ++index)
        if (index < message_registers || index < message.tag.length())
            message.set(index, c.words[index]);
    return message;
}

cobnut_message c_of(const Message& message) {
    cobnut_message c = {message.tag.raw(), message.badge, {}};
    for (unsigned index = 0; index < COBNUT_WORDS && index < message.tag.length(); ++index)
        c.words[index] = message.word(index);
    return c;
}

} // namespace

cobnut_ipc_buffer* cobnut_get_ipc_buffer() {
    return reinterpret_cast<cobnut_ipc_buffer*>(&cobnut::ipc_buffer());
}

cobnut_message cobnut_call(cobnut_cap target, cobnut_message message) {
    return c_of(cobnut::call(target, message_of(message)));
}

cobnut_message cobnut_reply_recv(cobnut_cap endpoint, cobnut_message message, cobnut_cap reply) {
    return c_of(cobnut::reply_recv(endpoint, message_of(message), reply));
}

cobnut_message cobnut_recv(cobnut_cap endpoint, cobnut_cap reply) {
    return c_of(cobnut::recv(endpoint, reply));
}

cobnut_message cobnut_nb_recv(cobnut_cap endpoint, cobnut_cap reply) {
    return c_of(cobnut::nb_recv(endpoint, reply));
}

cobnut_message cobnut_wait(cobnut_cap source) { return c_of(cobnut::wait(source)); }

cobnut_message cobnut_nb_wait(cobnut_cap source) { return c_of(cobnut::nb_wait(source)); }

cobnut_message cobnut_send(cobnut_cap target, cobnut_message message) {
    return c_of(cobnut::send(target, message_of(message)));
}

cobnut_message cobnut_nb_send(cobnut_cap target, cobnut_message message) {
    return c_of(cobnut::nb_send(target, message_of(message)));
}

cobnut_message cobnut_nb_send_recv(cobnut_cap target, cobnut_message message, cobnut_cap endpoint,
                                   cobnut_cap reply) {
    return c_of(cobnut::nb_send_recv(target, message_of(message), endpoint, reply));
}

cobnut_message cobnut_nb_send_wait(cobnut_cap target, cobnut_message message, cobnut_cap source) {
    return c_of(cobnut::nb_send_wait(target, message_of(message), source));
}

void cobnut_yield() { cobnut::yield(); }

void cobnut_stop() { cobnut::stop(); }

cobnut_status cobnut_invoke(cobnut_cap object, cobnut_word method, const cobnut_word* words,
                            unsigned word_count, const cobnut_cap* capabilities,
                            unsigned capability_count, cobnut_word* results,
                            unsigned result_count) {
    const cobnut::Answer answer = cobnut::invoke(object, static_cast<cobnut::Method>(method), words,
                                                 word_count, capabilities, capability_count);
    for (unsigned index = 0; index < result_count && index < 8; ++index)
        results[index] = answer.words[index];
    return {static_cast<cobnut_word>(answer.status.error),
            {answer.status.detail[0], answer.status.detail[1]}};
}

void cobnut_print(const char* text) { cobnut::print(text); }

void cobnut_report(cobnut_word first, cobnut_word second) { cobnut::report(first, second); }
