// SPDX-License-Identifier: BSD-2-Clause
// A protection domain: program, address space, capability space, thread and time, all made of one
// Untyped, so that revoking that gives every byte back.
#pragma once

#include <cobnut/format/elf.hpp>
#include <lib/memory_pool.hpp>
#include <lib/objects.hpp>

namespace cobnut {

/// What a parent makes processes with.
struct Workshop {
    CNode node;    ///< Its own capability space, flat.
    VSpace space;  ///< Its own address space.
    Thread thread; ///< Its own thread: authority for priorities.
    SchedControl control;
    SlotPool* slots = nullptr;
    Word window = 0; ///< A page of its address space that is free and has its tables.
};

/// Where things lie in a new address space. All of it shares one table of the last level.
struct ProcessLayout {
    static constexpr Word lowest = 0x10000;
    static constexpr Word image_end = 0x5f0000;
    static constexpr Word stack_top = 0x5fd000;
    static constexpr Word buffer = 0x5fe000;
    static constexpr Word devices = 0x5ff000; ///< A device's registers, if it has one.
    static constexpr Word shared = 0x1000'0000;
};

struct ProcessPlan {
    format::Bytes file; ///< ELF executable.
    unsigned memory_bits = 18;
    unsigned node_bits = 6;
    unsigned stack_pages = 2;
    unsigned fpu_thread_bits = 0; ///< As BootInfo says; 0: a thread without FP/SIMD.
    unsigned priority = 100;
    uint64_t budget = 10'000; ///< Microseconds; equal to the period: round robin.
    uint64_t period = 10'000;
    bool objects_apart =
        false;              ///< Each at the start of a page: the worst placement, to measure it.
    Endpoint fault_handler; ///< In the parent's capability space, with the badge it shall have.
};

class Process {
public:
    /// Makes all objects and loads the program. After an error, destroy() takes back what there is.
    Status create(Workshop& workshop, UntypedPool& pool, const ProcessPlan& plan);
    /// A copy of the parent's capability into slot `to` of the process.
    Status grant(Word to, Capability mine, Rights rights);
    /// The same with a badge (Endpoint, Notification), guard (CNode) or port range.
    Status grant_badged(Word to, Capability mine, Rights rights, Word badge);
    /// A new object of the process's memory; the parent keeps a capability to it too.
    [[nodiscard]] Result<Capability> make(ObjectType type, unsigned size_bits, Word to);
    /// Maps a copy of a frame of the parent's.
    Status map(Frame mine, Word address, Rights rights, Word attributes);
    /// A new page of the process's memory, mapped.
    [[nodiscard]] Result<Frame> map_new(Word address, Rights rights);
    /// The rest of its memory becomes its own: an Untyped of this size in slot `to`.
    Status grant_memory(Word to, unsigned size_bits);
    Status start(Word argument);
    /// Revokes all; the memory goes back to the pool.
    Status destroy();

    [[nodiscard]] bool alive() const { return alive_; }
    [[nodiscard]] Thread thread() const { return thread_; }
    [[nodiscard]] SchedContext sched_context() const { return sched_context_; }
    [[nodiscard]] VSpace space() const { return space_; }
    [[nodiscard]] CNode node() const { return node_; }
    [[nodiscard]] Word entry() const { return entry_; }
    [[nodiscard]] elf::Error load_error() const { return load_error_; }
    /// The bytes of the program's file at this address, for reports; empty: not of the file.
    [[nodiscard]] format::Bytes program_bytes(Word address, unsigned count) const;

private:
    Status make_objects(const ProcessPlan& plan);
    Status make_thread(unsigned size_bits);
    Status make_node();
    Status load(const ProcessPlan& plan);
    Status load_segment(const elf::Segment& segment);
    Status fill(Frame frame, Word address, const elf::Segment& segment);
    Status make_stack(const ProcessPlan& plan);
    [[nodiscard]] Result<CapIndex> retype(ObjectType type, unsigned size_bits, unsigned count = 1);
    [[nodiscard]] Result<CapIndex> object(ObjectType type, unsigned size_bits);
    [[nodiscard]] Result<CapIndex> copy(Capability mine);

    static constexpr unsigned slot_count = 192;
    static constexpr unsigned small_bits = 9; ///< Untyped for Endpoints, Notifications, Replies.

    Workshop* workshop_ = nullptr;
    UntypedPool* pool_ = nullptr;
    Untyped memory_;
    Untyped small_;
    unsigned memory_bits_ = 0;
    CapIndex first_slot_ = 0;
    SlotPool slots_;
    unsigned colour_ = 0;
    bool apart_ = false;
    unsigned node_bits_ = 0;
    CNode node_;
    VSpace space_;
    Thread thread_;
    SchedContext sched_context_;
    Word entry_ = 0;
    Word stack_ = 0;
    Word buffer_ = 0;
    format::Bytes file_;
    elf::Error load_error_ = elf::Error::none;
    bool alive_ = false;
};

} // namespace cobnut
