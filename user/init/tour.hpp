// SPDX-License-Identifier: BSD-2-Clause
// The tour's state: what init was given, what it made, and what it counts.
#pragma once

#include <lib/console.hpp>
#include <lib/root_task.hpp>
#include <servers/protocol.hpp>

namespace cobnut::tour {

/// Badges on init's desk: who reports, or whose fault it is.
enum class Who : uint8_t {
    nobody,
    driver,
    echo_server,
    first_client,
    second_client,
    pager,
    paged_client,
    first_worker,
    second_worker,
    offender,
    null_reader,
    count
};

class Tour : RootTask {
public:
    /// Memory, slots, console, archive. False: there is no way to go on.
    bool prepare(const BootInfo* info);
    void run();

private:
    static constexpr unsigned who_count = static_cast<unsigned>(Who::count);
    static constexpr unsigned normal_priority = 255;
    /// Below all programs: init goes on when nobody else can.
    static constexpr unsigned idle_priority = 10;

    // setup.cpp
    Status make_desk();

    // launch.cpp
    Status create(Who who, Text file, ProcessPlan plan);
    Status start_driver();
    Status start_echo_server();
    /// The next report or fault. Whoever waits for an answer to a report has got it.
    Message next_event();
    Message receive_event();
    void set_own_priority(unsigned priority);

    // Steps; each tells whether all it claims was seen.
    bool show_machine();
    bool show_driver();
    bool show_echo();
    bool show_pager();
    bool show_shares();
    bool show_offender();
    bool show_null_reader();
    bool show_revocation();

    bool restart_driver(Word calls[2]);
    Status echo_counts(Word counts[2]);
    bool measure_shares();
    bool stopped_by_fault(Who who, FaultType wanted);
    void describe_fault(const Message& fault, const Process& process);
    bool still_working();

    template <class... Parts>
    void say(const Parts&... parts) {
        const Line line(parts...);
        if (driver_runs_)
            driver_.print_text(line.text());
        else
            uart_.print(line.text());
    }
    bool failed(const char* what, const Status& status);
    bool expect(bool condition, const char* what);
    void step(const char* title, bool (Tour::*show)());
    Process& process(Who who) { return processes_[static_cast<unsigned>(who)]; }

    Untyped objects_; ///< For Endpoints and the like.
    uint64_t baseline_ = 0;

    IrqHandler irq_;

    Endpoint desk_;
    Endpoint handler_[who_count]; ///< The desk, badged.
    Reply reply_;
    static constexpr unsigned max_waiting = 4;
    Message waiting_[max_waiting]; ///< Reports that came while another was waited for.
    unsigned waiting_count_ = 0;
    Endpoint console_;
    Endpoint echo_;
    Endpoint pager_;
    Notification ready_;
    ConsoleClient driver_;
    bool driver_runs_ = false;
    Process processes_[who_count];

    unsigned step_ = 0;
    unsigned passed_ = 0;
    unsigned failed_ = 0;
};

} // namespace cobnut::tour
