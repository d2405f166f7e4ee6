// SPDX-License-Identifier: BSD-2-Clause
// A machine as it is, kernel and model, to be gone back to.
#pragma once

#include "machine.hpp"

#include <arch/host.hpp>
#include <generic/object/kernel.hpp>

#include <array>
#include <cstring>

namespace model {

class Snapshot {
public:
    /// `with_model`: the model too; else it is left as it is.
    explicit Snapshot(const Pair& pair, bool with_model = true)
        : memory_(arch::host::ram, arch::host::ram + pair.memory_end()),
          machine_(arch::host::machine), with_model_(with_model) {
        std::memcpy(kernel_.data(), &kernel::kernel_state, kernel_.size());
        if (with_model)
            model_ = pair.model;
    }

    void restore(Pair& pair) const {
        std::memcpy(arch::host::ram, memory_.data(), memory_.size());
        std::memcpy(static_cast<void*>(&kernel::kernel_state), kernel_.data(), kernel_.size());
        arch::host::machine = machine_;
        if (with_model_)
            pair.model = model_;
        pair.go_on();
    }

    /// A number for the bytes of the kernel that are others now.
    [[nodiscard]] uint64_t difference(const Pair& pair) const;

private:
    std::vector<unsigned char> memory_;
    std::array<unsigned char, sizeof(kernel::Kernel)> kernel_;
    arch::host::Machine machine_;
    System model_;
    bool with_model_;
};

} // namespace model
