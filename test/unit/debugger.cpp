// SPDX-License-Identifier: BSD-2-Clause
// The kernel debugger, by what is typed and what it prints.
#include "world.hpp"

#include <cobnut/abi/fault.hpp>
#include <generic/base/panic.hpp>
#include <generic/contract/cpu.hpp>
#include <generic/debug/debugger.hpp>
#include <generic/ipc/endpoint_queue.hpp>
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
    const Ticks end = world.cpu().slice_end();
    (void)typed(world, "");
    CHECK(world.cpu().slice_end() == end); // the simulated clock stands still
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

TEST_CASE("debugger: what a thread waits for, and what it stopped for", "[debugger]") {
    World world;
    const Word endpoint = world.make(cobnut::ObjectType::endpoint);
    const Word notification = world.make(cobnut::ObjectType::notification, 0, 2);
    const Word reply = world.make(cobnut::ObjectType::reply);
    const auto waits = [&](Word kind, Word index, uint8_t sending) -> Thread& {
        Thread& thread = world.make_thread(50, true);
        thread.wait = reinterpret_cast<Word>(world.slot(index).pointer<void>()) | kind;
        thread.sending = sending;
        return thread;
    };
    const std::string place = hex(world.slot(endpoint).pointer<void>());
    const Thread* sender = &waits(Wait::send, endpoint, 0);
    const Thread* caller = &waits(Wait::send, endpoint, Sending::call);
    Thread& faulty = waits(Wait::send, endpoint, Sending::fault);
    faulty.fault = {static_cast<uint8_t>(cobnut::FaultType::vm), {}, {0x1234, 1, 2, 0}};
    faulty.gate |= Gate::suspended;
    Thread& server = waits(Wait::signal, notification, 0);
    Thread& called = waits(Wait::nothing, reply, 0);
    called.wait = Wait::in(&world.object<Reply>(reply));
    world.object<Reply>(reply).server = &server;
    world.object<Reply>(reply).caller = &called;
    const Thread* stuck = &world.make_thread(50, true);
    const Word unborn = world.make(cobnut::ObjectType::thread);
    const std::string threads = typed(world, "threads\r");
    const auto told = [&](const Thread* thread, const std::string& what) {
        const size_t at = threads.find("thread " + hex(thread) + " priority");
        const size_t end = threads.find('\n', at);
        return at != std::string::npos && has(threads.substr(at, end - at), what);
    };
    CHECK(told(sender, "sends to " + place));
    CHECK(told(caller, "calls " + place));
    CHECK(told(&faulty, "faulted, sends to " + place + ", suspended"));
    CHECK(told(&server, "waits on " + hex(world.slot(notification).pointer<void>())));
    CHECK(told(&called, "waits for the answer of " + hex(world.slot(reply).pointer<void>()) +
                            " (thread " + hex(&server) + ")"));
    CHECK(told(stuck, "cannot run"));
    CHECK(told(&world.object<Thread>(unborn), "has never run"));
    const std::string one = typed(world, "threads " + hex(&faulty) + "\r");
    CHECK(has(one, "fault vm: 0x1234 0x1 0x2"));
    CHECK(!has(one, "fault debug"));

    auto& signalled = world.object<Notification>(notification + 1);
    signalled.active = 1;
    signalled.flags = 0x30;
    ipc::queue_insert(world.object<Notification>(notification).head, server, Endpoint::receivers);
    ipc::queue_insert(world.object<Endpoint>(endpoint).head, faulty, Endpoint::senders);
    const Word context = world.make(cobnut::ObjectType::sched_context, 8);
    world.object<SchedContext>(context).released = 0;
    const std::string queues = typed(world, "queues\r");
    CHECK(has(queues, "endpoint " + place + " senders: " + hex(&faulty) + "\n"));
    CHECK(has(queues, "notification " + hex(&signalled) + " signalled 0x30\n"));
    CHECK(has(queues, " waiters: " + hex(&server) + "\n"));
    CHECK(has(queues, "reply " + hex(world.slot(reply).pointer<void>()) + " of thread " +
                          hex(&server) + " holds thread " + hex(&called) + "\n"));
    CHECK(has(queues, "scheduling context " + hex(world.slot(context).pointer<void>()) +
                          " waits for time"));
}

TEST_CASE("debugger: an address space's mappings are told in runs", "[debugger]") {
    World world;
    const Word space = world.make(cobnut::ObjectType::vspace, 0, 2);
    const Word frame = world.make(cobnut::ObjectType::frame, 12, 4);
    const auto map = [&](Word index, Word address, Word rights, Word attributes) {
        return world.call(frame + index, Method::frame_map, {address, rights, attributes}, {space})
            .error;
    };
    while (map(0, 0x1000, 3, 0) == cobnut::Error::missing_table)
        REQUIRE(world.call(world.make(cobnut::ObjectType::page_table), Method::page_table_map,
                           {0x1000}, {space})
                    .error == cobnut::Error::none);
    REQUIRE(map(1, 0x2000, 3, 0) == cobnut::Error::none);
    REQUIRE(map(2, 0x3000, 2, cobnut::MapAttributes::execute_never) == cobnut::Error::none);
    REQUIRE(map(3, 0x7000, 2, cobnut::MapAttributes::execute_never) == cobnut::Error::none);
    const std::string all = typed(world, "address_spaces\r");
    CHECK(has(all, hex(world.slot(space).pointer<void>()) + " root table 0x"));
    CHECK(has(all, hex(world.slot(space + 1).pointer<void>()) + " without a root table"));
    const std::string one =
        typed(world, "address_spaces " + hex(world.slot(space).pointer<void>()) + "\r");
    CHECK(has(one, "0x1000 to 0x2fff is "));
    CHECK(has(one, " rwx normal\n"));
    CHECK(has(one, "0x3000 to 0x3fff is "));
    CHECK(has(one, "0x7000 to 0x7fff is "));
    CHECK(has(one, " r-- normal\n"));
    CHECK(has(typed(world, "capabilities\r"), " mapped in space "));
    CHECK(!has(typed(world, "address_spaces " + hex(&world.root()) + "\r"), "root table"));
}

TEST_CASE("debugger: words of RAM are told, of anything else none", "[debugger]") {
    World world;
    const Word frame = world.make(cobnut::ObjectType::frame, 12);
    const PhysAddr place = world.slot(frame).memory();
    auto* words = static_cast<Word*>(arch::to_virtual(place));
    for (unsigned i = 0; i < 9; ++i)
        words[i] = 0x1100 + i;
    std::ostringstream address;
    address << "0x" << std::hex << place.raw();
    const std::string text = typed(world, "memory " + address.str() + "\r");
    CHECK(has(text, address.str() + ": 0x1100 0x1101 0x1102 0x1103\n"));
    CHECK(has(text, ": 0x1104 0x1105 0x1106 0x1107\n"));
    CHECK(!has(text, "0x1108"));
    CHECK(has(typed(world, "memory " + address.str() + " 9\r"), "0x1108"));
    CHECK(has(typed(world, "memory 0x100\r"), "not in one Untyped of RAM"));
    CHECK(has(typed(world, "memory 0x40000000\r"), "not in one Untyped of RAM"));
    CHECK(has(typed(world, "memory\r"), "not in one Untyped of RAM"));
    CHECK(has(typed(world, "memory " + address.str() + " 0\r"), "0x1100"));
    CHECK(has(typed(world, "memory " + address.str() + " ffff\r"), "0x1108"));
}

TEST_CASE("debugger: capabilities of a CNode, of a thread, and of nothing", "[debugger]") {
    World world;
    const Word node = world.make(cobnut::ObjectType::cnode, 4);
    const Word inner = world.make(cobnut::ObjectType::untyped, 16);
    REQUIRE(world.call(inner, Method::untyped_retype,
                       {static_cast<Word>(cobnut::ObjectType::thread), 0, node, word_bits, 3, 1},
                       {World::cnode})
                .error == cobnut::Error::none);
    const Slot* slots = world.slot(node).pointer<Slot>();
    CHECK(has(typed(world, "capabilities " + hex(slots) + "\r"), "0x3 in " + hex(slots + 3)));
    const Thread& thread = *slots[3].pointer<Thread>(); // where its Untyped begins too
    CHECK(has(typed(world, "capabilities " + hex(&thread) + "\r"), "no CNode"));
    CHECK(has(typed(world, "capabilities " + hex(&world.root()) + "\r"), "0x1 in "));
    const Word endpoint = world.make(cobnut::ObjectType::endpoint);
    CHECK(has(typed(world, "capabilities " + hex(world.slot(endpoint).pointer<void>()) + "\r"),
              "no CNode"));
}

TEST_CASE("debugger: the last events of a trace", "[debugger]") {
    World world;
    CHECK(has(typed(world, "trace\r"), "no trace runs"));
    const Word frame = world.make(cobnut::ObjectType::frame, 12, 2);
    for (const Word index : {0, 1})
        REQUIRE(world.call(World::trace, Method::trace_set_frame, {index}, {frame + index}).error ==
                cobnut::Error::none);
    REQUIRE(world.call(World::trace, Method::trace_start, {0x7f}).error == cobnut::Error::none);
    for (unsigned i = 0; i < 20; ++i)
        (void)world.call(World::untyped, Method::untyped_query, {});
    const std::string two = typed(world, "trace 2\r");
    CHECK(has(two, " exit "));
    const auto lines = [](const std::string& text) {
        std::istringstream in(text);
        size_t count = 0;
        for (std::string line; std::getline(in, line);)
            count += !line.empty() && line[0] >= '0' && line[0] <= '9' ? 1 : 0;
        return count;
    };
    CHECK(lines(two) == 2);
    CHECK(lines(typed(world, "trace\r")) == 16);
    CHECK(lines(typed(world, "trace ffff\r")) > 30);
    for (unsigned i = 0; i < 100; ++i)
        (void)world.call(World::untyped, Method::untyped_query, {});
    CHECK(lines(typed(world, "trace ffff\r")) == 4096 / 32);
}
