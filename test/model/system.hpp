// SPDX-License-Identifier: BSD-2-Clause
// The executable specification: what the manual says, as plainly as it can be said. It shares with
// the kernel the headers of the ABI and nothing else: no structure, no algorithm, no trick.
#pragma once

#include "state.hpp"

#include <cobnut/abi/fault.hpp>
#include <cobnut/abi/methods.hpp>

#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace model {

using cobnut::Error;
using cobnut::FaultType;
using cobnut::Kind;
using cobnut::Method;
using cobnut::ObjectType;
using cobnut::Rights;
using cobnut::Syscall;
using cobnut::Tag;

/// What ends an operation; nothing has changed then.
struct Refused {
    Error error;
    Word detail0 = 0, detail1 = 0;
};

/// Type of the last capability of a CNode or Thread whose slots are being emptied.
inline constexpr auto zombie = static_cast<ObjectType>(0x1f);

struct Capability {
    ObjectType type = ObjectType::null;
    Name object = 0;
    unsigned rights = 0;
    Word badge = 0;         ///< Endpoint, Notification; CNode: guard << 6 | bits of the guard.
    unsigned size_bits = 0; ///< Untyped, Frame: of bytes. CNode: of slots.
    uint64_t used = 0;      ///< Untyped: counts while it has children.
    uint64_t space = 0;     ///< Frame, PageTable: number of the VSpace it is mapped in; 0: none.
    Word address = 0;       ///< Where.
    unsigned postponed = 0; ///< PageTable: so often a revoke put it off since it was mapped.
    Name parent = 0;
    std::vector<Name> children; ///< The youngest first.
};

enum class Wait : uint8_t { nothing, receive, send, reply, signal };

struct Registers {
    Word pc = 0, stack = 0, flags = 0, thread_pointer = 0;
    Word a0 = 0; ///< Capability in, badge out.
    Word tag = 0;
    Word words[message_registers] = {};
    Word reply = 0, second = 0;
};

/// A message as it waits to be received.
struct Sending {
    Word badge = 0;
    bool call = false, grant = false, fault = false;
    [[nodiscard]] bool wants_reply() const { return call || fault; }
};

struct Thread {
    Registers registers;
    Wait wait = Wait::nothing;
    Name waits_on = 0;
    Sending sending;
    bool suspended = true;
    bool started = false; ///< It has been resumed once.
    bool has_fpu = false;   ///< There is room for FP/SIMD state.
    unsigned priority = 0, max_priority = 0;
    Word flags = 0;
    Word fault = 0; ///< FaultType, 0: none.
    Word fault_words[4] = {};
    Name context = 0;      ///< That it runs on.
    Name own_context = 0;  ///< That it is bound to, perhaps lent now.
    Name notification = 0; ///< Bound.
    Name reply = 0;        ///< Offered to the next caller.
    Name buffer = 0;       ///< Physical address, 0: none.
};

struct Endpoint {
    bool senders = false;
    std::vector<Name> queue;
};

struct Notification {
    std::vector<Name> queue;
    Word flags = 0;
    bool active = false;
    Name bound = 0, context = 0;
};

struct Reply {
    Name caller = 0; ///< Who waits for the answer.
    Name server = 0; ///< Who offers it.
    Name context = 0; ///< Lent with the call.
};

struct Refill {
    Ticks when = 0, amount = 0;
};

struct Context {
    Name thread = 0;       ///< Who runs on it.
    Name home = 0;         ///< Whom it is bound to.
    Name notification = 0;
    Word badge = 0;
    Ticks budget = 0;      ///< 0: not configured.
    Ticks period = 0;      ///< 0: round robin.
    Ticks consumed = 0;
    unsigned room = 0;     ///< Replenishments that fit.
    unsigned limit = 0;    ///< Those it may have; 1: constant bandwidth.
    bool waiting = false;  ///< For its next replenishment.
    std::vector<Refill> refills;
    std::vector<Name> calls; ///< Replies that it is lent along, the innermost last.
};

/// A table of an address space, by the level that it was given and the address it begins at.
struct Mapping {
    Name frame = 0;
    unsigned size_bits = 0;
    bool write = false, execute = false;
    Word type = 0;
};

struct Space {
    uint64_t number = 0; ///< Given with each root, once; 0: there is none.
    Name root = 0;
    std::map<std::pair<unsigned, Word>, Name> tables; ///< Below the root: level, first address.
    std::map<Word, Mapping> mappings;
};

/// What a program learns from BootInfo.
struct Machine {
    unsigned thread_size_bits = 0;
    unsigned fpu_thread_size_bits = 0;
    std::vector<unsigned> frame_sizes;
    unsigned (*refills_in)(unsigned size_bits) = nullptr;
};

class System {
public:
    Machine machine;
    std::map<Name, Capability> slots;
    std::map<Name, Thread> threads;
    std::map<Name, Endpoint> endpoints;
    std::map<Name, Notification> notifications;
    std::map<Name, Reply> replies;
    std::map<Name, Context> contexts;
    std::map<Name, Space> spaces;
    std::map<Name, std::vector<Word>> memory; ///< Of IPC buffers; what is not here is zero.

    Name current = 0;         ///< The thread that runs, 0: nobody can any more.
    Name running_context = 0;
    Ticks now = 0;
    Ticks charged_until = 0;
    std::map<unsigned, std::vector<Name>> ready; ///< By priority.

    /// The manual leaves open which of two contexts that are released at the same instant goes
    /// first: whoever compares tells whether the first of the two did.
    std::function<bool(Name, Name)> goes_first;

    /// The current thread makes a system call.
    void system_call(Syscall form);
    /// The current thread faults.
    void fault(FaultType type, Word word2, Word word3, Word word4);
    /// The clock has reached `time`, and the timer fires.
    void timer();
    /// When the timer must fire at the latest.
    [[nodiscard]] Ticks deadline() const;

    void write(StateWriter& writer) const;

    // Capabilities.
    Capability* find(Name slot);
    const Capability* find(Name slot) const;
    [[nodiscard]] Name lookup(const Capability* root, Word path, Word depth) const;
    [[nodiscard]] Name lookup_capability(Name thread, Word path) const;
    void insert(Name parent, Name slot, Capability capability);
    void check_derivable(Name from) const;
    void derive(Name from, Name to, unsigned rights);
    void create(Name untyped, Name slot, ObjectType type, unsigned size_bits, Name address);
    void delete_slot(Name slot);
    [[nodiscard]] Name own_slot(Name thread, unsigned n) const { return thread + 1 + n; }
    static constexpr unsigned cspace = 0, vspace = 1, buffer = 2, fault_handler = 3,
                              timeout_handler = 4;

    // Memory of IPC buffers.
    [[nodiscard]] Word buffer_word(const Thread& thread, unsigned n) const;
    void set_buffer_word(const Thread& thread, unsigned n, Word value);

    // Time.
    void make_ready(Name thread, bool front = false);
    void bind(Name context, Name thread);
    void configure(Name context, Ticks budget, Ticks period, unsigned limit);
    void leave();

private:
    struct Call; // of a method

    // capabilities.cpp
    void remove(Name slot);
    void move(Name from, Name to);
    void swap(Name a, Name b);
    bool is_final(Name slot) const;
    bool delete_step(Name slot);
    bool drain_step();
    bool revoke_step(Name slot);
    void make_zombie(Name slot, Name first);
    void forget(Name slot);
    void finalise(Name slot);
    Name find_full(const Capability* root, Word path, Word depth) const;
    Name find_empty(const Capability* root, Word path, Word depth) const;
    void check_badge(const Capability& capability, Word badge, unsigned argument, bool derived) const;
    void copy(Call& call, bool mint);
    void move(Call& call, bool mutate);
    void rotate(Call& call);
    void revoke(Name slot);
    void cancel_badged(Name slot);
    void identify(Call& call);
    void invoke_cnode(Call& call);
    std::deque<Name> dying_;  ///< Zombies' slots.
    uint64_t dying_progress_ = 1;
    uint64_t next_space_ = 1;

    // memory.cpp
    unsigned object_bits(Word type, Word size_bits) const;
    void retype(Call& call);
    void invoke_untyped(Call& call);

    // calls.cpp
    void invoke(Name slot, bool answers);
    void answer(Call& call, const Refused& refused);

    // ipc.cpp
    Thread& me() { return threads.at(current); }
    void give_failure(Thread& thread, Error error);
    void give_failure(Thread& thread, const Refused& refused);
    void give_signal(Thread& thread, Word flags);
    void enqueue(std::vector<Name>& queue, Name thread);
    void leave_queue(Name thread);
    void transfer(Name sender, Name receiver, Word badge, bool grant);
    void transfer_fault(Name sender, Name receiver, Word badge);
    void move_message(Name sender, Name receiver, const Sending& sending);
    void after_transfer(Name sender, Name receiver, const Sending& sending, bool lend);
    void rendezvous(Name sender, Name endpoint, const Sending& sending, bool lend);
    void fail(Name thread, Error error);
    void stop(Name thread);
    bool send(Word path, bool block, bool call, bool lend, bool answers);
    void send_reply(Name slot);
    void receive(Word path, bool block, bool offers, Word reply_path);
    void before_receiving(bool block, bool owes_nobody);
    void receive_message(Name endpoint, bool block, bool owes_nobody);
    void refuse(Word path, bool receiving, bool blocking, const Refused& refused);
    void deliver_fault(Name thread, FaultType type, Word w2, Word w3, Word w4, Word w5,
                       unsigned handler);
    void cancel_all(std::vector<Name>& queue);

    // reply.cpp
    void offer_none(Name thread);
    void offer(Name reply, Name server);
    void attach_caller(Name reply, Name caller, Name server);
    void detach_caller(Name reply, bool give_back);
    void answer_caller(Name reply, bool grant);
    void cancel_call(Name reply, bool give_back);
    void destroy_reply(Name reply);

    // notification.cpp
    void signal(Name notification, Word flags);
    void wait(Name notification, bool block);
    bool has_bound_signal() const;
    bool take_bound_signal();
    void lend_of_notification(Notification& notification, Name thread);
    void return_to_notification(Notification& notification, Name thread);
    void deliver_signal(Notification& notification, Name thread, Word flags);
    void unbind_notification(Name thread);

    // thread.cpp
    void invoke_thread(Call& call);
    void check_space(Call& call, Name thread) const;
    void set_space(Call& call, Name thread);
    void check_buffer(Name frame, Word address) const;
    void set_buffer(Name thread, Name frame, Word address);
    void suspend(Name thread);
    void resume(Name thread);
    void destroy_thread(Name thread);
    void clear_slot(Name slot);

    // time.cpp
    void invoke_context(Call& call);
    void invoke_control(Call& call);
    bool is_willing(Name thread) const;
    bool is_queued(Name thread) const;
    bool can_continue(Name thread) const;
    void admit(Name thread, bool front, bool slept);
    void enqueue_ready(Name thread, bool front);
    void dequeue_ready(Name thread);
    void make_unready(Name thread);
    bool charge_current();
    void charge_and_report();
    bool charge(Context& context, Ticks used);
    void unblock(Context& context);
    void release_due();
    void idle();
    void switch_to(Name thread);
    Name take_highest();
    unsigned highest_ready() const;
    void give(Name context, Name thread);
    void take(Name context);
    void forget_home(Name context);
    void give_back(Name thread);
    void lend(Name from, Name to, bool returns);
    void yield();
    Ticks consumed(Name context);
    void destroy_context(Name context);
    void set_priority(Name thread, unsigned priority);

    // spaces.cpp
    void invoke_frame(Call& call);
    void invoke_table(Call& call);
    void unmap_frame(Capability& frame);
    void unmap_table(Capability& table);
    bool is_used(const Capability& table) const;
    bool is_mapped(const Capability& capability) const;
    Space* space_of(uint64_t number);
    const Space* space_of(uint64_t number) const;
};

/// A call on a kernel object.
struct System::Call {
    Capability invoked; ///< As it was when the call began.
    Name slot;
    Method method;
    std::vector<Word> words;
    std::vector<Name> capabilities;
    std::vector<Word> results;
};

} // namespace model
