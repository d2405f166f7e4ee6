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
[[nodiscard]] Failure invoke_irq_control(Invocation& call);
[[nodiscard]] Failure invoke_irq_handler(Invocation& call);
[[nodiscard]] Failure invoke_io_port(Invocation& call);
[[nodiscard]] Failure invoke_firmware(Invocation& call);
[[nodiscard]] Failure invoke_trace(Invocation& call);

} // namespace kernel
