// SPDX-License-Identifier: BSD-2-Clause
// How programs print: by calls to the UART driver's Endpoint.
#pragma once

#include <lib/objects.hpp>
#include <lib/text.hpp>

namespace cobnut {

/// Labels of messages to the UART driver.
struct ConsoleProtocol {
    static constexpr Word print = 1;      ///< Word 0: bytes; then the bytes, packed.
    static constexpr Word statistics = 2; ///< Answer: lines, bytes, interrupts.
    static constexpr unsigned max_bytes = 250;
};

class ConsoleClient {
public:
    constexpr ConsoleClient() = default;
    constexpr explicit ConsoleClient(Endpoint endpoint) : endpoint_(endpoint) {}

    template <class... Parts>
    void print(const Parts&... parts) {
        print_text(Line(parts...).text());
    }
    /// Says it again when the driver dies while it prints.
    void print_text(Text text);
    [[nodiscard]] unsigned retries() const { return retries_; }

private:
    Endpoint endpoint_;
    unsigned retries_ = 0;
};

/// The text of a print message.
Text unpack_text(const Message& message, char (&buffer)[ConsoleProtocol::max_bytes]);

} // namespace cobnut
