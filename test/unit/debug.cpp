// SPDX-License-Identifier: BSD-2-Clause
// What the debug kernel says and checks.
#include "world.hpp"


#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

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
    CHECK(console.has("Thread.set_priority(priority 0xff, max_priority 0x3e8) refused: "
                      "out_of_range (0x0, 0xff): One of them is above the authority's maximum."));
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

TEST_CASE("debug: a thread that is refused without end does not fill the console") {
    World world;
    const Console console;
    for (unsigned round = 0; round < 2000; ++round)
        (void)world.call(World::thread, Method::thread_set_priority, {255, 1000}, {World::thread});
    CHECK(console.lines() == 257);
    CHECK(console.has("again and again"));
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
