// SPDX-License-Identifier: BSD-2-Clause
// The methods of kernel objects as typed C++ functions. One class per object type, holding nothing
// but the path of a capability; a path that no object class fits is an error of the kernel's.
#pragma once

#include <cobnut/abi/object.hpp>
#include <lib/message.hpp>
#include <lib/result.hpp>

#include <initializer_list>

namespace cobnut {

/// What a kernel object answered.
struct [[nodiscard]] Answer {
    Status status;
    unsigned length = 0;
    Word words[8] = {};

    operator Status() const { return status; }
};

/// A call with the method as label. Arguments beyond the registers travel through the IPC buffer.
Answer invoke(CapIndex target, Method method, const Word* words, unsigned word_count,
              const CapIndex* capabilities, unsigned capability_count);
inline Answer invoke(CapIndex target, Method method, std::initializer_list<Word> words = {},
                     std::initializer_list<CapIndex> capabilities = {}) {
    return invoke(target, method, words.begin(), static_cast<unsigned>(words.size()),
                  capabilities.begin(), static_cast<unsigned>(capabilities.size()));
}

struct Capability {
    CapIndex index = 0;

    constexpr Capability() = default;
    constexpr explicit Capability(CapIndex i) : index(i) {}
    constexpr explicit operator bool() const { return index != 0; }
};

/// Guard word of a capability space of one level: what the path has above the CNode's radix is 0.
constexpr Word flat_guard(unsigned radix) { return word_bits - radix; }

/// A slot named for a CNode method: in `root`, `depth` bits of `index`.
struct SlotPath {
    CapIndex root;
    Word index;
    Word depth = word_bits;
};

struct Untyped : Capability {
    using Capability::Capability;

    struct Info {
        unsigned size_bits;
        uint64_t used;
        Word kind; ///< RegionKind
    };

    /// `count` objects into slots `first`... of the CNode that `root` names.
    Status retype(ObjectType type, unsigned size_bits, CapIndex root, CapIndex first,
                  Word count = 1) const;
    [[nodiscard]] Result<Info> query() const;
};

struct CNode : Capability {
    using Capability::Capability;

    struct Content {
        ObjectType type;
        Rights rights;
        Word badge;
        unsigned size_bits;
        uint64_t address; ///< Physical.
        bool mapped;
        Word mapped_address;
    };

    Status copy(Word index, Word depth, SlotPath source, Rights rights) const;
    Status mint(Word index, Word depth, SlotPath source, Rights rights, Word badge) const;
    Status move(Word index, Word depth, SlotPath source) const;
    Status mutate(Word index, Word depth, SlotPath source, Word badge) const;
    Status rotate(Word index, Word depth, Word badge, SlotPath pivot, Word pivot_badge,
                  SlotPath source) const;
    Status remove(Word index, Word depth = word_bits) const; ///< Method "delete".
    Status revoke(Word index, Word depth = word_bits) const;
    Status cancel_badged_sends(Word index, Word depth = word_bits) const;
    [[nodiscard]] Result<Content> identify(Word index, Word depth = word_bits) const;
};

struct Endpoint : Capability {
    using Capability::Capability;
};

struct Notification : Capability {
    using Capability::Capability;

    void signal() const { (void)nb_send(index, Message()); }
};

struct Reply : Capability {
    using Capability::Capability;
};

struct VSpace : Capability {
    using Capability::Capability;
};

struct PageTable : Capability {
    using Capability::Capability;

    Status map(VSpace space, Word address) const;
    Status unmap() const;
};

struct Frame : Capability {
    using Capability::Capability;

    struct Place {
        uint64_t address;
        unsigned size_bits;
    };

    /// Error missing_table: detail[0] tells the address bits of the table that is missing.
    Status map(VSpace space, Word address, Rights rights, Word attributes) const;
    /// Takes rights away where it is mapped; map gives them.
    Status set_rights(Rights rights, Word attributes = MapAttributes::execute_never) const;
    /// Cache maintenance of bytes of this Frame (see CacheOperation).
    Status cache(CacheOperation operation, Word offset, Word bytes) const;
    Status unmap() const;
    [[nodiscard]] Result<Place> place() const;
};

struct Thread : Capability {
    using Capability::Capability;

    struct Info {
        Word state;
        unsigned priority;
        unsigned max_priority;
        Word flags;
        Word last_fault;
    };

    /// `node_guard`: guard word of the capability space, see flat_guard. No buffer: Frame{}.
    Status configure(Word node_guard, CNode node, VSpace space, Word buffer_address,
                     Frame buffer) const;
    Status set_space(Word node_guard, CNode node, VSpace space) const;
    Status set_ipc_buffer(Word address, Frame buffer) const;
    Status set_fault_handler(Endpoint handler) const;
    Status set_timeout_handler(Endpoint handler) const;
    Status set_priority(unsigned priority, unsigned max_priority, Thread authority) const;
    Status bind_notification(Notification notification) const;
    Status unbind_notification() const;
    /// `held`: bit mask of the registers that the thread's frame holds.
    Status read_registers(bool suspend, unsigned first, unsigned count, Word* values,
                          Word& held) const;
    Status write_registers(bool resume, unsigned first, unsigned count, const Word* values) const;
    Status copy_registers(Thread source, bool suspend_source, bool resume) const;
    Status suspend() const;
    Status resume() const;
    Status set_flags(Word clear, Word set) const;
    [[nodiscard]] Result<Info> info() const;

    /// Entry, stack and the first two argument registers of a thread that never ran.
    Status set_start(Word entry, Word stack, Word first, Word second) const;
};

struct SchedContext : Capability {
    using Capability::Capability;

    Status bind(Capability thread_or_notification) const;
    Status unbind() const;
    [[nodiscard]] Result<uint64_t> consumed() const; ///< Microseconds since it was last asked.
    Status yield_to() const;
};

struct SchedControl : Capability {
    using Capability::Capability;

    /// Microseconds. Equal budget and period: round robin. `flags`: SchedFlags.
    Status configure(SchedContext context, uint64_t budget, uint64_t period,
                     unsigned extra_refills = 0, Word badge = 0, Word flags = 0) const;
};

struct IrqHandler : Capability {
    using Capability::Capability;

    Status acknowledge() const;
    Status set_notification(Notification notification) const;
    Status clear() const;
};

struct IrqControl : Capability {
    using Capability::Capability;

    Status get(unsigned number, Trigger trigger, SlotPath target) const;
};

struct IoPort : Capability {
    using Capability::Capability;

    [[nodiscard]] Result<uint32_t> read(uint16_t port, unsigned bytes) const;
    Status write(uint16_t port, unsigned bytes, uint32_t value) const;
};

struct Firmware : Capability {
    using Capability::Capability;

    Status power_off() const;
    Status reset() const;
    /// Returns when any interrupt has come.
    Status suspend() const;
};

/// Of a core; see lib/trace.hpp for what it writes.
struct Trace : Capability {
    using Capability::Capability;

    /// 0: for the header, 1 to max_trace_frames: for the ring.
    Status set_frame(unsigned number, Frame frame) const;
    Status start(Word events) const; ///< A bit for each TraceType.
    Status stop() const;
    /// How events name the object.
    [[nodiscard]] Result<uint64_t> identify(Capability object) const;
};

} // namespace cobnut
