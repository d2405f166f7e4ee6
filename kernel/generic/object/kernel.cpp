// SPDX-License-Identifier: BSD-2-Clause
// The kernel's global state.
#include <generic/object/kernel.hpp>

namespace kernel {

constinit Kernel kernel_state{};

} // namespace kernel
