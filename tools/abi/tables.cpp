// SPDX-License-Identifier: BSD-2-Clause
// The list of all tables.
#include "printer.hpp"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace abi {

using namespace cobnut;

namespace {

constexpr NumberSet number_sets[] = {
    {"Syscall", "SYSCALL", syscalls},
    {"Kind", "KIND", kinds},
    {"Error", "ERROR", errors},
    {"LookupFailure", "LOOKUP", lookup_failures},
    {"Rights", "RIGHT", right_bits},
    {"ObjectType", "OBJECT", object_types},
    {"ThreadFlags", "THREAD", thread_flags},
    {"ThreadState", "STATE", thread_states},
    {"SchedFlags", "SCHED", sched_flags},
    {"MemoryType", "MEMORY", memory_types},
    {"MapAttributes", "MAP", map_attributes},
    {"CacheOperation", "CACHE", cache_operations},
    {"BreakpointKind", "BREAKPOINT", breakpoint_kinds},
    {"Trigger", "TRIGGER", triggers},
    {"FaultType", "FAULT", fault_types},
    {"VmAccess", "VM_ACCESS", vm_access_bits},
    {"DebugReason", "DEBUG_REASON", debug_reasons},
    {"FaultReply", "FAULT_REPLY", fault_replies},
    {"RootSlot", "SLOT", root_slots},
    {"RegionKind", "REGION", region_kinds},
    {"Isa", "ISA", isas},
    {"BootFeature", "FEATURE", boot_features},
    {"TraceType", "TRACE", trace_types},
    {"TraceEntry", "TRACE_ENTRY", trace_entries},
    {"TraceIpc", "TRACE_IPC", trace_ipcs},
};

constexpr Structure structures[] = {
    {"IpcBuffer", "ipc_buffer", ipc_buffer_fields},
    {"BootRegion", "boot_region", boot_region_fields},
    {"BootArea", "boot_area", boot_area_fields},
    {"BootInfo", "boot_info", boot_info_fields},
    {"TraceEvent", "trace_event", trace_event_fields},
    {"TraceHeader", "trace_header", trace_header_fields},
};

constexpr Constant constants[] = {
    {"abi_major", abi_major, "Version of the ABI,"},
    {"abi_minor", abi_minor, "grows whenever a number or a layout changes."},
    {"max_message_words", max_message_words, "Of a message."},
    {"max_message_capabilities", max_message_capabilities, "Of a message."},
    {"fault_words", fault_words, "Of a fault's message, at most."},
    {"lookup_bits_shift", lookup_bits_shift,
     "Word 5 of a capability fault of failed_lookup: LookupFailure below, the bits that were left above."},
    {"max_lookup_levels", max_lookup_levels, "CNodes that a path leads through, at most."},
    {"boot_info_magic", boot_info_magic, "BootInfo::magic."},
    {"slot_size_bits", slot_size_bits, "log2 of the bytes of a CNode's slot."},
    {"endpoint_size_bits", endpoint_size_bits, "log2 of the object's bytes, as the next ones."},
    {"notification_size_bits", notification_size_bits, ""},
    {"reply_size_bits", reply_size_bits, ""},
    {"vspace_size_bits", vspace_size_bits, ""},
    {"page_table_size_bits", page_table_size_bits, ""},
    {"thread_size_bits_32", thread_size_bits_32, "Without room for FP/SIMD state, on ARMv7-A,"},
    {"thread_size_bits_64", thread_size_bits_64, "and on the others."},
    {"sched_context_min_size_bits", sched_context_min_size_bits, "From here"},
    {"sched_context_max_size_bits", sched_context_max_size_bits, "to here."},
    {"untyped_min_size_bits", untyped_min_size_bits, ""},
    {"priority_count", priority_count, "Priorities: 0 to one less, the highest."},
    {"breakpoint_count", breakpoint_count, "Breakpoints of a thread; the CPU may have fewer of a kind."},
    {"partition_count", partition_count, "Time partitions, from 0 on; every thread begins in 0."},
    {"partition_slot_count", partition_slot_count, "Slots of a partition schedule, at most."},
    {"trace_magic", trace_magic, "TraceHeader::magic."},
    {"max_trace_frames", max_trace_frames, "Frames of a ring behind the header's."},
};

struct Extent {
    size_t size;
    size_t alignment;
};

Extent extent_of(std::string_view type, size_t word_bytes) {
    if (type == "Word" || type == "CapIndex")
        return {word_bytes, word_bytes};
    if (type == "BootArea")
        return {4 * word_bytes, word_bytes};
    if (type == "uint8_t" || type == "char" || type == "RegionKind" ||
        type == "TraceType")
        return {1, 1};
    if (type == "uint16_t")
        return {2, 2};
    if (type == "uint32_t")
        return {4, 4};
    if (type == "uint64_t")
        return {8, 8};
    std::fprintf(stderr, "abi_printer: a field of unknown type %s\n", type.data());
    std::exit(1);
}

} // namespace

std::span<const NumberSet> all_number_sets() { return number_sets; }
std::span<const Structure> all_structures() { return structures; }
std::span<const Constant> all_constants() { return constants; }

std::vector<size_t> layout(const Structure& structure, size_t word_bytes) {
    std::vector<size_t> offsets;
    size_t end = 0;
    size_t alignment = 1;
    for (const Field& field : structure.fields) {
        const Extent extent = extent_of(field.type, word_bytes);
        end = (end + extent.alignment - 1) / extent.alignment * extent.alignment;
        if (extent.alignment > alignment)
            alignment = extent.alignment;
        offsets.push_back(end);
        end += extent.size * (field.count == 0 ? 1 : field.count);
        if (word_bytes == sizeof(Word) && offsets.back() != field.offset) {
            std::fprintf(stderr, "abi_printer: the table of %s lacks a field before %s\n",
                         structure.name, field.name);
            std::exit(1);
        }
    }
    offsets.push_back((end + alignment - 1) / alignment * alignment);
    return offsets;
}

std::string text(const char* format, ...) {
    char buffer[2048];
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(buffer, sizeof(buffer), format, arguments);
    va_end(arguments);
    return {buffer, static_cast<size_t>(length)};
}

} // namespace abi
