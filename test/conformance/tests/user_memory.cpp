// SPDX-License-Identifier: BSD-2-Clause
// The kernel neither reads nor writes memory by a user's address (PAN, SUM and SMAP would stop it): of a
// thread it touches the Frame of the IPC buffer alone, and that not by its address.
#include "../isa/isa.hpp"
#include "chapters.hpp"

#include <cobnut/abi/methods.hpp>

namespace conformance {
namespace {

constexpr Word secret = static_cast<Word>(0x5ec2e7d15ec2e7d1);
constexpr unsigned words_in_page = 4096 / sizeof(Word);
constexpr unsigned long_message = 40;

/// A page at place::free that is full of the secret.
void make_page() {
    succeed("map", map(make_frame(), place::free));
    for (unsigned index = 0; index < words_in_page; ++index)
        at<Word>(place::free + index * sizeof(Word)) = secret;
}
void expect_whole(const char* what, Location location = here()) {
    for (unsigned index = 0; index < words_in_page; ++index)
        expect(what, at<Word>(place::free + index * sizeof(Word)), secret, location);
}

/// In and at the ends of that page, unmapped, of the kernel, not canonical, not aligned.
constexpr Word addresses[] = {
    place::free + 2048, place::free + 4096, place::free, place::free + 2052, place::free + 0x100000,
    0, 1, 4096, ~Word{0}, ~Word{0} - 15, Word{1} << (word_bits - 1),
    static_cast<Word>(0x0000800000000000), static_cast<Word>(0xffff800000000000),
    static_cast<Word>(0xffffffc000000000), static_cast<Word>(0xffffffff80000000), 0xc0000000,
};

CapIndex endpoint, reply;

/// Serves calls for ever.
constexpr Entry serve = [](Word) {
    recv(endpoint, reply);
    for (;;)
        reply_recv(endpoint, reply, Tag(9, 0));
};

constexpr Test tests[] = {
    {"user memory: a system call is made with any stack pointer, and leaves the stack alone",
     [] {
         make_page();
         endpoint = make_endpoint();
         reply = make_reply();
         start(serve);
         for (uint64_t round = 0; round < 16 * handover.effort; ++round)
             for (const Word address : addresses) {
                 Word tag = Tag(1, 0).raw();
                 expect("stack pointer", isa::stack_after_call(address, endpoint, tag), address);
                 expect("answered", Tag(tag).label(), 9u);
                 tag = Tag(static_cast<Word>(Method::cnode_identify), 0).raw();
                 expect("stack pointer", isa::stack_after_call(address, own::cnode, tag), address);
                 expect("refused", Tag(tag).error(), Error::truncated_message);
                 count_refusal(Tag(tag));
             }
         expect_whole("nothing written");
     }},
    {"user memory: a fault with any stack pointer tells it, and leaves the stack alone",
     [] {
         make_page();
         const CapIndex handler = make_endpoint(), answer = make_reply();
         const Worker worker = start(nullptr, 0, {.resume = false, .fault_handler = handler});
         const auto code = reinterpret_cast<Word>(&isa::undefined_instruction);
         for (const Word address : addresses) {
             if (request(worker.thread, Method::thread_write_registers, {1, 0, 2, code, address})
                     .error() != Error::none)
                 continue;
             const Received got = nb_recv(handler, answer);
             expect("kind", got.kind(), Kind::fault);
             expect("stack pointer", got[1], address);
             expect_whole("nothing written");
             send(answer, Tag(static_cast<Word>(FaultReply::stop), 0));
         }
     }},
    {"user memory: a message goes by the buffer's Frame, whatever is mapped at its address",
     [] {
         make_page();
         endpoint = make_endpoint();
         reply = make_reply();
         static volatile unsigned length;
         const Worker worker = start([](Word) {
             for (;;) {
                 send(endpoint, Tag(1, long_message));
                 length = recv(endpoint, reply).length();
             }
         }, 0, {.resume = false});
         const Word window = place::free + 4096;
         succeed("see the Frame", map(copied(worker.buffer_frame), window));
         auto& seen = *reinterpret_cast<volatile IpcBuffer*>(window);
         const CapIndex other = make_frame();
         const auto address = reinterpret_cast<Word>(worker.local->buffer);
         const auto put_in_place = [&](const char* what, Rights rights) {
             succeed(what, map(other, address, rights));
         };
         succeed("its mapping goes", request(worker.buffer_frame, Method::frame_unmap));
         succeed("resume", resume(worker.thread));
         for (unsigned round = 0; round < 3; ++round) {
             if (round == 1)
                 put_in_place("another one", Rights::read_write());
             if (round == 2)
                 put_in_place("and not writable", Rights::read_only());
             for (unsigned index = 0; index < long_message; ++index)
                 seen.words[index] = 1000 * round + index;
             const Received got = recv(endpoint, reply);
             expect("sent", got.length(), long_message);
             for (unsigned index = arch::message_registers; index < long_message; ++index) {
                 expect("a word", got[index], 1000 * round + index);
                 local().buffer->words[index] = 5000 * round + index;
             }
             length = 0;
             send(endpoint, Tag(1, long_message));
             expect("received", length, long_message);
             for (unsigned index = arch::message_registers; index < long_message; ++index)
                 expect("a word", seen.words[index], 5000 * round + index);
         }
         for (unsigned index = 0; index < words_in_page; ++index)
             expect("not of the other", at<Word>(address + index * sizeof(Word)), 0u);
     }},
    {"user memory: no method follows a word that is an address",
     [] {
         make_page();
         const Worker worker = start([](Word) {}, 0, {.resume = false});
         const CapIndex objects[] = {make(ObjectType::untyped, 14), make(ObjectType::cnode, 4),
                                     worker.thread, worker.context, own::sched_control, own::space,
                                     own::irq_control, make_frame(), make(ObjectType::page_table),
                                     own::io_port, own::trace};
         const CapIndex named[] = {0, own::cnode, own::space, worker.thread, worker.context};
         for (const MethodDescription& method : methods)
             for (const CapIndex object : objects) {
                 if (is_empty(object) || identify(object)[0] != static_cast<Word>(method.method) >> 8)
                     continue;
                 for (const CapIndex other : named)
                     for (const Word address : {place::free + 64, place::free + 4096 + 64}) {
                         const Words words = {address, address, address, address, address, address};
                         const Received got =
                             other == 0 ? request(object, method.method, words)
                                        : request(object, method.method, words, {other});
                         for (unsigned index = 0; index < got.length(); ++index)
                             require("not read", got[index] != secret);
                     }
             }
         expect_whole("not written");
     }},
};

} // namespace

constinit const Chapter user_memory_chapter = chapter("user memory", tests);

} // namespace conformance
