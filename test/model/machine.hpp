// SPDX-License-Identifier: BSD-2-Clause
// Kernel and model side by side: both begin in the same state and make the same steps.
#pragma once

#include "system.hpp"

#include <generic/object/cpu.hpp>

#include <optional>
#include <string>
#include <vector>

namespace model {

/// One step of a trace, made by whatever thread runs then.
struct Step {
    enum class Kind : uint8_t { call, fault, pass_time };

    Kind kind = Kind::call;
    Syscall form = Syscall::call;
    Word path = 0, label = 0, reply = 0, second = 0;
    std::vector<Word> words = {};
    std::vector<Word> capabilities = {};
    /// Root, index and depth of the slots for what it receives; empty: as they were.
    std::vector<Word> receive = {};
    unsigned preempt_every = 0; ///< So many looks for an interrupt find one; 0: none does.
    unsigned tag_kind = 0;      ///< Of the message; only 0 can be delivered.
    Ticks time = 0;             ///< That passes before.
};

/// How a machine begins.
struct Layout {
    unsigned radix = 6;         ///< Of the first thread's CNode, all of whose slots are paths.
    unsigned untyped_bits = 19; ///< All memory of the game.
    bool fastpaths = false;
};

/// Slots with fixed contents of the first thread's CNode.
inline constexpr Word slot_cnode = 1, slot_untyped = 2, slot_control = 3, slot_thread = 4,
                      slot_context = 5, slot_frame = 6, slot_space = 7, first_free = 8;

class Pair {
public:
    explicit Pair(const Layout& layout);

    /// Makes the step on both. What differs behind it; empty: nothing does.
    std::string step(const Step& step);
    /// Nobody runs any more, or ever will.
    [[nodiscard]] bool is_over() const { return over_ || model.current == 0; }

    System model;
    /// Makes the kernel's side of a step only; false: it was preempted and cannot be finished.
    bool kernel_step(const Step& step);

    /// Writes down the kernel's state alone.
    const std::vector<uint64_t>& read_kernel();
    [[nodiscard]] kernel::Cpu& cpu() { return *cpu_; }
    /// Bytes of the simulated memory that are in use.
    [[nodiscard]] size_t memory_end() const { return memory_end_; }
    /// An earlier state has been restored.
    void go_on() { over_ = false; }
    /// Puts the step's registers and buffer words into the kernel's current thread, and the model's.
    void prepare(const Step& step, bool with_model = true);
    /// Enters the kernel once; false: the system call was preempted and is to be made again.
    bool enter_kernel(const Step& step);

    StateWriter kernel_state, model_state;

private:
    void boot_kernel(const Layout& layout);
    void boot_model(const Layout& layout);
    void model_step(const Step& step);
    std::string compare();
    Name target(const Step& step) const;

    kernel::Cpu* cpu_ = nullptr;
    Name slots_ = 0, untyped_ = 0, thread_ = 0, context_ = 0, frame_ = 0, space_ = 0;
    bool fastpaths_;
    bool over_ = false;
    size_t memory_end_ = 0;
};

/// Everything that the kernel knows, as the model would say it.
void write_kernel(StateWriter& writer, kernel::Cpu& cpu);

/// Runs the steps on a fresh machine; what differs, with the number of the step.
struct Finding {
    size_t step = 0;
    std::string text;
};
std::optional<Finding> run(const Layout& layout, const std::vector<Step>& steps);

/// The same as text; empty: nothing differs.
std::string check(const Layout& layout, const std::vector<Step>& steps);

/// The least part of the trace in which something still differs.
std::vector<Step> shrink(const Layout& layout, std::vector<Step> steps);

/// As a test of cases.cpp.
std::string print_case(const Layout& layout, const std::vector<Step>& steps);

} // namespace model
