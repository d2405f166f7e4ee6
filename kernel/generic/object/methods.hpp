// SPDX-License-Identifier: BSD-2-Clause
// The objects' methods. Each decodes first, which changes nothing, then commits, which cannot fail.
#pragma once

#include <generic/object/invocation.hpp>
#include <generic/object/untyped.hpp>

namespace kernel {

[[nodiscard]] Failure invoke_cnode(Invocation& call);
[[nodiscard]] Failure invoke_thread(Invocation& call);
[[nodiscard]] Failure invoke_sched_context(Invocation& call);
[[nodiscard]] Failure invoke_sched_control(Invocation& call);
[[nodiscard]] Failure invoke_page_table(Invocation& call);
[[nodiscard]] Failure invoke_frame(Invocation& call);
/// A call that maps a Frame or changes its rights, if it brings exactly what the method takes and the
/// caller's CNode holds the VSpace: what address spaces are built with needs no decoding by the table.
/// An answer is given if it succeeds. Any error but error_preempted: nothing is done, decode it.
[[nodiscard]] Error invoke_frame_at_once(Thread& caller, Slot& frame);
[[nodiscard]] Failure invoke_irq_control(Invocation& call);
[[nodiscard]] Failure invoke_irq_handler(Invocation& call);
[[nodiscard]] Failure invoke_io_port(Invocation& call);
[[nodiscard]] Failure invoke_firmware(Invocation& call);
[[nodiscard]] Failure invoke_trace(Invocation& call);

} // namespace kernel
