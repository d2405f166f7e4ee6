// SPDX-License-Identifier: BSD-2-Clause
// Kernel and model side by side.
#include "machine.hpp"

#include <arch/cpu.hpp>
#include <arch/fast_policy.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/cap/lookup.hpp>
#include <generic/contract/address_space.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/fastpath.hpp>
#include <generic/contract/timer.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/sched_context.hpp>
#include <generic/object/thread.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/untyped.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/record.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

namespace model {

namespace {

constexpr Word call_at = 0x1000; ///< The instruction behind the trap of every system call.
constexpr unsigned root_priority = 100;
constexpr Ticks root_slice = 10'000;

/// Cleared memory of the simulated machine, from its beginning.
class Memory {
public:
    void* take(size_t bytes, size_t alignment) {
        next_ = kernel::align_up(next_, alignment);
        void* memory = arch::to_virtual(kernel::PhysAddr(arch::host::ram_base + next_));
        std::memset(memory, 0, bytes);
        next_ += bytes;
        return memory;
    }
    [[nodiscard]] size_t end() const { return next_; }
    template <class T>
    T* make(size_t count = 1) {
        return new (take(sizeof(T) * count, alignof(T))) T[count]{};
    }

private:
    uint64_t next_ = 4096;
};

Name name_of(const void* object) {
    return arch::to_physical(object).raw();
}

unsigned refills_in(unsigned size_bits) {
    return static_cast<unsigned>(((size_t{1} << size_bits) - sizeof(kernel::SchedContext)) /
                                 sizeof(kernel::Refill));
}

} // namespace

Pair::Pair(const Layout& layout) : fastpaths_(layout.fastpaths) {
    boot_kernel(layout);
    boot_model(layout);
}

void Pair::boot_kernel(const Layout& layout) {
    using namespace kernel;
    arch::host::machine = {};
    arch::host::fastpaths = layout.fastpaths;
    kernel::kernel_state.~Kernel();
    new (&kernel::kernel_state) Kernel{};
    Memory memory;
    cpu_ = memory.make<Cpu>();
    arch::host::cpu = cpu_;
    cpu_->deadline = no_deadline;
    Kernel& state = kernel::kernel_state;
    state.scratch = memory.make<Slot>();
    state.limbo = memory.make<Slot>();
    state.root = memory.make<Slot>();
    state.irq_slots = memory.make<Slot>(arch::max_interrupts);
    state.least_ticks = sched::min_budget_us;
    if constexpr (trace::enabled)
        trace::set_slots(*cpu_, memory.make<Slot>(trace::slot_count));
    const size_t count = size_t{1} << layout.radix;
    auto* slots = static_cast<Slot*>(memory.take(count * sizeof(Slot), 4096));
    slots_ = name_of(slots);

    const auto create = [&](Word index, ObjectType type, unsigned bits, size_t bytes) {
        void* object = memory.take(bytes, bytes);
        untyped::create(*state.root, slots[index], type, bits, arch::to_physical(object));
        return name_of(object);
    };
    slots[slot_cnode].set(ObjectType::cnode, slots, layout.radix, word_bits - layout.radix);
    derivation::insert_child(*state.root, slots[slot_cnode]);
    untyped_ = create(slot_untyped, ObjectType::untyped, layout.untyped_bits,
                      size_t{1} << layout.untyped_bits);
    slots[slot_control].set(ObjectType::sched_control, nullptr, rights_byte(Rights::all()), 0);
    derivation::insert_child(*state.root, slots[slot_control]);
    thread_ = create(slot_thread, ObjectType::thread, 0, size_t{1} << thread_size_bits);
    context_ = create(slot_context, ObjectType::sched_context,
                      cobnut::sched_context_min_size_bits,
                      size_t{1} << cobnut::sched_context_min_size_bits);
    frame_ = create(slot_frame, ObjectType::frame, 12, 4096);
    space_ = create(slot_space, ObjectType::vspace, 0, size_t{1} << cobnut::vspace_size_bits);

    memory_end_ = memory.end();

    auto& thread = *slots[slot_thread].pointer<kernel::Thread>();
    auto& context = *slots[slot_context].pointer<SchedContext>();
    thread.max_priority = 255;
    thread_control::set_cspace(*cpu_, thread, slots[slot_cnode], 0);
    thread_control::set_vspace(*cpu_, thread, slots[slot_space]);
    thread_control::set_buffer(*cpu_, thread, &slots[slot_frame], 0);
    sched::set_priority(*cpu_, thread, root_priority);
    sched::configure(*cpu_, context, root_slice, 0, 2);
    sched::bind(context, thread);
    thread_control::resume(*cpu_, thread);
    try {
        sched::leave(*cpu_);
    } catch (const arch::host::Left& left) {
        left.thread->gate &= ~Gate::full_frame;
    }
}

void Pair::boot_model(const Layout& layout) {
    model.machine.thread_size_bits = kernel::thread_size_bits;
    model.machine.fpu_thread_size_bits = kernel::untyped::fpu_thread_bits();
    model.machine.frame_sizes = {12, 16, 21, 30};
    model.machine.refills_in = refills_in;
    model.slots[0] = {};
    const auto slot = [&](Word index) { return slots_ + slot_bytes * index; };
    Capability cnode;
    cnode.type = ObjectType::cnode;
    cnode.object = slots_;
    cnode.rights = Rights::all().bits;
    cnode.badge = word_bits - layout.radix;
    cnode.size_bits = layout.radix;
    model.insert(0, slot(slot_cnode), cnode);
    model.create(0, slot(slot_untyped), ObjectType::untyped, layout.untyped_bits, untyped_);
    Capability control;
    control.type = ObjectType::sched_control;
    control.rights = Rights::all().bits;
    model.insert(0, slot(slot_control), control);
    model.create(0, slot(slot_thread), ObjectType::thread, 0, thread_);
    model.create(0, slot(slot_context), ObjectType::sched_context,
                 cobnut::sched_context_min_size_bits, context_);
    model.create(0, slot(slot_frame), ObjectType::frame, 12, frame_);
    model.create(0, slot(slot_space), ObjectType::vspace, 0, space_);

    model.derive(slot(slot_cnode), model.own_slot(thread_, System::cspace), 15);
    model.derive(slot(slot_space), model.own_slot(thread_, System::vspace), 15);
    model.derive(slot(slot_frame), model.own_slot(thread_, System::buffer), 15);
    Thread& thread = model.threads.at(thread_);
    thread.buffer = frame_;
    thread.priority = root_priority;
    thread.max_priority = 255;
    thread.suspended = false;
    thread.started = true;
    model.configure(context_, root_slice, 0, 2);
    model.bind(context_, thread_);
    model.current = thread_;
    model.running_context = context_;
}

/// What the program does before the trap: its registers and its buffer.
void Pair::prepare(const Step& step, bool with_model) {
    kernel::Thread& thread = *cpu_->current;
    Thread unused;
    Thread& twin = with_model ? model.threads.at(model.current) : unused;
    auto& registers = thread.registers;
    const Word tag = Tag(step.label, static_cast<unsigned>(step.words.size()),
                         static_cast<unsigned>(step.capabilities.size()),
                         static_cast<Kind>(step.tag_kind))
                         .raw();
    registers.pc = twin.registers.pc = call_at;
    registers.a0 = twin.registers.a0 = step.path;
    registers.a1 = twin.registers.tag = tag;
    registers.reply_path = twin.registers.reply = step.reply;
    registers.second = twin.registers.second = step.second;
    const auto put = [&](unsigned n, Word value) {
        if (thread.buffer != nullptr)
            static_cast<Word*>(thread.buffer)[n] = value;
        if (twin.buffer != 0)
            model.set_buffer_word(twin, n, value);
    };
    for (unsigned i = 0; i < step.words.size(); ++i)
        if (i < message_registers)
            registers.words[i] = twin.registers.words[i] = step.words[i];
        else
            put(i, step.words[i]);
    for (unsigned i = 0; i < step.capabilities.size(); ++i)
        put(cobnut::max_message_words + i, step.capabilities[i]);
    for (unsigned i = 0; i < step.receive.size(); ++i)
        put(cobnut::max_message_words + cobnut::max_message_capabilities + i, step.receive[i]);
}

namespace {

/// Runs a kernel entry; who runs behind it, null if nobody ever can.
template <class Entry>
kernel::Thread* enter(Entry entry) {
    try {
        entry();
    } catch (const arch::host::Left& left) {
        left.thread->gate &= ~kernel::Gate::full_frame;
        return left.thread;
    } catch (const arch::host::NothingToDo&) {
    }
    return nullptr;
}

kernel::Slot* slot_at(Name name) {
    return static_cast<kernel::Slot*>(arch::to_virtual(kernel::PhysAddr(name)));
}

} // namespace

/// The slot that a method of a CNode is about, 0: there is none.
Name Pair::target(const Step& step) const {
    try {
        const Name node = model.lookup_capability(model.current, step.path);
        if (step.words.size() < 2 || node % slot_bytes != 0)
            return 0;
        const Name slot = model.lookup(model.find(node), step.words[0], step.words[1]);
        return slot % slot_bytes == 0 ? slot : 0;
    } catch (const Refused&) {
        return 0;
    }
}

/// False: the system call was preempted and is made again.
bool Pair::enter_kernel(const Step& step) {
    using cobnut::FaultType;
    if (step.kind == Step::Kind::pass_time) {
        if (arch::host::machine.now >= arch::host::machine.deadline)
            (void)enter([] { kernel_interrupt(); });
        return true;
    }
    kernel::Thread* caller = cpu_->current;
    if (step.kind == Step::Kind::fault) {
        if (step.label % 2 == 0)
            (void)enter([&] { kernel_vm_fault(step.path, 1, 0); });
        else
            (void)enter([&] { kernel_user_exception(static_cast<unsigned>(step.path), 0); });
        return true;
    }
    arch::host::machine.preempt_every = step.preempt_every;
    const auto number = static_cast<Word>(step.form);
    (void)enter([&] {
        if (!fastpaths_)
            kernel_syscall(number);
        if (number == 0)
            kernel_fast_call(step.path);
        if (number == 1)
            kernel_fast_reply_recv(step.path);
        arch::BriefPolicy::number = number;
        kernel_fast_brief(step.path);
    });
    arch::host::machine.preempt_every = 0;
    if (caller->registers.pc < call_at && caller->repeats != 0) {
        caller->registers.pc = call_at;
        return false;
    }
    return true;
}

/// A preempted call is made again as long as nothing that it needs has gone by its own doing: then
/// it is left half done, which the model, where nothing is ever half done, cannot follow.
bool Pair::kernel_step(const Step& step) {
    const kernel::Thread* caller = cpu_->current;
    const Name revoked = step.label == static_cast<Word>(Method::cnode_revoke) ? target(step) : 0;
    const bool needs_buffer =
        step.words.size() > arch::Registers::message_words || !step.capabilities.empty();
    bool preempted_retype = false;
    while (!enter_kernel(step)) {
        const auto found = kernel::lookup_capability(caller->cspace_slot, step.path);
        if (cpu_->current != caller || !found.ok() || (revoked != 0 && slot_at(revoked)->empty()) ||
            (needs_buffer && caller->buffer == nullptr))
            return false;
        // The rest of a preempted retype is what the buffer asks for then; the model makes all at once.
        if (step.label == static_cast<Word>(Method::untyped_retype))
            preempted_retype = true;
    }
    if (preempted_retype && caller->buffer != nullptr)
        for (size_t i = arch::Registers::message_words; i < step.words.size(); ++i)
            static_cast<cobnut::IpcBuffer*>(caller->buffer)->words[i] = step.words[i];
    const bool all_done = kernel::kernel_state.dying == nullptr &&
                          kernel::kernel_state.limbo->empty();
    return all_done;
}

void Pair::model_step(const Step& step) {
    switch (step.kind) {
    case Step::Kind::pass_time:
        return model.timer();
    case Step::Kind::fault:
        if (step.label % 2 == 0)
            return model.fault(FaultType::vm, step.path, 1, 0);
        return model.fault(FaultType::user_exception, static_cast<unsigned>(step.path), 0, 0);
    case Step::Kind::call:
        return model.system_call(step.form);
    }
}

std::string Pair::step(const Step& given) {
    Step step = given;
    // Whom a preempted operation wakes may run before it goes on, which the model does not know.
    for (const auto& [name, thread] : model.threads)
        if (thread.priority > model.threads.at(model.current).priority)
            step.preempt_every = 0;
    const Ticks deadline = model.deadline();
    arch::host::machine.now += step.time;
    model.now += step.time;
    const bool due = deadline <= model.now;
    if (due && arch::host::machine.deadline > arch::host::machine.now)
        return "  the timer is programmed too late\n";
    if (due)
        step.kind = Step::Kind::pass_time; // nobody makes a system call behind the timer's back
    if (step.kind != Step::Kind::pass_time)
        prepare(step);
    if (!kernel_step(step)) {
        over_ = true;
        return {};
    }
    model.goes_first = [&](Name a, Name b) {
        // Where two were released at once, the kernel says in which order.
        const Name runs = cpu_->current == nullptr ? 0 : name_of(cpu_->current);
        if (runs == a || runs == b)
            return runs == a;
        for (const kernel::Thread* first : cpu_->ready.first)
            for (const kernel::Thread* thread = first; thread != nullptr;
                 thread = thread->next == first ? nullptr : thread->next)
                if (name_of(thread) == a || name_of(thread) == b)
                    return name_of(thread) == a;
        return a < b;
    };
    model_step(step);
    return compare();
}

const std::vector<uint64_t>& Pair::read_kernel() {
    write_kernel(kernel_state, *cpu_);
    return kernel_state.words;
}

std::string Pair::compare() {
    (void)read_kernel();
    model_state.clear();
    model.write(model_state);
    if (kernel_state.words == model_state.words)
        return {};
    return difference(kernel_state.words, model_state.words);
}

std::optional<Finding> run(const Layout& layout, const std::vector<Step>& steps) {
    Pair pair(layout);
    for (size_t i = 0; i < steps.size() && !pair.is_over(); ++i)
        if (std::string text = pair.step(steps[i]); !text.empty())
            return Finding{i, text};
    return {};
}

std::string check(const Layout& layout, const std::vector<Step>& steps) {
    const auto finding = run(layout, steps);
    return finding ? "step " + std::to_string(finding->step) + ":\n" + finding->text : "";
}

} // namespace model
