// SPDX-License-Identifier: BSD-2-Clause
// Random system calls, interrupts and faults by threads that share all they have: after each the
// invariants hold.
#include "world.hpp"

#include <arch/cpu.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/fastpath.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/budget.hpp>
#include <generic/sched/scheduler.hpp>

#include <cobnut/abi/methods.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <span>

namespace {

using namespace kernel;
using cobnut::Kind;
using cobnut::Tag;
using test::below;
using test::World;

constexpr unsigned first_port_method() {
    unsigned index = 0;
    while (cobnut::methods[index].method != cobnut::Method::io_port_read)
        ++index;
    return index;
}

class Fuzzer {
    static constexpr unsigned ports = first_port_method();

public:
    /// Without time no slice ends: the slow path charges more often than the fastpaths do.
    explicit Fuzzer(unsigned seed, bool timeless = false) : random_{seed}, timeless_{timeless} {
        const bool has_fpu = seed % 3 == 0;
        arch::fpu_register = 0;
        const Word endpoint = world_.make(ObjectType::endpoint, 0, 3);
        (void)world_.call(World::cnode, cobnut::Method::cnode_mint,
                          {100, word_bits, endpoint, word_bits, 15, 5}, {World::cnode});
        world_.make(ObjectType::notification, 0, 2);
        const Word reply = world_.make(ObjectType::reply, 0, 4);
        world_.make(ObjectType::sched_context, cobnut::sched_context_min_size_bits, 2);
        const Word space = world_.make(ObjectType::vspace, 0, 2);
        const Word tables = world_.make(ObjectType::page_table, 0, 5);
        for (const Word table : {tables, tables + 1, tables + 2})
            (void)world_.call(table, cobnut::Method::page_table_map, {0}, {space});
        world_.make(ObjectType::frame, 12, 4);
        world_.make(ObjectType::cnode, 3, 2);
        world_.make(ObjectType::untyped, 16, 2);
        spaces_ = space;
        const Word root = world_.make(ObjectType::page_table);
        (void)world_.call(root, cobnut::Method::page_table_map, {0}, {space + 1});
        for (unsigned i = 0; i < 5; ++i)
            give_space(world_.make_thread(98 + below(random_, 5), i == 4, has_fpu && i != 3));
        arch::host::machine.preempt_every = below(random_, 4);
        start_server(endpoint, reply, has_fpu);
        (void)world_.settle();
        test::check_invariants(world_);
    }

    /// False when nobody can run any more.
    bool step() {
        Thread* thread = world_.cpu().current;
        if (thread == nullptr)
            return revive() && after(world_.settle());
        if (!timeless_)
            arch::host::machine.now += below(random_, 40) == 0 ? below(random_, 30'000) : 1;
        if (arch::host::machine.now >= arch::host::machine.deadline)
            return after(world_.enter([] { kernel_interrupt(); }));
        if ((thread->flags & cobnut::ThreadFlags::fpu) != 0)
            arch::fpu_register = arch::fpu_register * 31 + random_();
        const auto again = pending_.find(thread);
        if (again != pending_.end()) {
            const Word number = again->second;
            pending_.erase(again);
            return system_call(*thread, number);
        }
        switch (below(random_, 40)) {
        case 0:
            arch::host::machine.raised[below(random_, 8)] = true;
            return after(world_.enter([] { kernel_interrupt(); }));
        case 1:
            return after(world_.enter([] { kernel_vm_fault(0x1000, 1, 0); }));
        case 2:
            return after(world_.enter([] { kernel_user_exception(3, 0); }));
        case 3:
            return after(world_.enter([] { kernel_unknown_syscall(77); }));
        default:
            break;
        }
        prepare(*thread);
        if (thread == server_ && below(random_, 4) != 0) {
            thread->registers.a0 = server_endpoint_;
            thread->registers.reply_path = server_reply_;
            return system_call(*thread, 1);
        }
        static constexpr Word forms[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                         0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 4, 4, 5, 6, 6, 7, 8, 9, 10};
        return system_call(*thread, forms[below(random_, sizeof(forms) / sizeof(forms[0]))]);
    }

    /// All that programs can see of threads and objects, after what fastpaths leave open has been
    /// written down.
    std::vector<Word> state() {
        Cpu& cpu = world_.cpu();
        if (cpu.current != nullptr)
            (void)sched::enter(cpu);
        std::vector<Word> all{word(cpu.current), word(cpu.sched_context), cpu.gate,
                              arch::host::machine.space_root,
                              arch::host::machine.fpu_open ? arch::fpu_register : 0};
        for (Word index = 0; index < World::slot_count; ++index) {
            const Slot& slot = world_.slot(index);
            all.insert(all.end(), {slot.object.word, slot.badge});
            add(all, index, slot.type());
        }
        return all;
    }

    /// Calls that did what they should, by method.
    static inline std::map<Word, unsigned> successes;

private:
    static Word word(const void* pointer) { return reinterpret_cast<Word>(pointer); }

    void add(std::vector<Word>& all, Word index, ObjectType type) {
        switch (type) {
        case ObjectType::thread: {
            auto& thread = world_.object<Thread>(index);
            const auto& r = thread.registers;
            all.insert(all.end(),
                       {thread.wait, thread.gate, word(sched::context_of(thread)),
                        word(thread.reply), word(thread.next), word(thread.prev), thread.queued,
                        thread.fault.type, r.pc, r.stack, r.a0, r.a1});
            all.insert(all.end(), r.words, r.words + arch::Registers::message_words);
            if (thread.buffer != nullptr)
                all.insert(all.end(), world_.buffer(thread).words,
                           world_.buffer(thread).words + cobnut::max_message_words);
            break;
        }
        case ObjectType::endpoint:
            all.push_back(world_.object<Endpoint>(index).head);
            break;
        case ObjectType::notification: {
            const auto& notification = world_.object<Notification>(index);
            all.insert(all.end(), {notification.head, notification.flags, notification.active});
            break;
        }
        case ObjectType::reply: {
            const auto& reply = world_.object<Reply>(index);
            const bool active = reply.caller != nullptr;
            all.insert(all.end(), {word(reply.caller), word(reply.server), reply.path,
                                   active ? word(reply.sched_context) : 0,
                                   active && reply.sched_context ? word(reply.prev) : 0});
            break;
        }
        case ObjectType::sched_context: {
            auto& context = world_.object<SchedContext>(index);
            all.insert(all.end(), {word(context.top), word(context.thread), context.account,
                                   sched::head_refill(context).amount, context.released});
            break;
        }
        default:
            break;
        }
    }

    bool after(Thread*) {
        test::check_invariants(world_);
        return true;
    }

    /// A passive server of high priority that waits: what the fastpaths are for.
    void start_server(Word endpoint, Word reply, bool has_fpu) {
        server_endpoint_ = endpoint;
        server_reply_ = reply;
        server_ = &world_.make_thread(104, false, has_fpu);
        give_space(*server_);
        SchedContext* context = sched::context_of(*server_);
        REQUIRE(world_.settle() == server_);
        server_->registers.a0 = endpoint;
        server_->registers.reply_path = reply;
        (void)world_.syscall(test::Syscall::recv);
        sched::take(world_.cpu(), *context);
        sched::forget_home(context);
        server_->sched_context = nullptr;
    }

    /// One of two: the fastpaths that switch are for threads that have one.
    void give_space(Thread& thread) {
        thread_control::set_vspace(world_.cpu(), thread, world_.slot(spaces_ + below(random_, 2)));
    }

    /// Lets the threads that still have a capability go on, whatever they wait for.
    bool revive() {
        Cpu& cpu = world_.cpu();
        bool any = false;
        for (Word index = 0; index < World::slot_count; ++index) {
            if (world_.slot(index).type() != ObjectType::thread)
                continue;
            auto& thread = world_.object<Thread>(index);
            if (&thread == server_ && thread.wait_kind() == Wait::receive)
                continue;
            if (thread.wait != Wait::nothing)
                ipc::leave_queue(cpu, thread);
            if (sched::context_of(thread) == nullptr)
                if (SchedContext* context = spare_context())
                    sched::give(*context, thread);
            thread_control::resume(cpu, thread);
            any = any || thread.queued != 0;
        }
        return any;
    }

    SchedContext* spare_context() {
        for (Word index = 0; index < World::slot_count; ++index) {
            if (world_.slot(index).type() != ObjectType::sched_context)
                continue;
            auto& context = world_.object<SchedContext>(index);
            if (context.thread == nullptr && context.budget != 0 && context.released != 0)
                return &context;
        }
        return nullptr;
    }

    bool system_call(Thread& thread, Word number) {
        const Word before = thread.registers.pc = 0x10000;
        const Word label = Tag{thread.registers.tag()}.label();
        const Word path = thread.registers.a0;
        const bool method = number == 0 && path < World::slot_count &&
                            label >> 8 == static_cast<Word>(world_.slot(path).type());
        const auto slots = contents();
        Thread* next = world_.enter([&] {
            if (number == 0)
                kernel_fast_call(path);
            if (number == 1)
                kernel_fast_reply_recv(path);
            arch::BriefPolicy::number = number;
            kernel_fast_brief(path);
        });
        const Tag answer{thread.registers.tag()};
        if (thread.registers.pc < before && sched::is_willing(thread))
            pending_[&thread] = number;
        else if (method && next == &thread && answer.kind() == Kind::message)
            ++successes[label];
        else if (method && next == &thread && answer.kind() == Kind::none) {
            INFO("method " << label << " error " << answer.label());
            REQUIRE(contents() == slots);
        }
        return after(next);
    }

    /// All that the shared capability space says; a refused call changes nothing of it.
    std::vector<std::pair<Word, Word>> contents() {
        std::vector<std::pair<Word, Word>> all;
        for (Word index = 0; index < World::slot_count; ++index) {
            const Slot& slot = world_.slot(index);
            all.emplace_back(slot.object.word, slot.badge);
        }
        return all;
    }

    Word path() { return below(random_, 20) == 0 ? random_() : below(random_, World::slot_count); }
    Word new_path() {
        for (Word index = World::first_free + below(random_, 40); index < World::slot_count;
             ++index)
            if (world_.slot(index).empty() && below(random_, 4) != 0)
                return index;
        return path();
    }
    Word full_path() {
        for (unsigned tries = 0; tries < 20; ++tries) {
            const Word index = 1 + below(random_, World::slot_count - 1);
            if (!world_.slot(index).empty())
                return index;
        }
        return path();
    }
    Word path_of(ObjectType type) {
        std::vector<Word> found;
        for (Word index = 0; index < World::slot_count; ++index)
            if (world_.slot(index).type() == type)
                found.push_back(index);
        return found.empty() || below(random_, 10) == 0
                   ? full_path()
                   : found[below(random_, static_cast<unsigned>(found.size()))];
    }
    Word one_of(std::initializer_list<Word> values) {
        return values.begin()[below(random_, static_cast<unsigned>(values.size()))];
    }
    Word depth() { return below(random_, 12) == 0 ? random_() % 70 : word_bits; }

    void prepare(Thread& thread) {
        auto& registers = thread.registers;
        registers.second = full_path();
        registers.reply_path = path_of(ObjectType::reply);
        if (thread.buffer != nullptr) {
            auto& buffer = world_.buffer(thread);
            buffer.receive_root = below(random_, 8) == 0 ? path() : World::cnode;
            buffer.receive_index = world_.slot(World::first_free).empty() ? 8 : path();
            buffer.receive_depth = depth();
        }
        if (below(random_, 3) == 0)
            prepare_message(thread);
        else
            prepare_method(thread);
    }

    void prepare_message(Thread& thread) {
        thread.registers.a0 = path_of(one_of({4, 4, 4, 5, 6}) == 4 ? ObjectType::endpoint
                                      : below(random_, 2) == 0     ? ObjectType::notification
                                                                   : ObjectType::reply);
        std::vector<Word> words(below(random_, 6) == 0 ? below(random_, 122) : below(random_, 6));
        for (Word& word : words)
            word = random_();
        if (below(random_, 2) == 0)
            thread.registers.a0 = server_endpoint_;
        std::vector<Word> capabilities(below(random_, 4) == 0 ? below(random_, 4) : 0);
        for (Word& capability : capabilities)
            capability = full_path();
        if (words.size() > 120)
            words.resize(120);
        world_.put_message(thread, below(random_, 4), words, capabilities);
    }

    void prepare_method(Thread& thread) {
        // CNode and Untyped make the game; there are no I/O ports.
        const bool capabilities_wanted = below(random_, 3) == 0;
        const auto& method = cobnut::methods[below(random_, capabilities_wanted ? 11 : ports)];
        const auto number = static_cast<Word>(method.method);
        thread.registers.a0 = path_of(static_cast<ObjectType>(number >> 8));
        std::vector<Word> words(method.argument_count);
        for (Word& word : words)
            word = one_of({0, 1, 2, word_bits, path(), random_()});
        std::vector<Word> capabilities(method.capability_count);
        for (Word& capability : capabilities)
            capability = one_of({World::cnode, full_path()});
        choose_arguments(method.method, words, capabilities);
        world_.put_message(thread, number, words, capabilities);
    }

    void choose_arguments(cobnut::Method method, std::vector<Word>& words,
                          std::vector<Word>& capabilities) {
        using cobnut::Method;
        switch (method) {
        case Method::untyped_retype:
            words = {
                1 + below(random_, 11), one_of({0, 0, 0, 2, 3, 8, 12, 13, 14}), 0, 0, new_path(),
                1 + below(random_, 3)};
            break;
        case Method::cnode_copy:
        case Method::cnode_mint:
        case Method::cnode_move:
        case Method::cnode_mutate:
            words[0] = new_path();
            words[1] = depth();
            words[2] = full_path();
            words[3] = depth();
            if (words.size() > 4)
                words[4] = one_of({15, 3, 1, below(random_, 16)});
            break;
        case Method::cnode_rotate:
            words = {new_path(), depth(),         one_of({0, 57}), full_path(),
                     depth(),    one_of({0, 57}), full_path(),     depth()};
            break;
        case Method::cnode_delete:
        case Method::cnode_revoke:
        case Method::cnode_cancel_badged_sends:
        case Method::cnode_identify:
            words = {one_of({8 + below(random_, 100), full_path()}), depth()};
            if (method == Method::cnode_cancel_badged_sends && below(random_, 2) == 0)
                words[0] = 100;
            // What keeps the game going is deleted rarely.
            if (words[0] < World::first_free && below(random_, 30) != 0)
                words[0] = 0;
            break;
        case Method::thread_set_space:
            capabilities = {path_of(ObjectType::cnode), path_of(ObjectType::vspace)};
            words[0] = one_of({0, 57, 60});
            break;
        case Method::thread_configure:
            capabilities = {path_of(ObjectType::cnode), path_of(ObjectType::vspace)};
            words = {one_of({0, 57}), 0, 0};
            break;
        case Method::thread_set_ipc_buffer:
            words[0] = one_of({0x1000, 0x2400, 0});
            capabilities = {path_of(ObjectType::frame)};
            break;
        case Method::thread_set_fault_handler:
        case Method::thread_set_timeout_handler:
            capabilities = {path_of(ObjectType::endpoint)};
            break;
        case Method::thread_set_priority:
            words = {97 + below(random_, 6), 255};
            capabilities = {path_of(ObjectType::thread)};
            break;
        case Method::thread_bind_notification:
            capabilities = {path_of(ObjectType::notification)};
            break;
        case Method::thread_suspend:
            break;
        case Method::sched_context_bind:
            capabilities = {
                path_of(below(random_, 3) == 0 ? ObjectType::notification : ObjectType::thread)};
            break;
        case Method::sched_control_configure: {
            const Word budget = 10 + below(random_, 5000);
            words = {budget,
                     0,
                     budget + (below(random_, 2) == 0 ? 0 : below(random_, 20000)),
                     0,
                     below(random_, 8),
                     random_()};
            capabilities = {path_of(ObjectType::sched_context)};
            break;
        }
        case Method::page_table_map:
        case Method::frame_map:
            words[0] = one_of({0, 0x1000, 0x2000, 0x200000, 0x40000000, 0x40200000});
            if (words.size() > 1)
                words[1] = one_of({3, 2, 1}), words[2] = one_of({0, 4, 1, 2});
            capabilities = {path_of(ObjectType::vspace)};
            break;
        case Method::irq_control_get:
            words = {below(random_, 8), 0, new_path(), depth()};
            break;
        case Method::irq_handler_set_notification:
            capabilities = {path_of(ObjectType::notification)};
            break;
        default:
            break;
        }
    }

    test::Random random_;
    bool timeless_;
    World world_;
    Thread* server_ = nullptr;
    Word server_endpoint_ = 0, server_reply_ = 0, spaces_ = 0;
    std::map<const Thread*, Word> pending_;
};

} // namespace

TEST_CASE("no sequence of system calls breaks an invariant of the kernel", "[kernel]") {
    // More on demand: KERNEL_FUZZ_SEEDS=1000, from KERNEL_FUZZ_FIRST.
    const char* wanted = std::getenv("KERNEL_FUZZ_SEEDS");
    const char* from = std::getenv("KERNEL_FUZZ_FIRST");
    const auto seeds = static_cast<unsigned>(wanted != nullptr ? std::atoi(wanted) : 25);
    const auto first = static_cast<unsigned>(from != nullptr ? std::atoi(from) : 0);
    uint64_t steps = 0;
    for (unsigned seed = first; seed < first + seeds; ++seed) {
        Fuzzer fuzzer{seed};
        for (unsigned step = 0; step < 800; ++step, ++steps) {
            INFO("seed " << seed << " step " << step);
            if (!fuzzer.step())
                break;
        }
    }
    CHECK(steps > 50 * seeds);
    CHECK(arch::FastPolicy::taken > seeds);
    if (wanted != nullptr)
        std::printf("fastpaths: %u\n", arch::FastPolicy::taken);
    if (seeds >= 100)
        for (const auto& method : std::span{cobnut::methods}.first<first_port_method()>()) {
            CAPTURE(method.object, method.name);
            CHECK(Fuzzer::successes[static_cast<Word>(method.method)] > 0);
        }
    if (wanted != nullptr)
        for (const auto& [label, count] : Fuzzer::successes)
            std::printf("method %#x: %u\n", static_cast<unsigned>(label), count);
}

TEST_CASE("fastpaths do what the slow path does", "[kernel]") {
    const char* wanted = std::getenv("KERNEL_FUZZ_SEEDS");
    const auto seeds = static_cast<unsigned>(wanted != nullptr ? std::atoi(wanted) : 15);
    const unsigned taken = arch::FastPolicy::taken + arch::BriefPolicy::taken;
    for (unsigned seed = 0; seed < seeds; ++seed) {
        // The same steps, at the same addresses. Between two looks nothing is written down, so that
        // fastpaths follow one another.
        std::vector<std::vector<Word>> states[2];
        for (const bool fast : {true, false}) {
            arch::host::fastpaths = fast;
            Fuzzer fuzzer{seed, true};
            for (unsigned step = 0; step < 600 && fuzzer.step(); ++step)
                if (step % 5 == 4)
                    states[fast].push_back(fuzzer.state());
        }
        arch::host::fastpaths = true;
        REQUIRE(states[0].size() == states[1].size());
        for (size_t look = 0; look < states[0].size(); ++look) {
            INFO("seed " << seed << " step " << look * 5 + 4);
            REQUIRE(states[0][look].size() == states[1][look].size());
            for (size_t i = 0; i < states[0][look].size(); ++i) {
                INFO("word " << i);
                REQUIRE(states[0][look][i] == states[1][look][i]);
            }
        }
    }
    CHECK(arch::FastPolicy::taken + arch::BriefPolicy::taken > taken + seeds);
}
