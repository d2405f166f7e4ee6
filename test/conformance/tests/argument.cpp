// SPDX-License-Identifier: BSD-2-Clause
// Arguments that no sound program passes: each is refused, and nothing happens.
#include "../isa/isa.hpp"
#include "chapters.hpp"

#include <cobnut/abi/methods.hpp>

namespace conformance {
namespace {

/// Not aligned, of the kernel, not canonical, at the ends of the address space.
constexpr Word addresses[] = {
    1, 7, 0xfff, place::free + 1, place::free + 0x800, ~Word{0}, ~Word{0} << 12, ~Word{0} << 21,
    Word{1} << (word_bits - 1), (Word{1} << (word_bits - 1)) - 1,
    (Word{1} << (word_bits - 1)) - 4096, Word{0x8000} << (word_bits - 17),
    static_cast<Word>(0x0000800000000000), static_cast<Word>(0xffff800000000000),
    static_cast<Word>(0xffffffc000000000), static_cast<Word>(0xffffffff80000000), 0xc0000000,
};

Worker idle_worker() {
    return start([](Word) {}, 0, {.resume = false});
}

/// Every number a depth or an index may not have, and some that it may.
constexpr Word numbers[] = {0, 1, 5, 63, 64, 65, 255, 1023, 1024, 4096, ~Word{0},
                            Word{1} << (word_bits - 1), ~Word{0} >> 1};

/// The object types whose methods a domain can try on itself without ending the test.
bool harmless(Method method) {
    switch (method) {
    case Method::firmware_power_off:
    case Method::firmware_reset:
    case Method::firmware_suspend: return false;
    default: return true;
    }
}

constexpr Test tests[] = {
    {"argument: no address outside what a program may map is mapped",
     [] {
         const CapIndex frame = make_frame();
         for (const Word address : addresses) {
             const Received got = map_frame(frame, own::space, address, Rights::read_write());
             require("refused, or a table is missing", got.error() != Error::none);
             expect("nowhere", mapping_of(frame), 0u);
         }
     }},
    {"argument: no page table is mapped outside what a program may map",
     [] {
         const CapIndex table = make(ObjectType::page_table);
         for (const Word address : addresses)
             if (request(table, Method::page_table_map, {address}, {own::space}).error() ==
                 Error::none)
                 succeed("unmap", request(table, Method::page_table_unmap));
         const CapIndex frame = make_frame();
         succeed("the own space works", map(frame, place::free));
         at<Word>(place::free) = 1;
     }},
    {"argument: an IPC buffer at no sound address is refused or not used",
     [] {
         const Worker worker = idle_worker();
         for (const Word address : addresses) {
             (void)request(worker.thread, Method::thread_set_ipc_buffer, {address},
                           {worker.buffer_frame});
             (void)request(worker.thread, Method::thread_configure,
                           {guard_word(own::radix), 0, address},
                           {own::cnode, own::space, worker.buffer_frame});
         }
         succeed("a sound one", request(worker.thread, Method::thread_set_ipc_buffer,
                                        {place::buffers + 4096}, {worker.buffer_frame}));
     }},
    {"argument: a thread started at any address with any stack faults and harms nobody",
     [] {
         const CapIndex handler = make_endpoint(), answer = make_reply();
         const Worker worker = start(nullptr, 0, {.resume = false, .fault_handler = handler});
         unsigned faulted = 0;
         for (const Word ip : addresses)
             for (const Word sp : {Word{0}, ip, ~Word{0}}) {
                 const Received got = request(worker.thread, Method::thread_write_registers,
                                              {1, 0, 2, ip, sp});
                 if (got.error() != Error::none)
                     continue;
                 require("a fault", nb_recv(handler, answer).kind() == Kind::fault);
                 send(answer, Tag(static_cast<Word>(FaultReply::stop), 0));
                 ++faulted;
             }
         note("started", faulted);
     }},
    {"argument: loads and stores at any address that is not mapped fault",
     [] {
         static Word where;
         const CapIndex handler = make_endpoint(), answer = make_reply();
         const Worker worker = start([](Word) {
             for (;;) {
                 isa::load(where);
                 isa::store(where, 1);
             }
         }, 0, {.resume = false, .fault_handler = handler});
         resume(worker.thread);
         for (const Word address : addresses) {
             where = address & ~Word{7};
             if (where == (place::free & ~Word{7}) || nb_recv(handler, answer).kind() == Kind::none)
                 continue;
             for (unsigned access = 0; access < 2; ++access) {
                 const Received got = nb_recv(handler, answer);
                 if (got.kind() == Kind::fault)
                     send(answer, Tag(static_cast<Word>(FaultReply::resume), 1),
                          {got[0] + isa::access_size});
             }
         }
         succeed("delete", remove(self, worker.thread));
     }},
    {"argument: CNode methods with every odd index and depth are refused or do no harm",
     [] {
         const CapIndex node = make(ObjectType::cnode, 4);
         const CapIndex source = make_endpoint();
         for (const Word index : numbers)
             for (const Word depth : numbers) {
                 if (depth >= 1 && depth <= word_bits && index < 16)
                     continue;
                 for (const Method method : {Method::cnode_delete, Method::cnode_revoke,
                                             Method::cnode_cancel_badged_sends,
                                             Method::cnode_identify})
                     (void)request(node, method, {index, depth});
                 (void)copy({node, depth}, index, self, source);
                 (void)copy(self, source, {node, depth}, index);
                 (void)move({node, depth}, index, self, source);
             }
         succeed("the source stays", identify(source));
     }},
    {"argument: retype with every odd type, size, index and count makes nothing",
     [] {
         const CapIndex part = make(ObjectType::untyped, 14);
         const CapIndex place = slots();
         for (const Word size : numbers)
             for (const Word count : {Word{0}, Word{257}, ~Word{0}, Word{1} << (word_bits - 1)})
                 for (Word type = 0; type < 20; ++type) {
                     const Received got = request(part, Method::untyped_retype,
                                                  {type, size, 0, 0, place, count}, {own::cnode});
                     require("refused", got.error() != Error::none);
                 }
         require("nothing", is_empty(place));
         succeed("all of it", retype(part, ObjectType::untyped, 14, own::cnode, place));
     }},
    {"argument: every method with too few words is truncated_message or refused",
     [] {
         const CapIndex objects[] = {own::untyped, own::cnode, own::thread, own::context,
                                     own::sched_control, own::space, own::irq_control,
                                     make_frame(), make(ObjectType::page_table)};
         for (const MethodDescription& method : methods) {
             if (method.argument_count == 0 || !harmless(method.method))
                 continue;
             for (const CapIndex object : objects) {
                 const Received got =
                     system_call(Syscall::call, object, Tag(static_cast<Word>(method.method), 0));
                 require("refused", got.error() != Error::none);
             }
         }
     }},
    {"argument: every method on an object of another type is invalid_method",
     [] {
         const CapIndex node = make(ObjectType::cnode, 1), frame = make_frame();
         const CapIndex notification = make_notification();
         (void)notification;
         for (const MethodDescription& method : methods) {
             const auto type = static_cast<Word>(method.method) >> 8;
             if (type != static_cast<Word>(ObjectType::cnode))
                 expect_error("on a CNode", request(node, method.method, {0, 0, 0, 0, 0, 0}),
                              Error::invalid_method);
             if (type != static_cast<Word>(ObjectType::frame))
                 expect_error("on a Frame", request(frame, method.method, {0, 0, 0, 0, 0, 0}),
                              Error::invalid_method);
         }
     }},
    {"argument: a capability of any wrong type where one is named is refused",
     [] {
         const Worker worker = idle_worker();
         const CapIndex wrong[] = {make_endpoint(), make_notification(), make_reply(), make_frame(),
                                   make(ObjectType::page_table), own::untyped, slots()};
         for (const CapIndex other : wrong) {
             require("space", request(worker.thread, Method::thread_set_space, {0}, {other, other})
                                      .error() != Error::none);
             require("authority", request(worker.thread, Method::thread_set_priority, {1, 1},
                                          {other}).error() != Error::none);
             require("map", map_frame(make_frame(), other, place::free, Rights::read_write())
                                    .error() != Error::none);
             require("context", configure_time(own::sched_control, other, 1000, 1000).error() !=
                                    Error::none);
         }
     }},
    {"argument: sends through a capability of any kind that ask for no method change nothing",
     [] {
         const CapIndex kinds[] = {
             make_frame(), make(ObjectType::page_table), make(ObjectType::vspace),
             make(ObjectType::sched_context, sched_context_min_size_bits), make_reply(),
             make(ObjectType::cnode, 4), make_endpoint(), make_notification(), idle_worker().thread,
             own::cnode, own::space, own::thread, own::context, own::untyped, own::sched_control,
             own::irq_control, own::device_untyped};
         const CapIndex waited = make_notification();
         signal(minted(waited, Rights::all(), 1));
         for (const CapIndex kind : kinds)
             for (const Syscall form : {Syscall::nb_send, Syscall::nb_send_wait, Syscall::send}) {
                 const Received before = identify(kind);
                 const auto type = static_cast<ObjectType>(before[0]);
                 const bool is_endpoint = type == ObjectType::endpoint;
                 if (is_endpoint && form == Syscall::send)
                     continue; // it would wait for a receiver
                 if (form == Syscall::nb_send_wait) {
                     system_call(form, waited, Tag(0x3ff, 2), {1, 2}, 0, kind);
                     signal(minted(waited, Rights::all(), 1));
                 } else {
                     system_call(form, kind, Tag(0x3ff, 2), {1, 2});
                 }
                 if (!is_endpoint && type != ObjectType::notification && type != ObjectType::reply)
                     refusals_unseen(1, "a send asks for no answer of a method");
                 const Received after = identify(kind);
                 for (unsigned index = 0; index < before.length(); ++index)
                     expect("as before", after[index], before[index]);
             }
     }},
    {"argument: rights and attributes with unknown bits give no more than the known ones",
     [] {
         const CapIndex origin = copied(make_endpoint(), Rights::read_only());
         for (const Word bits : {~Word{0}, Word{0xfffffff0}, Word{0x100}}) {
             const CapIndex place = slots();
             const Received got = request(own::cnode, Method::cnode_copy,
                                          {place, word_bits, origin, word_bits, bits},
                                          {own::cnode});
             if (got.error() == Error::none)
                 require("no right is added",
                         (identify(place)[1] & ~Rights::read_only().bits) == 0);
         }
     }},
};

} // namespace

constinit const Chapter argument_chapter = chapter("arguments", tests);

} // namespace conformance
