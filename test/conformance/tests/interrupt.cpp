// SPDX-License-Identifier: BSD-2-Clause
// Interrupts as signals, by the console's transmitter.
#include "chapters.hpp"
#include "uart_line.hpp"

namespace conformance {
namespace {

bool comes(CapIndex notification) {
    for (unsigned round = 0; round < 20000; ++round)
        if (nb_wait(notification).kind() == Kind::signal)
            return true;
    return false;
}

/// QEMU's PLIC does not look at a line again when its interrupt is completed, only at its changes:
/// the line that stays asserted drops and rises while it is masked.
void assert_again(const Uart& uart) {
    uart.set_transmit_interrupt(false);
    uart.set_transmit_interrupt(true);
}

/// What this thread needs for a piece of work.
uint64_t spin_time() {
    const uint64_t begin = clock();
    for (unsigned round = 0; round < 3000000; ++round)
        asm volatile("" ::: "memory");
    return clock() - begin;
}

/// Ticks around a moment in which the console's line is asserted.
uint64_t assertion_time(const Uart& uart) {
    const uint64_t begin = clock();
    uart.set_transmit_interrupt(true);
    uart.print("#\n");
    for (unsigned round = 0; round < 200; ++round)
        asm volatile("" ::: "memory");
    uart.set_transmit_interrupt(false);
    const uint64_t time = clock() - begin;
    uart.clear_interrupts();
    return time;
}

constexpr Test tests[] = {
    {"irq: an interrupt has one handler",
     [] {
         get_console();
         expect_error("again", get_handler(handover.console.interrupt, handover.console.trigger, slots()),
                      Error::in_use);
     }},
    {"irq: a deleted handler frees the interrupt",
     [] {
         succeed("delete", remove(self, get_console()));
         get_console();
     }},
    {"irq: numbers that do not exist are out_of_range",
     [] {
         expect_error("get", get_handler(~Word{0}, 0, slots()), Error::out_of_range);
         expect_error("get", get_handler(1000000, 0, slots()), Error::out_of_range);
     }},
    {"irq: an occupied slot is slot_occupied, an unknown trigger invalid_argument",
     [] {
         expect_error("slot", get_handler(handover.console.interrupt, handover.console.trigger, own::cnode),
                      Error::slot_occupied);
         expect_error("trigger", get_handler(handover.console.interrupt, 9, slots()),
                      Error::invalid_argument);
         get_console();
     }},
    {"irq: the transmitter's interrupt arrives as a signal with the badge",
     [] {
         const Uart uart = open_uart();
         const CapIndex irq = get_console();
         const CapIndex notification = make_notification();
         const CapIndex badged = minted(notification, Rights::all(), 32);
         succeed("set", request(irq, Method::irq_handler_set_notification, {}, {badged}));
         uart.set_transmit_interrupt(true);
         uart.print("# interrupt test\n");
         Received got;
         for (unsigned round = 0; round < 20000 && got.kind() != Kind::signal; ++round)
             got = nb_wait(notification);
         uart.set_transmit_interrupt(false);
         uart.clear_interrupts();
         expect("kind", got.kind(), Kind::signal);
         expect("badge", got.badge, 32u);
     }},
    {"irq: it is masked until it is acknowledged",
     [] {
         const Uart uart = open_uart();
         const CapIndex irq = get_console();
         const CapIndex notification = make_notification();
         succeed("set", request(irq, Method::irq_handler_set_notification, {}, {notification}));
         for (unsigned round = 0; round < 3; ++round) {
             uart.set_transmit_interrupt(true);
             uart.print("# masked\n");
             const bool first = comes(notification);
             uart.print("# masked\n");
             const bool second = nb_wait(notification).kind() == Kind::signal;
             uart.set_transmit_interrupt(false);
             uart.clear_interrupts();
             succeed("acknowledge", request(irq, Method::irq_handler_acknowledge));
             require("it came", first);
             require("once", !second);
             // A gateway that remembered the second one tells it now.
             while (nb_wait(notification).kind() == Kind::signal)
                 succeed("acknowledge", request(irq, Method::irq_handler_acknowledge));
         }
     }},
    {"irq: a waiting driver is woken",
     [] {
         static CapIndex notification;
         static volatile Word woken;
         const Uart uart = open_uart();
         const CapIndex irq = get_console();
         notification = make_notification();
         woken = 0;
         succeed("set", request(irq, Method::irq_handler_set_notification, {}, {notification}));
         start([](Word) {
             wait(notification);
             woken = 1;
         });
         uart.set_transmit_interrupt(true);
         uart.print("# driver\n");
         for (unsigned round = 0; round < 20000 && woken == 0; ++round)
             yield();
         uart.set_transmit_interrupt(false);
         uart.clear_interrupts();
         expect("woken", woken, 1u);
     }},
    {"irq: a cleared handler signals no more",
     [] {
         const Uart uart = open_uart();
         const CapIndex irq = get_console();
         const CapIndex notification = make_notification();
         succeed("set", request(irq, Method::irq_handler_set_notification, {}, {notification}));
         succeed("clear", request(irq, Method::irq_handler_clear));
         uart.set_transmit_interrupt(true);
         uart.print("# cleared\n");
         bool came = false;
         for (unsigned round = 0; round < 1000; ++round)
             came = came || nb_wait(notification).kind() == Kind::signal;
         uart.set_transmit_interrupt(false);
         uart.clear_interrupts();
         require("nothing", !came);
     }},
    {"irq: a Notification capability without write is missing_right",
     [] {
         const CapIndex irq = get_console();
         const CapIndex reader = copied(make_notification(), Rights::read_only());
         expect_error("set", request(irq, Method::irq_handler_set_notification, {}, {reader}),
                      Error::missing_right);
     }},
    {"irq: a destroyed Notification is forgotten by its handler",
     [] {
         const Uart uart = open_uart();
         const CapIndex irq = get_console();
         const CapIndex part = make(ObjectType::untyped, 10);
         const CapIndex notification = slots();
         succeed("retype", retype(part, ObjectType::notification, 0, own::cnode, notification));
         succeed("set", request(irq, Method::irq_handler_set_notification, {}, {notification}));
         succeed("revoke", revoke(self, part));
         uart.set_transmit_interrupt(true);
         uart.print("# forgotten\n");
         uart.set_transmit_interrupt(false);
         uart.clear_interrupts();
         succeed("acknowledge", request(irq, Method::irq_handler_acknowledge));
     }},
    {"irq: a line that stays asserted signals once for each acknowledge",
     [] {
         if (handover.console.trigger == static_cast<Word>(Trigger::edge))
             skip("the console's line is edge-triggered");
         const Uart uart = open_uart();
         const CapIndex irq = get_console();
         const CapIndex notification = make_notification();
         succeed("set", request(irq, Method::irq_handler_set_notification, {}, {notification}));
         uart.set_transmit_interrupt(true);
         uart.print("# asserted\n");
         unsigned first = 0, second = 0;
         for (unsigned round = 0; round < 20; ++round) {
             first += comes(notification) ? 1 : 0;
             for (unsigned look = 0; look < 20; ++look)
                 second += nb_wait(notification).kind() == Kind::signal ? 1 : 0;
             assert_again(uart);
             succeed("acknowledge", request(irq, Method::irq_handler_acknowledge));
         }
         uart.set_transmit_interrupt(false);
         uart.clear_interrupts();
         expect("each time", first, 20u);
         expect("not more", second, 0u);
     }},
    {"irq: a storm costs others no more than its driver's budget",
     [] {
         if (handover.console.trigger == static_cast<Word>(Trigger::edge))
             skip("the console's line is edge-triggered");
         static CapIndex irq, notification;
         static volatile Word served;
         static const Uart* device;
         const Uart uart = open_uart();
         device = &uart;
         irq = get_console();
         notification = make_notification();
         served = 0;
         succeed("set", request(irq, Method::irq_handler_set_notification, {}, {notification}));
         // Acknowledges at once and never serves the device.
         const Worker driver = start([](Word) {
             for (;;) {
                 wait(notification);
                 served = served + 1;
                 assert_again(*device);
                 request(irq, Method::irq_handler_acknowledge);
             }
         }, 0, {.budget = 1000, .period = 10000});
         const uint64_t quiet = spin_time();
         uart.set_transmit_interrupt(true);
         uart.print("# storm\n");
         const uint64_t stormy = spin_time();
         uart.set_transmit_interrupt(false);
         uart.clear_interrupts();
         succeed("delete", remove(self, driver.thread));
         note("microseconds, quiet and in the storm", static_cast<Word>(microseconds(quiet)),
              static_cast<Word>(microseconds(stormy)));
         require("there was a storm", served > 20);
         require("a tenth of the time, and some", stormy * 4 < quiet * 5);
     }},
    {"irq: a deleted handler leaves its line masked",
     [] {
         // An interrupt that comes for nobody shows in the time alone: the kernel is entered once.
         const Uart uart = open_uart();
         uint64_t never = ~uint64_t{0}, deleted = ~uint64_t{0};
         for (unsigned round = 0; round < 6; ++round) {
             const uint64_t time = assertion_time(uart);
             never = time < never ? time : never;
         }
         const CapIndex notification = make_notification();
         for (unsigned round = 0; round < 6; ++round) {
             const CapIndex irq = get_console();
             succeed("set", request(irq, Method::irq_handler_set_notification, {}, {notification}));
             succeed("delete", remove(self, irq));
             const uint64_t time = assertion_time(uart);
             deleted = time < deleted ? time : deleted;
         }
         note("ticks, never unmasked and deleted", static_cast<Word>(never),
              static_cast<Word>(deleted));
         require("nothing came", microseconds((deleted - never) * 1000) < 200 || deleted < never);
     }},
    {"irq: the number that no device has is not_supported",
     [] {
         if (!is_empty(own::io_port))
             skip("every line of an I/O APIC can be had");
         expect_error("number 0", get_handler(0, static_cast<Word>(Trigger::firmware), slots()),
                      Error::not_supported);
     }},
    {"firmware: suspend ends with an interrupt, the end of the caller's budget being one",
     [] {
         const uint64_t begin = clock();
         const Received got = request(own::firmware, Method::firmware_suspend);
         if (got.error() == Error::not_supported)
             return expect_error("no such state", got, Error::not_supported);
         succeed("suspend", got);
         const Word asleep = static_cast<Word>(microseconds(clock() - begin));
         note("microseconds asleep", asleep);
         require("a budget of 10 ms at most", asleep <= 11'000);
     }},
    {"ports: bytes, range and machine are checked",
     [] {
         if (is_empty(own::io_port))
             skip("no I/O ports");
         expect_error("3 bytes", request(own::io_port, Method::io_port_read, {0x80, 3}),
                      Error::invalid_argument);
         expect_error("beyond", request(own::io_port, Method::io_port_read, {0x10000, 1}),
                      Error::out_of_range);
         expect_error("across", request(own::io_port, Method::io_port_read, {0xffff, 2}),
                      Error::out_of_range);
         const CapIndex some = minted(own::io_port, Rights::all(), Word{0x80} << 16 | 0x81);
         succeed("inside", request(some, Method::io_port_read, {0x80, 2}));
         expect_error("outside", request(some, Method::io_port_read, {0x82, 1}),
                      Error::out_of_range);
         // Port 0x80 takes the codes of firmware's self-test.
         succeed("write", request(some, Method::io_port_write, {0x80, 1, 0}));
         expect_error("3 bytes", request(some, Method::io_port_write, {0x80, 3, 0}),
                      Error::invalid_argument);
         expect_error("outside", request(some, Method::io_port_write, {0x82, 1, 0}),
                      Error::out_of_range);
     }},
};

} // namespace

constinit const Chapter interrupt_chapter = chapter("interrupts", tests);

} // namespace conformance
