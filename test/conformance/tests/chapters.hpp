// SPDX-License-Identifier: BSD-2-Clause
// One chapter per file of this folder.
#pragma once

#include "../test.hpp"

namespace conformance {

extern const Chapter boot_chapter, capability_space_chapter, derivation_chapter, untyped_chapter,
    ipc_chapter, transfer_chapter, reply_chapter, notification_chapter, scheduling_chapter,
    time_chapter, address_space_chapter, frame_chapter, debug_chapter, fault_chapter,
    thread_chapter, interrupt_chapter, argument_chapter, death_chapter, regression_chapter,
    peers_chapter, hostile_chapter, hostile_programs_chapter, thread_methods_chapter,
    sched_methods_chapter, partition_chapter, refusals_chapter,
    reference_chapter, register_file_chapter, register_switch_chapter, trace_chapter, timeout_chapter,
    user_memory_chapter;

/// Of the ISA that this is built for (isa/ISA/tests.cpp).
extern const Chapter isa_chapter;

template <size_t count>
constexpr Chapter chapter(const char* name, const Test (&tests)[count]) {
    return {name, tests, count};
}

} // namespace conformance
