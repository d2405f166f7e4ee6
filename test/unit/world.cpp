// SPDX-License-Identifier: BSD-2-Clause
// A running kernel in the simulated machine.
#include "world.hpp"

#include <arch/cpu.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/contract/address_space.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/timer.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/object/untyped.hpp>
#include <generic/sched/scheduler.hpp>
#include <generic/trace/record.hpp>

#include <catch2/catch_translate_exception.hpp>

#include <cstdlib>

namespace test {

using namespace kernel;

namespace {

constexpr unsigned untyped_bits = 23;

void put_control(Slot& slot, ObjectType type) {
    slot.set(type, nullptr, rights_byte(Rights::all()), 0);
    derivation::insert_child(*kernel_state.root, slot);
}

/// The debug kernel says why a call is refused: in one line, however often the call was preempted.
void require_told(Error error, const std::string& text) {
    size_t told = 0;
    for (size_t at = text.find(") refused: "); at != std::string::npos; at = text.find(") refused: ", at + 1))
        ++told;
    INFO(text);
    const bool is_news = error != Error::none && error != Error::missing_table;
    REQUIRE(told == (is_news ? 1u : 0u));
    if (is_news)
        REQUIRE(text.find(std::string(") refused: ") + cobnut::errors[static_cast<unsigned>(error)].name) !=
                std::string::npos);
}

} // namespace

World::World() {
    arch::host::machine = {};
    kernel_cpu_ = memory_.make<Cpu>();
    arch::host::cpu = kernel_cpu_;
    kernel_cpu_->deadline = no_deadline;
    Kernel& state = kernel_state;
    state.irq_slots = memory_.make<Slot>(arch::max_interrupts);
    state.least_ticks = sched::min_budget_us;

    slots_ = memory_.make<Slot>(slot_count);
    slot(cnode).set(ObjectType::cnode, slots_, radix, word_bits - radix);
    derivation::insert_child(*state.root, slot(cnode));
    void* memory = memory_.take(size_t{1} << untyped_bits, size_t{1} << untyped_bits);
    slot(untyped).object.set_physical(ObjectType::untyped, 0, arch::to_physical(memory));
    slot(untyped).badge = untyped_bits;
    derivation::insert_child(*state.root, slot(untyped));
    put_control(slot(sched_control), ObjectType::sched_control);
    put_control(slot(irq_control), ObjectType::irq_control);
    put_control(slot(trace), ObjectType::trace);
    kernel::trace::set_slots(*kernel_cpu_, memory_.make<Slot>(kernel::trace::slot_count));

    const auto create = [&](Word index, ObjectType type, unsigned bits) {
        void* object = memory_.take(4096, 4096);
        kernel::untyped::create(*state.root, slot(index), type, bits, arch::to_physical(object));
    };
    create(thread, ObjectType::thread, 0);
    create(sched_context, ObjectType::sched_context, cobnut::sched_context_min_size_bits);
    root_ = slot(thread).pointer<Thread>();
    root_->max_priority = 255;
    root_->buffer = memory_.make<cobnut::IpcBuffer>();
    thread_control::set_cspace(cpu(), *root_, slot(cnode), 0);
    sched::set_priority(cpu(), *root_, 100);
    auto& context = *slot(sched_context).pointer<SchedContext>();
    sched::configure(cpu(), context, 10'000, 0, 2);
    sched::bind(context, *root_);
    thread_control::resume(cpu(), *root_);
    (void)settle();
    REQUIRE(cpu().current == root_);
}

Thread* World::settle() {
    return enter([&] { sched::leave(cpu()); });
}

Word World::free_slot() const {
    for (Word index = first_free; index < slot_count; ++index)
        if (slots_[index].empty())
            return index;
    FAIL("no free slot");
    return 0;
}

void World::put_message(Thread& sender, Word label, const std::vector<Word>& words,
                        const std::vector<Word>& capabilities) {
    auto& registers = sender.registers;
    registers.set_tag(cobnut::Tag(label, static_cast<unsigned>(words.size()),
                                  static_cast<unsigned>(capabilities.size()))
                          .raw());
    for (unsigned i = 0; i < words.size(); ++i) {
        if (i < arch::Registers::message_words)
            registers.set_message(i, words[i]);
        else if (sender.buffer != nullptr)
            buffer(sender).words[i] = words[i];
    }
    for (unsigned i = 0; i < capabilities.size() && sender.buffer != nullptr; ++i)
        buffer(sender).capabilities[i] = capabilities[i];
}

Thread* World::syscall(Syscall number) {
    Thread* caller = cpu().current;
    const Word before = caller->registers.pc = 0x1000;
    for (;;) {
        Thread* next = enter([&] { kernel_syscall(static_cast<Word>(number)); });
        if (next != caller || caller->registers.pc >= before)
            return next;
        caller->registers.pc = before;
    }
}

Outcome World::call(Word path, Method method, std::initializer_list<Word> words,
                    std::initializer_list<Word> capabilities) {
    Thread& caller = *cpu().current;
    put_message(caller, static_cast<Word>(method), words, capabilities);
    caller.registers.a0 = path;
    cpu().told = 0; // else the same would be counted, not told
    const size_t printed = arch::host::machine.console.size();
    (void)syscall(Syscall::call);
    const cobnut::Tag tag{caller.registers.tag()};
    Outcome outcome{tag.error(), {}};
    require_told(outcome.error, arch::host::machine.console.substr(printed));
    for (unsigned i = 0; i < tag.length(); ++i)
        outcome.words.push_back(i < arch::Registers::message_words ? caller.registers.message(i)
                                                                   : buffer(caller).words[i]);
    return outcome;
}

void World::hand_over(Thread& from, Thread& to) {
    sched::set_priority(cpu(), from, 90);
    sched::set_priority(cpu(), to, 110);
    REQUIRE(settle() == &to);
}

void World::call_preempted(Word path, Method method, std::initializer_list<Word> words,
                           std::initializer_list<Word> capabilities) {
    Thread& caller = *cpu().current;
    put_message(caller, static_cast<Word>(method), words, capabilities);
    caller.registers.a0 = path;
    caller.registers.pc = 0x1000;
    arch::host::machine.preempt_every = 1;
    REQUIRE(enter([] { kernel_syscall(static_cast<Word>(Syscall::call)); }) == &caller);
    arch::host::machine.preempt_every = 0;
    REQUIRE(caller.registers.pc < 0x1000);
}

Word World::make(ObjectType type, Word size_bits, Word count) {
    const Word first = free_slot();
    const Outcome outcome = call(untyped, Method::untyped_retype,
                                 {static_cast<Word>(type), size_bits, 0, 0, first, count}, {cnode});
    REQUIRE(outcome.error == Error::none);
    return first;
}

Thread& World::make_thread(unsigned priority, bool passive, bool fpu) {
    const Word size = fpu ? untyped::fpu_thread_bits() : 0;
    auto& made = object<Thread>(make(ObjectType::thread, static_cast<unsigned>(size)));
    if (fpu)
        thread_control::set_flags(cpu(), made, 0, cobnut::ThreadFlags::fpu);
    made.max_priority = 255;
    made.buffer = memory_.make<cobnut::IpcBuffer>();
    thread_control::set_cspace(cpu(), made, slot(cnode), 0);
    sched::set_priority(cpu(), made, priority);
    if (!passive) {
        auto& context = object<SchedContext>(
            make(ObjectType::sched_context, cobnut::sched_context_min_size_bits));
        sched::configure(cpu(), context, 10'000, 0, 2);
        sched::bind(context, made);
    }
    thread_control::resume(cpu(), made);
    return made;
}

void broken_invariant(const char* condition) {
    FAIL("invariant: " << condition);
    std::abort();
}

} // namespace test

/// A kernel that stops says why on its console.
CATCH_TRANSLATE_EXCEPTION(const arch::host::Stopped& stopped) { return stopped.console; }
