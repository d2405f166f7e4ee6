// SPDX-License-Identifier: BSD-2-Clause
#include <generic/object/cpu.hpp>
#include <generic/object/endpoint.hpp>
#include <generic/object/kernel.hpp>
#include <generic/object/thread.hpp>

namespace kernel {

/// For `./cobnut size`, which reads the object file: nothing refers to it, the linker drops it.
namespace size_of {

[[gnu::used]] char thread[sizeof(Thread)];
[[gnu::used]] char endpoint[sizeof(Endpoint)];
[[gnu::used]] char slot[sizeof(Slot)];
[[gnu::used]] char cpu[sizeof(Cpu)];

} // namespace size_of

} // namespace kernel
