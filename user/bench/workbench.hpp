// SPDX-License-Identifier: BSD-2-Clause
// What the root task of the bench measures with: a client and a server in address spaces of their
// own, which do one row after another.
#pragma once

#include "protocol.hpp"

#include <lib/root_task.hpp>

#include <span>

namespace cobnut::bench {

/// One measurement. The server has no time of its own unless a priority says so.
struct Row {
    const char* out;  ///< Name of the leg that the client begins,
    const char* back; ///< and of the other, if it is of interest.
    Operation operation;
    unsigned server_priority = 0;
    Word words[2] = {};
    unsigned count = 400; ///< Samples.
};

/// What is special about a client and its server.
struct Pair {
    bool fpu = false;
    bool apart = false; ///< Their objects, see ProcessPlan::objects_apart.
    unsigned priority = 100;
    unsigned node_bits = 6; ///< Of the client.
};

class Workbench : protected RootTask {
protected:
    /// False: the console tells why.
    bool open(const BootInfo* info);
    template <class... Parts>
    void print(const Parts&... parts) {
        uart_.print(Line(parts...).text());
    }
    void complain(Status status);

    Status measure(const Pair& pair, std::span<const Row> what);
    Status start(const Pair& pair);
    /// Prints the row's legs, their names behind the prefix.
    Status measure(const Row& row, Text prefix = {});
    Status stop();
    Status create(Process& process, Text file, const ProcessPlan& plan);

    Pair pair_;
    Process server_;
    Process client_;
    Notification ready_;

private:
    Status share_memory();
    Status make_objects();
    void find_device_memory();
    [[nodiscard]] bool can_measure(const Row& row) const;
    Status start_server();
    Status start_client();
    ProcessPlan plan() const;
    Status map_console(Process& process);
    void report(Text prefix, const char* name, int leg);
    Status judge(const Message& message);

    Frame frames_[Shared::pages];
    Endpoint desk_;
    Endpoint service_;
    Reply reply_;
    Notification signals_;
    Notification back_;
    Notification idle_;
    Notification interrupts_;
    IrqHandler handler_;
    Untyped device_memory_;
    bool has_interrupt_ = false;
    unsigned phase_ = 0;
};

} // namespace cobnut::bench
