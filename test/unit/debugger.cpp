// SPDX-License-Identifier: BSD-2-Clause
// The kernel debugger, by what is typed and what it prints.
#include "world.hpp"

#include <generic/base/panic.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/debug/debugger.hpp>
#include <generic/object/debug.hpp>

#include <sstream>

using test::World;
using namespace kernel;
using cobnut::Method;
using cobnut::Syscall;

namespace {

/// What the debugger prints when these lines are typed behind the key.
std::string typed(World& world, const std::string& lines) {
    auto& machine = arch::host::machine;
    machine.console.clear();
    machine.typed = "\x1b" + lines + "go\r";
    debug::listen(world.cpu());
    CHECK(machine.typed.empty());
    CHECK(!world.cpu().debugging);
    return machine.console;
}

std::string hex(const void* address) {
    std::ostringstream out;
    out << "0x" << std::hex << reinterpret_cast<uintptr_t>(address);
    return out.str();
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("debugger: without the key it is not entered, and what was typed is gone", "[debugger]") {
    World world;
    arch::host::machine.console.clear();
    arch::host::machine.typed = "abc";
    debug::listen(world.cpu());
    CHECK(arch::host::machine.typed.empty());
    CHECK(arch::host::machine.console.empty());
}

TEST_CASE("debugger: the timer's interrupt looks for the key", "[debugger]") {
    World world;
    auto& machine = arch::host::machine;
    machine.console.clear();
    machine.typed = "\x1bgo\r";
    machine.now = machine.deadline;
    (void)world.enter([] { kernel_interrupt(); });
    CHECK(has(machine.console, "Cobnut debugger"));
    CHECK(world.cpu().current == &world.root());
}

TEST_CASE("debugger: threads and queues tell who waits for what", "[debugger]") {
    World world;
    const Word endpoint = world.make(cobnut::ObjectType::endpoint);
    const Word reply = world.make(cobnut::ObjectType::reply);
    Thread& idle = world.make_thread(7);
    Thread& server = world.make_thread(200);
    REQUIRE(world.settle() == &server);
    server.registers.a0 = endpoint;
    server.registers.reply_path = reply;
    (void)world.syscall(Syscall::recv);
    REQUIRE(world.cpu().current == &world.root());
    const std::string place = hex(world.slot(endpoint).pointer<void>());
    const std::string threads = typed(world, "threads\r");
    CHECK(has(threads, "thread " + hex(&server) + " priority 200"));
    CHECK(has(threads, "receives on " + place));
    CHECK(has(threads, "thread " + hex(&world.root()) + " priority 100"));
    CHECK(has(threads, "runs"));
    const std::string queues = typed(world, "q\r");
    CHECK(has(queues, "runs: " + hex(&world.root())));
    CHECK(has(queues, "ready, priority 7: " + hex(&idle) + "\n"));
    CHECK(has(queues, "endpoint " + place + " receivers: " + hex(&server) + "\n"));
    const std::string one = typed(world, "threads " + hex(&server) + "\r");
    CHECK(has(one, "Reply offered " + hex(world.slot(reply).pointer<void>())));
    CHECK(has(one, "capability space: cnode "));
}

TEST_CASE("debugger: derivation goes up to the root and down to the last child", "[debugger]") {
    World world;
    const Word endpoint = world.make(cobnut::ObjectType::endpoint);
    const Word copy = world.free_slot();
    REQUIRE(world.call(World::cnode, Method::cnode_mint,
                       {copy, word_bits, endpoint, word_bits, 3, 0x77}, {World::cnode})
                .error == cobnut::Error::none);
    const std::string up = typed(world, "derivation " + hex(&world.slot(copy)) + "\r");
    CHECK(has(up, "from " + hex(&world.slot(endpoint)) + ": endpoint"));
    CHECK(has(up, "from " + hex(&world.slot(World::untyped)) + ": untyped"));
    CHECK(has(up, "badge 0x77 rights 0x3"));
    const std::string down = typed(world, "derivation " + hex(&world.slot(World::untyped)) + "\r");
    CHECK(has(down, "  " + hex(&world.slot(endpoint)) + ": endpoint"));
    CHECK(has(down, "    " + hex(&world.slot(copy)) + ": endpoint"));
    const std::string objects = typed(world, "objects\r");
    CHECK(has(objects, "endpoint: 1, capabilities 2\n"));
}

TEST_CASE("debugger: the time in it is charged to nobody", "[debugger]") {
    World world;
    const Ticks end = world.cpu().slice_end;
    (void)typed(world, "");
    CHECK(world.cpu().slice_end == end); // the simulated clock stands still
    CHECK(!world.cpu().time_read);
}

TEST_CASE("debugger: lines are edited", "[debugger]") {
    World world;
    CHECK(has(typed(world, "hxx\b\belp\r"), "leaves the debugger"));
    CHECK(has(typed(world, "rubbish\x15help\r"), "leaves the debugger"));
    CHECK(has(typed(world, std::string(500, 'a') + "\r"), "no such command: aaa"));
}

TEST_CASE("debugger: a failed kernel offers it, and it does not offer itself", "[debugger]") {
    World world;
    auto& machine = arch::host::machine;
    machine.console.clear();
    machine.typed = "\x1bhelp\rgo\r";
    CHECK_THROWS_AS(fatal("for the test"), arch::host::Stopped);
    CHECK(has(machine.console, "fatal: for the test"));
    CHECK(has(machine.console, "leaves the debugger"));
    machine.console.clear();
    machine.typed = "\x1bhelp\rgo\r";
    world.cpu().debugging = true;
    CHECK_THROWS_AS(fatal("in the debugger"), arch::host::Stopped);
    CHECK(!has(machine.console, "leaves the debugger"));
}

TEST_CASE("debugger: whatever is typed, it neither fails nor changes anything", "[debugger]") {
    World world;
    (void)world.make(cobnut::ObjectType::frame, 12, 2);
    (void)world.make_thread(50);
    test::check_invariants(world);
    static constexpr const char* names[] = {"threads", "capabilities", "derivation",
                                            "address_spaces", "queues", "objects", "memory",
                                            "trace", "help", "", "nonsense"};
    test::Random random(1);
    const auto below = [&](unsigned limit) { return test::below(random, limit); };
    const auto number = [&]() -> std::string {
        const Word near = reinterpret_cast<Word>(&world.slot(below(World::slot_count)));
        std::ostringstream out;
        out << std::hex;
        switch (below(6)) {
        case 0: out << random(); break;
        case 1: out << ((Word{random()} << 32) | random()); break;
        case 2: out << near; break;
        case 3: out << near + below(4096); break;
        case 4: out << arch::host::ram_base + below(arch::host::ram_bytes); break;
        default: out << (below(2) != 0 ? "ffffffffffffffff" : "fffffffffffffffff"); break;
        }
        return out.str();
    };
    for (unsigned round = 0; round < 300; ++round) {
        std::string line = names[below(std::size(names))];
        for (unsigned i = below(4); i > 0; --i)
            line += " " + number();
        for (unsigned i = below(3); i > 0; --i)
            line += static_cast<char>(' ' + below(95));
        if (line[0] == 'g')
            continue;
        CAPTURE(line);
        (void)typed(world, line + "\r");
    }
    test::check_invariants(world);
}
