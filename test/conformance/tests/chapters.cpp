// SPDX-License-Identifier: BSD-2-Clause
// The chapters in the order in which they run.
#include "chapters.hpp"

namespace conformance {

constinit const Chapter* const chapters[] = {
    &boot_chapter,
    &capability_space_chapter,
    &derivation_chapter,
    &untyped_chapter,
    &ipc_chapter,
    &transfer_chapter,
    &reply_chapter,
    &notification_chapter,
    &scheduling_chapter,
    &sched_methods_chapter,
    &time_chapter,
    &timeout_chapter,
    &partition_chapter,
    &address_space_chapter,
    &frame_chapter,
    &fault_chapter,
    &debug_chapter,
    &trace_chapter,
    &thread_chapter,
    &thread_methods_chapter,
    &interrupt_chapter,
    &argument_chapter,
    &user_memory_chapter,
    &refusals_chapter,
    &register_file_chapter,
    &register_switch_chapter,
    &death_chapter,
    &regression_chapter,
    &peers_chapter,
    &isa_chapter,
    &hostile_chapter,
    &hostile_programs_chapter,
    &reference_chapter,
};
const size_t chapter_count = sizeof chapters / sizeof chapters[0];

} // namespace conformance
