// SPDX-License-Identifier: BSD-2-Clause
// The protection domain of a test, as the harness makes it and the test finds it.
#pragma once

#include <cobnut/abi/types.hpp>

namespace conformance {

/// Slots of the domain's one-level capability space.
namespace own {
using cobnut::CapIndex;
inline constexpr unsigned radix = 10;
inline constexpr CapIndex cnode = 1;
inline constexpr CapIndex space = 2;
inline constexpr CapIndex thread = 3;
inline constexpr CapIndex context = 4;
inline constexpr CapIndex untyped = 5;        ///< 4 MiB of RAM, nothing made of it.
inline constexpr CapIndex sched_control = 6;
inline constexpr CapIndex buffer_frame = 7;
inline constexpr CapIndex report = 8;         ///< Endpoint to the harness: calls only.
inline constexpr CapIndex fault_handler = 9;  ///< The harness as fault handler.
inline constexpr CapIndex irq_control = 10;
inline constexpr CapIndex io_port = 11;
inline constexpr CapIndex uart_frame = 12;    ///< Empty where the console has ports.
inline constexpr CapIndex device_untyped = 13; ///< 4 KiB of a device nobody drives.
inline constexpr CapIndex trace = 14;         ///< Empty where the kernel has none.
inline constexpr CapIndex large_untyped = 15; ///< For the largest Frames, or empty.
inline constexpr CapIndex firmware = 16;      ///< Only tests whose rule begins so have it.
inline constexpr CapIndex first_free = 17;
inline constexpr CapIndex end_free = 640;
inline constexpr CapIndex first_code = 640;   ///< Frames of the program's read-only pages.
inline constexpr CapIndex end_code = 1024;
} // namespace own

inline constexpr unsigned domain_untyped_bits = 22;

/// Addresses that program, harness and tests agree on.
namespace place {
using cobnut::Word;
inline constexpr Word boot_info = 0x10000000;
inline constexpr Word buffers = 0x11000000;   ///< IPC buffer n in page n.
inline constexpr Word uart = 0x12000000;
inline constexpr Word free = 0x20000000;      ///< From here on tests map what they like,
inline constexpr Word end_free = 0x40000000;  ///< up to here.
inline constexpr Word loading = 0x50000000;   ///< Harness: frames being filled.
inline constexpr Word console = 0x51000000;   ///< Harness: registers of the UART.
} // namespace place

inline constexpr unsigned main_priority = 100;
inline constexpr unsigned max_priority = 200;

/// Label of a report: kind in bits 0-2, source line above. `given` and `expected` carry Answers.
enum class Verdict : uint8_t { passed = 0, failed = 1, skipped = 2, note = 3, given = 4, expected = 5 };

inline constexpr unsigned verdict_bits = 3;

/// What the domain's first thread learns by its second argument.
struct Console {
    cobnut::Word type = 0; ///< UartType::packed
    cobnut::Word interrupt = 0;
    cobnut::Word trigger = 0;
};

/// Filled in by the harness in its own data; every domain gets a copy.
struct Handover {
    Console console;
    uint64_t ticks_per_second = 0;
    uint64_t effort = 1; ///< Factor of the rounds of random tests, and of a test's time.
    uint64_t seed = 0;   ///< Of the random tests; 0: their own.
};

} // namespace conformance
