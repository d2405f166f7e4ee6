// SPDX-License-Identifier: BSD-2-Clause
// The kernel's global state.
#include <generic/object/cpu.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread.hpp>

namespace kernel {

constinit Kernel kernel_state{};

} // namespace kernel
