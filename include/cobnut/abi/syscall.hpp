// SPDX-License-Identifier: BSD-2-Clause
// The forms of a system call and the word that describes a message.
#pragma once

#include <cobnut/abi/error.hpp>
#include <cobnut/abi/table.hpp>
#include <cobnut/abi/types.hpp>

namespace cobnut {

/// The forms of a system call. `recv` takes a Reply object, `wait` does not.
enum class Syscall : uint8_t {
    call = 0,
    reply_recv = 1,
    send = 2,
    nb_send = 3,
    recv = 4,
    nb_recv = 5,
    wait = 6,
    nb_wait = 7,
    nb_send_recv = 8,
    nb_send_wait = 9,
    yield = 10,
};

inline constexpr Named syscalls[] = {
    COBNUT_NAMED(Syscall, call, ""),
    COBNUT_NAMED(Syscall, reply_recv, ""),
    COBNUT_NAMED(Syscall, send, ""),
    COBNUT_NAMED(Syscall, nb_send, ""),
    COBNUT_NAMED(Syscall, recv, ""),
    COBNUT_NAMED(Syscall, nb_recv, ""),
    COBNUT_NAMED(Syscall, wait, ""),
    COBNUT_NAMED(Syscall, nb_wait, ""),
    COBNUT_NAMED(Syscall, nb_send_recv, ""),
    COBNUT_NAMED(Syscall, nb_send_wait, ""),
    COBNUT_NAMED(Syscall, yield, ""),
};

inline constexpr unsigned syscall_count = 11;

inline constexpr unsigned max_message_words = 120;
inline constexpr unsigned max_message_capabilities = 3;

/// What a receiver got.
enum class Kind : uint8_t {
    message = 0,
    signal = 1,
    fault = 2,
    none = 3,
};

inline constexpr Named kinds[] = {
    COBNUT_NAMED(Kind, message, "A message; label and words are the sender's."),
    COBNUT_NAMED(Kind, signal, "A Notification; the badge register holds its flags."),
    COBNUT_NAMED(Kind, fault, "A fault; the label is a FaultType."),
    COBNUT_NAMED(Kind, none, "Nothing was received; the label is an Error."),
};

/// Describes a message: bits 0-6 words, 7-8 capabilities, 9-10 Kind, 11 and up the label.
/// The label has 21 bits on every ISA.
class Tag {
public:
    constexpr Tag() = default;
    constexpr explicit Tag(Word raw) : raw_(raw) {}
    constexpr Tag(Word label, unsigned length, unsigned capabilities = 0, Kind kind = Kind::message)
        : raw_((label << label_shift) | (static_cast<Word>(kind) << kind_shift) |
               (Word{capabilities} << capabilities_shift) | Word{length}) {}

    static constexpr Tag failure(Error error) {
        return Tag(static_cast<Word>(error), 0, 0, Kind::none);
    }

    [[nodiscard]] constexpr Word raw() const { return raw_; }
    [[nodiscard]] constexpr unsigned length() const {
        return static_cast<unsigned>(raw_ & length_mask);
    }
    [[nodiscard]] constexpr unsigned capabilities() const {
        return static_cast<unsigned>((raw_ >> capabilities_shift) & 3);
    }
    [[nodiscard]] constexpr Kind kind() const {
        return static_cast<Kind>((raw_ >> kind_shift) & 3);
    }
    [[nodiscard]] constexpr Word label() const { return (raw_ >> label_shift) & label_mask; }
    [[nodiscard]] constexpr Error error() const { return static_cast<Error>(label()); }

    static constexpr Word length_mask = 0x7f;
    static constexpr unsigned capabilities_shift = 7;
    static constexpr unsigned kind_shift = 9;
    static constexpr unsigned label_shift = 11;
    static constexpr Word label_mask = 0x1fffff;
    /// Bits that decide whether a message travels in registers alone.
    static constexpr Word shape_mask = 0x7ff;

private:
    Word raw_ = 0;
};

static_assert(Tag(5, 7, 2, Kind::fault).label() == 5);
static_assert(Tag(5, 7, 2, Kind::fault).length() == 7);
static_assert(Tag(5, 7, 2, Kind::fault).capabilities() == 2);
static_assert(Tag(5, 7, 2, Kind::fault).kind() == Kind::fault);

/// The part of a thread's memory that carries what does not fit into registers. Word i of a
/// message is words[i] on every ISA, but the first ones live in registers only.
struct IpcBuffer {
    Word words[max_message_words];
    CapIndex capabilities[max_message_capabilities];
    CapIndex receive_root;
    Word receive_index;
    Word receive_depth;
    Word reserved[2];
};

inline constexpr Field ipc_buffer_fields[] = {
    COBNUT_ARRAY(IpcBuffer, Word, words, max_message_words, ""),
    COBNUT_ARRAY(IpcBuffer, CapIndex, capabilities, max_message_capabilities, "To send."),
    COBNUT_FIELD(IpcBuffer, CapIndex, receive_root, "CNode of the slots for received ones,"),
    COBNUT_FIELD(IpcBuffer, Word, receive_index, "the first of them,"),
    COBNUT_FIELD(IpcBuffer, Word, receive_depth, "and how many bits of it are significant."),
    COBNUT_ARRAY(IpcBuffer, Word, reserved, 2, ""),
};

static_assert(sizeof(IpcBuffer) == 128 * sizeof(Word));

} // namespace cobnut
