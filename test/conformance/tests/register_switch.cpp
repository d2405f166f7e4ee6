// SPDX-License-Identifier: BSD-2-Clause
// Register files over the ways between threads that lend their time, carry long messages or
// capabilities, wait for signals, faults and interrupts, or are preempted: each fastpath has a row
// here or in register_file.cpp.
#include "chapters.hpp"
#include "parties.hpp"

namespace conformance {
namespace {

constexpr unsigned lengths[] = {0, 1, arch::message_registers, arch::message_registers + 1, 30,
                                max_message_words};

Party received; // the server's, of the call before the last

IpcBuffer* my_buffer;
IpcBuffer* their_buffer;
Tag answer;
CapIndex source, target;

void set_receive(CapIndex first) {
    IpcBuffer& buffer = *local().buffer;
    buffer.receive_root = own::cnode;
    buffer.receive_index = first;
    buffer.receive_depth = word_bits;
}

void fill_buffer(IpcBuffer& buffer, Word seed) {
    for (unsigned index = 0; index < max_message_words; ++index)
        buffer.words[index] = isa::pattern(seed, index);
}

/// The words behind the registers came, and nothing behind the message did.
void check_buffer(const IpcBuffer& buffer, unsigned length, Word sender, Word own_seed,
                  Location location = here()) {
    for (unsigned index = arch::message_registers; index < max_message_words; ++index)
        expect("a word in the buffer", buffer.words[index],
               isa::pattern(index < length ? sender : own_seed, index), location);
}

/// Receives, and answers each call with `answer`; fills its buffer anew for each.
void serve(Word) {
    their_buffer = local().buffer;
    set_receive(target);
    fill_buffer(*their_buffer, 21);
    go(received, 1, Syscall::recv, endpoint, Tag(), {}, reply);
    for (;;) {
        done = done + 1;
        check_buffer(*their_buffer, Tag(received.after.word[isa::place_of(isa::Role::tag)]).length(),
                     20, 21);
        fill_buffer(*their_buffer, 21);
        go(theirs, 2, Syscall::reply_recv, endpoint, answer, {}, reply);
        received = theirs;
    }
}

void call_it(unsigned length, Word rounds = 4) {
    my_buffer = local().buffer;
    const CapIndex badged = minted(endpoint, Rights::all(), 77);
    const Tag tag(5, length);
    answer = Tag(9, length);
    for (Word round = 1; round <= rounds; ++round) {
        fill_buffer(*my_buffer, 20);
        go(mine, 3 + round, Syscall::call, badged, tag);
        expect("received", done, round);
        check(received, message_of(mine, 77, tag));
        check(mine, message_of(theirs, 0, answer));
        check_buffer(*my_buffer, length, 21, 20);
    }
}

/// What a server in an address space of its own has of registers, at the low end of its stack.
struct Abroad {
    Party last, now; ///< Of its last call that returned, and of the one that it waits in.
    bool has_fpu;
};
Abroad& abroad(Local& stack) {
    return *reinterpret_cast<Abroad*>(reinterpret_cast<Word>(&stack) + 256);
}

void serve_abroad(Word) {
    const Local& mine_here = local();
    Abroad& here = abroad(local());
    Party& party = here.now;
    Syscall form = Syscall::recv;
    for (Word seed = 1;; ++seed) {
        isa::fill(party.before, seed);
        isa::set_form(party.before, form, mine_here.context, 0);
        party.before.word[isa::place_of(isa::Role::capability)] = mine_here.thread;
        party.before.word[isa::place_of(isa::Role::tag)] = Tag(9, 3).raw();
        party.after = party.before;
        party.has_fpu = here.has_fpu;
        if (here.has_fpu) {
            isa::fill(party.fpu_before, seed);
            isa::load_fpu(party.fpu_before);
        }
        isa::trap_with(party.after, form);
        if (here.has_fpu)
            isa::store_fpu(party.fpu_after);
        here.last = party;
        form = Syscall::reply_recv;
    }
}

void call_abroad(bool passive) {
    prepare();
    const Worker server = start_partner(serve_abroad, 0, {.resume = false, .with_buffer = false});
    Local& stack = move_abroad(server);
    stack.thread = endpoint;
    stack.context = reply;
    abroad(stack).has_fpu = partner_has_fpu();
    succeed("resume", resume(server.thread));
    if (passive)
        succeed("make it passive", request(server.context, Method::sched_context_unbind));
    for (Word round = 1; round < 5; ++round) {
        const Tag tag(5, arch::message_registers);
        go(mine, 30 + round, Syscall::call, endpoint, tag);
        check(abroad(stack).last, message_of(mine, 0, tag));
        check(mine, message_of(abroad(stack).now, 0, Tag(9, 3)));
    }
}

/// A fault's handler that lets the thread go on behind the instruction, again and again.
void handle(Word) {
    go(received, 1, Syscall::recv, endpoint, Tag(), {}, reply);
    for (;;) {
        done = done + 1;
        const Word next = received.after.word[isa::message_places[0]] + isa::undefined_size;
        go(theirs, 2, Syscall::reply_recv, endpoint,
           Tag(static_cast<Word>(FaultReply::resume), 1), {next}, reply);
        received = theirs;
    }
}

void fault_to_it() {
    handle_my_faults(endpoint);
    for (Word round = 1; round < 4; ++round) {
        go_undefined(mine, 2 + round);
        expect("handled", done, round);
        check_unchanged(mine);
        check(received, fault_for(received, FaultType::user_exception));
    }
}

constexpr Test tests[] = {
    {"register switch: call and reply_recv of a server that is lent its time, by every length",
     paired([] {
         for (const unsigned length : lengths) {
             prepare();
             start_passive(serve);
             call_it(length);
         }
     })},
    {"register switch: call and reply_recv of a server with time of its own, by every length",
     paired([] {
         for (const unsigned length : lengths) {
             prepare();
             start_partner(serve);
             call_it(length);
         }
     })},
    {"register switch: a server in another address space that is lent its time",
     paired([] { call_abroad(true); })},
    {"register switch: a server in another address space with time of its own",
     paired([] { call_abroad(false); })},
    {"register switch: a call to a server whose registers were written",
     paired([] {
         for (const bool passive : {true, false}) {
             prepare();
             const Worker server = passive ? start_passive(serve) : start_partner(serve);
             const unsigned place = isa::place_of(isa::Role::preserved);
             succeed("write", request(server.thread, Method::thread_write_registers,
                                      {0, isa::number_of(place), 1, 0x123456}));
             received.before.word[place] = 0x123456;
             call_it(2, 1);
         }
     })},
    {"register switch: a call that carries a capability, and an answer that does",
     paired([] {
         for (const bool passive : {true, false}) {
             prepare();
             source = minted(make_notification(), Rights::all(), 4);
             target = slots();
             const CapIndex mine_too = slots();
             if (passive)
                 start_passive(serve);
             else
                 start_partner(serve);
             answer = Tag(9, 2, 1);
             their_buffer->capabilities[0] = source;
             for (Word round = 1; round < 4; ++round) {
                 const Tag tag(5, 2, 1);
                 local().buffer->capabilities[0] = source;
                 set_receive(mine_too);
                 fill_buffer(*local().buffer, 20);
                 go(mine, 3 + round, Syscall::call, endpoint, tag);
                 expect("received", done, round);
                 check(received, message_of(mine, 0, tag));
                 check(mine, message_of(theirs, 0, answer));
                 expect("there", identify(target)[2], 4u);
                 expect("here", identify(mine_too)[2], 4u);
                 succeed("delete", remove(self, target));
                 succeed("delete", remove(self, mine_too));
             }
         }
     })},
    {"register switch: send of every length to a waiting receiver, and by one that waited",
     paired([] {
         for (const unsigned length : lengths)
             for (const bool receiver_waits : {true, false}) {
                 prepare();
                 const Tag tag(4, length);
                 answer = tag;
                 start_partner([](Word receives) {
                     their_buffer = local().buffer;
                     fill_buffer(*their_buffer, 21);
                     if (receives != 0)
                         go(theirs, 1, Syscall::recv, endpoint, Tag(), {}, reply);
                     else
                         go(theirs, 1, Syscall::send, endpoint, answer);
                     done = 1;
                 }, receiver_waits ? 1 : 0);
                 fill_buffer(*local().buffer, 20);
                 if (receiver_waits) {
                     go(mine, 2, Syscall::send, endpoint, tag);
                     check(theirs, message_of(mine, 0, tag));
                     check(mine, {});
                     check_buffer(*their_buffer, length, 20, 21);
                 } else {
                     go(mine, 2, Syscall::recv, endpoint, Tag(), {}, reply);
                     check(mine, message_of(theirs, 0, tag));
                     check(theirs, {});
                     check_buffer(*local().buffer, length, 21, 20);
                 }
                 expect("done", done, 1u);
             }
     })},
    {"register switch: a signal to a waiter of lower priority, which runs later",
     paired([] {
         prepare();
         const CapIndex badged = minted(make_notification(), Rights::all(), 0x15);
         other = badged;
         const Worker worker = start_partner([](Word) {
             go(theirs, 1, Syscall::wait, other, Tag());
             done = 1;
             go(received, 2, Syscall::send, endpoint, Tag(3, 1));
         });
         succeed("lower", request(worker.thread, Method::thread_set_priority,
                                  {main_priority - 1, main_priority - 1}, {own::thread}));
         go(mine, 3, Syscall::nb_send, badged, Tag());
         check(mine, {});
         expect("not yet", done, 0u);
         go(mine, 4, Syscall::recv, endpoint, Tag(), {}, reply);
         expect("woken", done, 1u);
         check(theirs, signalled(0x15));
         check(mine, message_of(received, 0, Tag(3, 1)));
     })},
    {"register switch: calls on a Frame, a page table and an Untyped",
     paired([] {
         const CapIndex frame = make_frame();
         succeed("map, with the tables", map(frame, place::free));
         succeed("unmap", request(frame, Method::frame_unmap));
         local().buffer->capabilities[0] = own::space;
         go(mine, 1, Syscall::call, frame,
            Tag(static_cast<Word>(Method::frame_map), 3, 1),
            {place::free, Rights::read_write().bits, MapAttributes::execute_never});
         check(mine, succeeded());
         go(mine, 2, Syscall::call, frame, Tag(static_cast<Word>(Method::frame_unmap), 0));
         check(mine, succeeded());
         const CapIndex table = make(ObjectType::page_table);
         go(mine, 3, Syscall::call, table, Tag(static_cast<Word>(Method::page_table_unmap), 0));
         const Word tag = mine.after.word[isa::place_of(isa::Role::tag)];
         check(mine, {Result::words, 0, Tag(tag), nullptr, {}});
     })},
    {"register switch: a fault of the running thread, to a handler that waits",
     paired([] {
         for (const bool passive : {true, false}) {
             prepare();
             if (passive)
                 start_passive(handle);
             else
                 start_partner(handle);
             fault_to_it();
         }
     })},
    {"register switch: a fault of a thread of lower priority, to this one that waits",
     paired([] {
         prepare();
         start_partner([](Word) {
             go_undefined(theirs, 1);
             done = 1;
             send(endpoint, Tag(6, 0));
         }, 0, {.priority = main_priority - 1, .fault_handler = endpoint});
         go(mine, 2, Syscall::recv, endpoint, Tag(), {}, reply);
         check(mine, fault_for(mine, FaultType::user_exception));
         const Word next = mine.after.word[isa::message_places[0]] + isa::undefined_size;
         go(mine, 3, Syscall::reply_recv, endpoint,
            Tag(static_cast<Word>(FaultReply::resume), 1), {next}, reply);
         expect("resumed", done, 1u);
         check_unchanged(theirs);
         expect("its message", Tag(mine.after.word[isa::place_of(isa::Role::tag)]).label(), 6u);
     })},
    {"register switch: a caller whose Reply is deleted",
     paired([] {
         prepare();
         start_partner([](Word) {
             go(theirs, 1, Syscall::call, endpoint, Tag(4, 1));
             done = 1;
         });
         go(mine, 2, Syscall::recv, endpoint, Tag(), {}, reply);
         go(mine, 3, Syscall::call, own::cnode,
            Tag(static_cast<Word>(Method::cnode_delete), 2), {reply, word_bits});
         check(mine, succeeded());
         expect("told", done, 1u);
         check(theirs, failed(Error::canceled));
     })},
    {"register switch: threads that preempt each other in a loop without system calls",
     paired([] {
         prepare();
         start_partner([](Word) {
             for (;;) {
                 go_spinning(theirs, 1, 5000);
                 check_unchanged(theirs);
                 done = done + 1;
             }
         }, 0, {.budget = 100, .period = 300});
         for (Word round = 0; round < 4; ++round) {
             const Word before = done;
             go_spinning(mine, 2 + round, 300000);
             check_unchanged(mine);
             require("it was preempted", done != before);
         }
     })},
    {"register switch: the thread after one that died finds nothing of its FP/SIMD registers",
     [] {
         const auto* info = reinterpret_cast<const BootInfo*>(place::boot_info);
         if (info->fpu_thread_size_bits == 0)
             skip("no FP/SIMD");
         prepare();
         for (Word round = 1; round < 4; ++round) {
             const Worker worker = start([](Word) {
                 isa::FpuFile file;
                 isa::store_fpu(file);
                 done = 500 + isa::differences(file, isa::new_fpu());
                 isa::fill_fpu(9);
                 wait(endpoint);
             }, 0, {.fpu = true});
             expect("not as in a new thread", done, 500u);
             succeed("delete", remove(self, worker.thread));
         }
     }},
};

} // namespace

constinit const Chapter register_switch_chapter = chapter("register files of threads that switch",
                                                          tests);

} // namespace conformance
