// SPDX-License-Identifier: BSD-2-Clause
// A root task for a small system: it starts the programs of its archive, prints for them at its
// desk, and hears there of their reports and faults.
#pragma once

#include <lib/component.hpp>
#include <lib/root_task.hpp>

namespace cobnut {

/// A program and the badge by which the desk knows it.
struct Component : Process {
    Word badge = 0;
};

class System : public RootTask {
public:
    /// Finds memory, console and archive. Without one of them it powers off with a line.
    void begin(Word argument_of_main);

    template <class... Parts>
    void print(const Parts&... parts) const {
        uart_.print(Line(parts...).text());
    }

    /// A new Endpoint, Notification or Reply of the root task's own.
    [[nodiscard]] Endpoint make_endpoint() { return Endpoint(make(ObjectType::endpoint)); }
    [[nodiscard]] Reply make_reply() { return Reply(make(ObjectType::reply)); }
    [[nodiscard]] Notification make_notification() {
        return Notification(make(ObjectType::notification));
    }
    /// The same Endpoint with a badge.
    [[nodiscard]] Endpoint badged(Endpoint endpoint, Word badge);

    /// Makes a program of the archive, without letting it run. It can use the desk, and its faults
    /// arrive there, unless the plan names another handler. It ends the system if that fails.
    void create(Component& component, Text file, ProcessPlan plan = {});
    /// A program that serves the Endpoint: it gets the right to receive, and a Reply object.
    void serves(Component& component, Endpoint endpoint);
    /// A program that calls it; its calls carry the badge of its desk.
    void calls(Component& component, Endpoint endpoint);
    void start(Component& component, Word argument = 0);

    /// The next report or fault; its badge says whose. Prints what programs print meanwhile; a
    /// program that comes to its end is no event.
    [[nodiscard]] Message next_event();
    /// The words of the next report. A fault is told and ends the system.
    [[nodiscard]] Message next_report();

    /// Ends the system unless the status is ok.
    void check(const Status& status, const char* what);
    void expect(bool condition, const char* what);
    /// Prints "name: n passed, m failed", counted by expect, and powers off.
    [[noreturn]] void finish(const char* name);

    [[nodiscard]] const ConsolePlace& console_place() const { return console_place_; }
    /// None where the UART is behind I/O ports.
    [[nodiscard]] Frame uart_frame() const { return uart_frame_; }
    [[nodiscard]] const Machine& machine() const { return machine_; }
    [[nodiscard]] IrqHandler make_irq_handler(unsigned number, Trigger trigger);

private:
    [[nodiscard]] CapIndex make(ObjectType type);
    [[nodiscard]] CapIndex free_slot();

    Endpoint desk_;
    Reply reply_;
    Word badges_ = 0;
    unsigned passed_ = 0;
    unsigned failed_ = 0;
};

} // namespace cobnut
