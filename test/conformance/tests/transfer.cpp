// SPDX-License-Identifier: BSD-2-Clause
// Capabilities in messages.
#include "chapters.hpp"

namespace conformance {
namespace {

CapIndex endpoint, reply, source, target;

void set_receive(CapIndex first) {
    IpcBuffer& buffer = *local().buffer;
    buffer.receive_root = own::cnode;
    buffer.receive_index = first;
    buffer.receive_depth = word_bits;
}

/// Sends `count` capabilities from `source` on; argument: count.
void sender(Word count) {
    for (unsigned index = 0; index < count; ++index)
        local().buffer->capabilities[index] = source + index;
    local().argument =
        static_cast<Word>(send(endpoint, Tag(1, 1, static_cast<unsigned>(count)), {33}).error());
}

void prepare(Rights rights = Rights::all()) {
    endpoint = minted(make_endpoint(), rights, 4);
    reply = make_reply();
    source = slots(3);
    target = slots(3);
    const CapIndex object = make_endpoint();
    for (Word index = 0; index < 3; ++index)
        succeed("mint", mint(self, source + index, self, object, Rights::all(), 50 + index));
}

constexpr Test tests[] = {
    {"transfer: one to three capabilities arrive in consecutive slots",
     [] {
         prepare();
         for (unsigned count = 1; count <= 3; ++count) {
             set_receive(target);
             const Worker worker = start(sender, count);
             const Received got = recv(endpoint, reply);
             expect("count", got.tag.capabilities(), count);
             expect("word", got[0], 33u);
             for (unsigned index = 0; index < 3; ++index) {
                 expect("badge", identify(target + index)[2], index < count ? 50 + index : 0u);
                 succeed("delete", remove(self, target + index));
             }
             yield();
             expect("sender", worker.local->argument, Error::none);
         }
     }},
    {"transfer: a received capability is a child of the sender's",
     [] {
         prepare();
         set_receive(target);
         start(sender, 1);
         recv(endpoint, reply);
         require("arrived", !is_empty(target));
         succeed("revoke", revoke(self, source));
         require("gone", is_empty(target));
         require("the sender's stays", !is_empty(source));
     }},
    {"transfer: an occupied receive slot is no_receive_slot and nothing moves",
     [] {
         prepare();
         set_receive(target);
         succeed("occupy", copy(self, target + 1, self, reply));
         static volatile Word received;
         received = 0;
         static CapIndex receive_at;
         receive_at = target;
         start([](Word) {
             set_receive(receive_at);
             recv(endpoint, reply);
             received = 1;
         }, 0, {.priority = main_priority + 20});
         const Worker worker = start(sender, 2);
         expect("sender", worker.local->argument, Error::no_receive_slot);
         require("nothing moved", is_empty(target));
         expect("no message", received, 0u);
         expect_error("without capabilities", send(endpoint, {}), Error::none);
         expect("now", received, 1u);
     }},
    {"transfer: a receiver that names no slots is no_receive_slot for the sender",
     [] {
         prepare();
         static volatile Word received;
         received = 0;
         start([](Word) {
             recv(endpoint, reply);
             received = 1;
         }, 0, {.priority = main_priority + 20});
         const Worker worker = start(sender, 1);
         expect("sender", worker.local->argument, Error::no_receive_slot);
         expect("no message", received, 0u);
     }},
    {"transfer: without grant no capability leaves",
     [] {
         prepare(Rights{static_cast<uint8_t>(Rights::write_bit | Rights::read_bit)});
         set_receive(target);
         local().buffer->capabilities[0] = source;
         static volatile Word received;
         received = 0;
         static CapIndex receive_at;
         receive_at = target;
         start([](Word) {
             set_receive(receive_at);
             const Received got = recv(endpoint, reply);
             received = 1 + got.tag.capabilities();
         }, 0, {.priority = main_priority + 20});
         const Received answer = nb_send(endpoint, Tag(1, 0, 1));
         require("nothing moved", is_empty(target));
         require("refused or stripped", answer.error() != Error::none || received == 1);
         note("error, received", static_cast<Word>(answer.error()), received);
     }},
    {"transfer: an empty slot to send is an error and nothing moves",
     [] {
         prepare();
         set_receive(target);
         static volatile Word received;
         received = 0;
         static CapIndex receive_at;
         receive_at = target;
         start([](Word) {
             set_receive(receive_at);
             recv(endpoint, reply);
             received = 1;
         }, 0, {.priority = main_priority + 20});
         local().buffer->capabilities[0] = source;
         local().buffer->capabilities[1] = slots();
         const Received answer = nb_send(endpoint, Tag(1, 0, 2));
         require("error", answer.error() != Error::none);
         require("nothing moved", is_empty(target));
         expect("no message", received, 0u);
     }},
    {"transfer: a call carries capabilities there and its answer back",
     [] {
         prepare();
         static CapIndex receive_at, give;
         receive_at = slots(2);
         give = minted(make_endpoint(), Rights::all(), 70);
         start([](Word) {
             set_receive(receive_at);
             const Received got = recv(endpoint, reply);
             local().buffer->capabilities[0] = give;
             reply_recv(endpoint, reply, Tag(got.tag.capabilities(), 0, 1));
         });
         set_receive(target);
         local().buffer->capabilities[0] = source;
         const Received answer = call(endpoint, Tag(1, 0, 1));
         expect("kind", answer.kind(), Kind::message);
         expect("there", answer.label(), 1u);
         expect("there", identify(receive_at)[2], 50u);
         expect("back", answer.tag.capabilities(), 1u);
         expect("back", identify(target)[2], 70u);
     }},
    {"transfer: 120 words and three capabilities travel together",
     [] {
         prepare();
         set_receive(target);
         start([](Word) {
             Received message;
             for (unsigned index = 0; index < max_message_words; ++index)
                 if (index < arch::message_registers)
                     message.registers[index] = index + 1;
                 else
                     local().buffer->words[index] = index + 1;
             for (unsigned index = 0; index < 3; ++index)
                 local().buffer->capabilities[index] = source + index;
             pass_on(Syscall::send, endpoint, Tag(1, max_message_words, 3), message);
         });
         const Received got = recv(endpoint, reply);
         expect("words", got.length(), max_message_words);
         expect("capabilities", got.tag.capabilities(), 3u);
         for (unsigned index = 0; index < max_message_words; ++index)
             expect("word", got[index], index + 1);
         expect("last", identify(target + 2)[2], 52u);
     }},
};

} // namespace

constinit const Chapter transfer_chapter = chapter("transfer", tests);

} // namespace conformance
