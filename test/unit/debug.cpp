// SPDX-License-Identifier: BSD-2-Clause
// What the debug kernel says and checks.
#include "world.hpp"

#include <generic/base/panic.hpp>
#include <generic/cap/derivation.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/contract/fastpath.hpp>
#include <generic/debug/report.hpp>
#include <generic/ipc/endpoint.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread_control.hpp>
#include <generic/sched/scheduler.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

using test::World;
using namespace kernel;
using cobnut::Method;
using cobnut::Syscall;

namespace {

/// What is printed from now on.
struct Console {
    Console() { arch::host::machine.console.clear(); }
    [[nodiscard]] bool has(const char* part) const {
        return arch::host::machine.console.find(part) != std::string::npos;
    }
    [[nodiscard]] long lines() const {
        const std::string& text = arch::host::machine.console;
        return std::count(text.begin(), text.end(), '\n');
    }
};

} // namespace

TEST_CASE("debug: a refused method is told once, with thread, method, arguments and why") {
    World world;
    const Console console;
    const auto outcome = world.call(World::thread, Method::thread_set_priority, {255, 1000},
                                    {World::thread});
    REQUIRE(outcome.error == Error::out_of_range);
    INFO(arch::host::machine.console);
    CHECK(console.lines() == 1);
    CHECK(console.has("kernel: thread 0x"));
    CHECK(console.has("Thread.set_priority(priority 0xff, max_priority 0x3e8, authority Thread 0x5) refused: "
                      "out_of_range (0x0, 0xff): One of them is above the authority's maximum."));
}

TEST_CASE("debug: of which argument and of which capability an error is, is told by name") {
    World world;
    const Word frame = world.make(ObjectType::frame, 12), space = world.make(ObjectType::vspace);
    const Word slot = world.free_slot();
    struct Refused {
        Word object;
        Method method;
        std::initializer_list<Word> words;
        std::initializer_list<Word> capabilities;
        const char* told;
    };
    const Refused refused[] = {
        {frame, Method::frame_map, {0x1000, 3, 64}, {space},
         "invalid_argument of argument 2 attributes (0x2, 0x40)"},
        {World::untyped, Method::untyped_retype, {99, 0, 0, 0, slot, 1}, {World::cnode},
         "invalid_argument of argument 0 type (0x0, 0x63)"},
        {World::cnode, Method::cnode_mutate, {slot, word_bits, World::cnode, word_bits, 63}, {World::cnode},
         "invalid_argument of argument 4 badge (0x4, 0x3f)"},
        {World::thread, Method::thread_set_space, {63}, {World::cnode, space},
         "invalid_argument of argument 0 node_guard (0x0, 0x3f)"},
        {World::thread, Method::thread_set_space, {0}, {World::cnode, frame},
         "refused: invalid_capability of VSpace (0x1, 0x0)"},
        {World::cnode, Method::cnode_delete, {0, 3}, {}, "The guard differs from the path's bits."},
        {World::cnode, Method::thread_resume, {}, {}, "Thread.resume() refused: invalid_method"},
    };
    for (const Refused& one : refused) {
        const Console console;
        CHECK(world.call(one.object, one.method, one.words, one.capabilities).error != Error::none);
        INFO(arch::host::machine.console);
        CHECK(console.lines() == 1);
        CHECK(console.has(one.told));
    }
}

TEST_CASE("debug: what the fastpath of brief calls refuses is told too") {
    World world;
    const Console console;
    const Word free = world.free_slot();
    world.put_message(*world.cpu().current, 0, {}, {});
    world.cpu().current->registers.a0 = free;
    (void)world.enter([&] {
        arch::BriefPolicy::number = static_cast<Word>(Syscall::nb_send);
        kernel_fast_brief(free);
    });
    INFO(arch::host::machine.console);
    CHECK(console.lines() == 1);
    CHECK(console.has("refused: invalid_capability"));
}

TEST_CASE("debug: a fault that nobody can take is told once, with the reason") {
    World world;
    const Word endpoint = world.make(ObjectType::endpoint);
    Thread& root = world.root();
    const Console console;
    SECTION("no handler") {
        (void)world.enter([] { kernel_user_exception(7, 8); });
        CHECK(console.has(": no handler"));
    }
    SECTION("it waits without a Reply object") {
        Thread& handler = world.make_thread(200);
        REQUIRE(world.settle() == &handler);
        handler.registers.a0 = endpoint;
        REQUIRE(world.syscall(Syscall::wait) == &root);
        REQUIRE(thread_control::set_handler(world.cpu(), root.fault_slot, &world.slot(endpoint)).ok());
        arch::host::machine.console.clear();
        (void)world.enter([] { kernel_user_exception(7, 8); });
        CHECK(console.has("its handler cannot take it: no_reply"));
    }
    SECTION("it comes without a Reply object, or goes") {
        Thread& handler = world.make_thread(90);
        REQUIRE(thread_control::set_handler(world.cpu(), root.fault_slot, &world.slot(endpoint)).ok());
        arch::host::machine.console.clear();
        REQUIRE(world.enter([] { kernel_user_exception(7, 8); }) == &handler);
        CHECK(console.lines() == 0);
        if (GENERATE(false, true)) {
            handler.registers.a0 = endpoint;
            (void)world.syscall(Syscall::wait);
            CHECK(console.has("its handler cannot take it: no_reply"));
        } else {
            while (!ipc::cancel_some(world.cpu(), world.object<Endpoint>(endpoint))) {
            }
            CHECK(console.has("its handler cannot take it: canceled"));
        }
    }
    INFO(arch::host::machine.console);
    CHECK(console.lines() == 1);
    CHECK(console.has("stopped by fault user_exception"));
    CHECK((root.gate & Gate::suspended) != 0);
}

TEST_CASE("debug: each queued message that does not fit is told, once") {
    World world;
    const Word endpoint = world.make(ObjectType::endpoint), notification = world.make(ObjectType::notification);
    for (unsigned i = 0; i < 8; ++i) {
        Thread& sender = world.make_thread(200);
        REQUIRE(world.settle() == &sender);
        world.put_message(sender, 0, std::vector<Word>(arch::Registers::message_words + 1, 1), {});
        sender.registers.a0 = endpoint;
        REQUIRE(world.syscall(Syscall::send) == &world.root());
        sched::set_priority(world.cpu(), sender, 50); // in its queue still, and not in the way
    }
    world.root().buffer = nullptr;
    const Console console;
    world.put_message(world.root(), 0, {}, {});
    world.root().registers.a0 = endpoint;
    world.root().registers.second = notification;
    (void)world.syscall(Syscall::nb_send_wait);
    INFO(arch::host::machine.console);
    CHECK(world.root().wait_kind() == Wait::receive);
    CHECK(console.lines() == 8);
    CHECK(console.has("refused: message_too_long"));
}

TEST_CASE("debug: a method that succeeds is not told") {
    World world;
    const Console console;
    REQUIRE(world.call(World::thread, Method::thread_info, {}).error == Error::none);
    CHECK(console.lines() == 0);
}

TEST_CASE("debug: a refused send is told with its path and the condition") {
    World world;
    const Console console;
    const Word free = world.free_slot();
    world.put_message(*world.cpu().current, 0, {}, {});
    world.cpu().current->registers.a0 = free;
    (void)world.syscall(Syscall::nb_send);
    INFO(arch::host::machine.console);
    CHECK(console.has("send through path"));
    CHECK(console.has("refused: invalid_capability"));
    CHECK(console.has("The slot is empty"));
}

TEST_CASE("debug: a receive whose Reply is none names the Reply's path, not the Endpoint's") {
    World world;
    const Word endpoint = world.make(ObjectType::endpoint), empty = world.free_slot();
    const Console console;
    world.put_message(*world.cpu().current, 0, {}, {});
    world.cpu().current->registers.a0 = endpoint;
    world.cpu().current->registers.reply_path = empty;
    (void)world.syscall(Syscall::nb_recv);
    INFO(arch::host::machine.console);
    CHECK(console.lines() == 1);
    std::ostringstream told;
    told << "receive with the Reply at path 0x" << std::hex << empty << " refused: invalid_capability";
    CHECK(console.has(told.str().c_str()));
}

namespace {

/// What the console tells of refusals: lines of their own, and those that it only counts.
struct Told {
    unsigned lines = 0;
    unsigned more = 0;
};

Told told() {
    Told result;
    std::istringstream text(arch::host::machine.console);
    for (std::string line; std::getline(text, line);) {
        unsigned more = 0;
        if (line.find(" refused: ") != std::string::npos)
            ++result.lines;
        else if (std::sscanf(line.c_str(), "kernel: %u more of the same", &more) == 1)
            result.more += more;
    }
    return result;
}

/// As World::call, which would have each of them told.
void refused_again(World& world, Word path, Method method, const std::vector<Word>& words,
                   const std::vector<Word>& capabilities) {
    Thread& caller = *world.cpu().current;
    world.put_message(caller, static_cast<Word>(method), words, capabilities);
    caller.registers.a0 = path;
    (void)world.syscall(Syscall::call);
    REQUIRE(cobnut::Tag(caller.registers.tag()).error() != Error::none);
}

void refused_priority(World& world, Word priority = 255) {
    refused_again(world, World::thread, Method::thread_set_priority, {priority, 1000}, {World::thread});
}

} // namespace

TEST_CASE("debug: the same refusal over again is counted, and all of them are told") {
    World world;
    const Console console;
    refused_priority(world);
    for (unsigned round = 0; round < 4; ++round) {
        CHECK(console.lines() == 1);
        refused_priority(world);
    }
    CHECK(console.lines() == 2);
    CHECK(told().more == 4);
    const unsigned rounds = 2000;
    for (unsigned round = 5; round < rounds; ++round)
        refused_priority(world);
    INFO(arch::host::machine.console);
    CHECK(told().lines == 1);
    CHECK(console.lines() == 1 + 5); // 4, 16, 64, 256, 1024
    CHECK(told().more == 4 + 16 + 64 + 256 + 1024);

    SECTION("when another is refused") {
        refused_priority(world, 254);
        CHECK(told().lines == 2);
        CHECK(console.has("kernel: 635 more of the same\nkernel: thread 0x"));
    }
    SECTION("when a fault is told") {
        (void)world.enter([] { kernel_user_exception(7, 8); });
        CHECK(console.has("kernel: 635 more of the same\nkernel: thread 0x"));
        CHECK(told().lines == 1);
    }
    SECTION("when the machine goes off") {
        const Word firmware = world.free_slot();
        world.slot(firmware).set(ObjectType::firmware, nullptr, rights_byte(Rights::all()), 0);
        derivation::insert_child(*kernel_state.root, world.slot(firmware));
        try {
            (void)world.call(firmware, Method::firmware_power_off, {});
        } catch (const arch::host::Stopped&) {
        }
    }
    SECTION("when the kernel ends") {
        try {
            fatal("the end");
        } catch (const arch::host::Stopped&) {
        }
        CHECK(console.has("kernel: 635 more of the same\ncobnut: fatal: the end"));
    }
    SECTION("when the thread is deleted") {
        thread_control::destroy(world.cpu(), world.root());
    }
    CHECK(told().more == rounds - 1);
}

TEST_CASE("debug: refusals that differ in anything are all told") {
    World world;
    const Word empty = world.free_slot();
    const auto nb_send = [&](Word path) {
        world.put_message(*world.cpu().current, 0, {}, {});
        world.cpu().current->registers.a0 = path;
        (void)world.syscall(Syscall::nb_send);
    };
    const Console console;
    for (unsigned round = 0; round < 50; ++round) {
        refused_priority(world, 255);
        refused_priority(world, 254);                                                      // an argument
        refused_again(world, World::thread, Method::thread_set_priority, {254, 1000}, {});  // their number
        refused_again(world, World::thread, Method::thread_set_priority, {254, 1000}, {World::untyped}); // a capability,
        refused_again(world, World::thread, Method::thread_set_priority, {254, 1000}, {World::cnode}); // another
        refused_again(world, World::cnode, Method::thread_resume, {}, {});                 // the method
        refused_again(world, World::cnode, Method::thread_suspend, {}, {});
        nb_send(empty); // the form, the path
        nb_send(empty + 1);
    }
    CHECK(told().lines == 50 * 9);
    CHECK(told().more == 0);
}

TEST_CASE("debug: the same refusal of two threads, or of a new one at the same place, is told of each") {
    World world;
    Thread& root = world.root();
    Thread& other = world.make_thread(50);
    other.cspace_slot = root.cspace_slot;
    const Console console;
    refused_priority(world);
    world.hand_over(root, other);
    refused_priority(world);
    world.hand_over(other, root);
    refused_priority(world);
    CHECK(told().lines == 3);
    refused_priority(world);
    CHECK(console.lines() == 3);
    thread_control::destroy(world.cpu(), other);
    refused_priority(world);
    CHECK(told().lines == 4);
    CHECK(told().more == 1);
}

TEST_CASE("debug: a ready queue that is spoilt stops the kernel with the invariant's name") {
    World world;
    Thread& ready = world.make_thread(5);
    REQUIRE(ready.queued != 0);
    ready.wait = Wait::signal;
    std::string said;
    try {
        for (unsigned entry = 0; entry < 20; ++entry)
            (void)world.call(World::thread, Method::thread_info, {});
    } catch (const arch::host::Stopped& stopped) {
        said = stopped.console;
    }
    CHECK(said.find("invariant: thread->wait == Wait::nothing") != std::string::npos);
}
