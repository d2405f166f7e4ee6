// SPDX-License-Identifier: BSD-2-Clause
// The program's own ELF file: its read-only pages in frames that all domains share, its data for
// fresh ones.
#pragma once

#include "../domain.hpp"

#include <cobnut/format/elf.hpp>
#include <lib/memory_pool.hpp>

namespace conformance {

/// What the harness itself lives in.
struct Home {
    cobnut::Machine machine;
    cobnut::CNode node{cobnut::slot(cobnut::RootSlot::cnode)};
    cobnut::VSpace space{cobnut::slot(cobnut::RootSlot::vspace)};
    cobnut::Untyped memory; ///< For what lasts.
    cobnut::SlotPool slots;
};

class Program {
public:
    /// Loads the read-only pages. Null: all is well, else what is wrong.
    const char* load(Home& home);

    /// Maps the shared pages into a domain; `node` is its CNode.
    cobnut::Status map_code(Home& home, cobnut::Untyped memory, cobnut::CNode node,
                            cobnut::VSpace space) const;
    /// Fresh pages of data for a domain.
    cobnut::Status map_data(Home& home, cobnut::Untyped memory, cobnut::VSpace space) const;

    /// Whether a string of the program may lie there.
    [[nodiscard]] bool holds(cobnut::Word address) const;

private:
    cobnut::Status fill(Home& home, cobnut::Frame frame, const cobnut::elf::Segment& segment,
                        cobnut::Word page, cobnut::Untyped memory) const;

    cobnut::elf::Image image_;
    cobnut::CapIndex code_ = 0;
    unsigned code_count_ = 0;
};

} // namespace conformance
