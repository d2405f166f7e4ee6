// SPDX-License-Identifier: BSD-2-Clause
// Objects of the kernel in the simulated machine's memory, for tests that need no whole machine.
#pragma once

#include <arch/memory.hpp>
#include <generic/object/kernel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <new>
#include <random>

namespace test {

using Random = std::mt19937;

inline unsigned below(Random& random, unsigned limit) {
    return static_cast<unsigned>(random() % limit);
}

/// Gives out cleared, aligned memory in the kernel window; starts afresh with each object, and with
/// it the kernel's global state.
class KernelMemory {
public:
    KernelMemory() {
        kernel::kernel_state.~Kernel();
        new (&kernel::kernel_state) kernel::Kernel{};
        kernel::kernel_state.scratch = make<kernel::Slot>();
        kernel::kernel_state.limbo = make<kernel::Slot>();
        kernel::kernel_state.root = make<kernel::Slot>();
    }

    void* take(size_t bytes, size_t alignment) {
        next_ = kernel::align_up(next_, alignment);
        REQUIRE(next_ + bytes <= arch::host::ram_bytes);
        void* memory = arch::to_virtual(kernel::PhysAddr(arch::host::ram_base + next_));
        std::memset(memory, 0, bytes);
        next_ += bytes;
        return memory;
    }

    template <class T>
    T* make(size_t count = 1) {
        void* memory = take(sizeof(T) * count, alignof(T));
        return new (memory) T[count]{};
    }

private:
    uint64_t next_ = 4096;
};

} // namespace test
