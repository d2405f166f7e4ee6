// SPDX-License-Identifier: BSD-2-Clause
// What every root task begins with: its memory, slots, console, archive.
#pragma once

#include <cobnut/format/cpio.hpp>
#include <lib/machine.hpp>
#include <lib/process.hpp>

namespace cobnut {

class RootTask {
protected:
    /// False: there is no way to go on; if there is a console, it tells why.
    bool prepare(const BootInfo* info);
    /// Bytes that something was made of, in all Untyped of RAM.
    [[nodiscard]] uint64_t used_memory() const;

    Machine machine_;
    cpio::Archive archive_;
    CNode node_;
    VSpace space_;
    Thread thread_;
    SlotPool slots_;
    UntypedPool pool_;
    DevicePool devices_;
    Workshop workshop_;
    Untyped own_; ///< For what the root task keeps when all else is revoked; not in the pool.
    ConsolePlace console_place_;
    Uart uart_;
    Frame uart_frame_; ///< None where the UART is behind I/O ports.

    /// A page for Workshop::window, and the next ones: their page tables are there.
    static constexpr Word window = 0x1000'1000;

private:
    Status find_memory();
    Status open_console();
    Status open_window();
};

} // namespace cobnut
