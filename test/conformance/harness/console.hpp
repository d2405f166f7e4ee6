// SPDX-License-Identifier: BSD-2-Clause
// Where the results go.
#pragma once

#include "../domain.hpp"

#include <lib/memory_pool.hpp>
#include <lib/uart.hpp>

namespace conformance {

/// The machine's UART, polled.
class Output {
public:
    bool open(const cobnut::Machine& machine, cobnut::DevicePool& devices, cobnut::Untyped memory,
              cobnut::CNode node, cobnut::SlotPool& slots);

    template <class... Parts>
    void line(const Parts&... parts) {
        uart_.print(cobnut::Line(parts..., '\n').text());
    }
    [[nodiscard]] const Console& console() const { return console_; }
    /// Of its registers; none where it has ports.
    [[nodiscard]] cobnut::Frame frame() const { return frame_; }

private:
    cobnut::Uart uart_;
    cobnut::Frame frame_;
    Console console_;
};

} // namespace conformance
