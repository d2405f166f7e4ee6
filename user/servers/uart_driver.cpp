// SPDX-License-Identifier: BSD-2-Clause
// UART driver at user level: prints for everyone who holds its Endpoint. It hands the device as
// many characters as its FIFO takes, then sleeps until the interrupt comes as a notification.

#include <lib/console.hpp>
#include <lib/process.hpp>
#include <lib/uart.hpp>
#include <servers/protocol.hpp>

namespace cobnut {

namespace {

using tour::Given;

class Driver {
public:
    explicit Driver(UartType type) : uart_(type, ProcessLayout::devices, IoPort(Given::io_port)) {}

    Status start() const { return irq_.set_notification(Notification(Given::notification)); }

    Message handle(const Message& request) {
        if (request.kind() != Kind::message)
            return Message();
        switch (request.label()) {
        case ConsoleProtocol::print: {
            char buffer[ConsoleProtocol::max_bytes];
            print(unpack_text(request, buffer));
            return Message();
        }
        case ConsoleProtocol::statistics:
            return Message::of(0, lines_, bytes_, interrupts_);
        default:
            return Message::of(static_cast<Word>(Error::invalid_method));
        }
    }

private:
    void print(Text text) {
        for (const char character : text) {
            if (character == '\n')
                send('\r');
            send(character);
        }
        ++lines_;
    }

    void send(char character) {
        if (in_fifo_ == Uart::fifo_depth || !uart_.can_send())
            wait_for_interrupt();
        uart_.send(character);
        ++in_fifo_;
        ++bytes_;
    }

    void wait_for_interrupt() {
        uart_.set_transmit_interrupt(true);
        do {
            (void)wait(Given::notification);
            ++interrupts_;
            uart_.clear_interrupts();
            if (!uart_.can_send())
                (void)irq_.acknowledge();
        } while (!uart_.can_send());
        uart_.set_transmit_interrupt(false);
        (void)irq_.acknowledge();
        in_fifo_ = 0;
    }

    Uart uart_;
    IrqHandler irq_{Given::interrupt};
    unsigned in_fifo_ = 0;
    Word lines_ = 0;
    Word bytes_ = 0;
    Word interrupts_ = 0;
};

} // namespace

void main(Word argument) {
    Driver driver(UartType::unpacked(argument));
    const Status started = driver.start();
    (void)send(Given::desk, Message::of(tour::Report::ready, started.error));
    Message request = recv(Given::service, Given::reply);
    for (;;)
        request = reply_recv(Given::service, driver.handle(request), Given::reply);
}

} // namespace cobnut
