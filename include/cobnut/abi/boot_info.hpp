// SPDX-License-Identifier: BSD-2-Clause
// What the kernel tells the root task: its capabilities, memory, devices and machine.
#pragma once

#include <cobnut/abi/object.hpp>
#include <cobnut/abi/table.hpp>
#include <cobnut/abi/types.hpp>

namespace cobnut {

/// Slots of the root task's CNode that are the same on every machine.
enum class RootSlot : uint8_t {
    null = 0,
    thread = 1,
    cnode = 2,
    vspace = 3,
    ipc_buffer = 4,
    sched_context = 5,
    irq_control = 6,
    io_port = 7,
    firmware = 8,
    sched_control = 9,
    trace = 10,
    first_free = 16,
};

inline constexpr Named root_slots[] = {
    COBNUT_NAMED(RootSlot, null, ""),
    COBNUT_NAMED(RootSlot, thread, ""),
    COBNUT_NAMED(RootSlot, cnode, ""),
    COBNUT_NAMED(RootSlot, vspace, ""),
    COBNUT_NAMED(RootSlot, ipc_buffer, ""),
    COBNUT_NAMED(RootSlot, sched_context, ""),
    COBNUT_NAMED(RootSlot, irq_control, ""),
    COBNUT_NAMED(RootSlot, io_port, "All ports; empty where the ISA has none."),
    COBNUT_NAMED(RootSlot, firmware, ""),
    COBNUT_NAMED(RootSlot, sched_control, "Of the boot core."),
    COBNUT_NAMED(RootSlot, trace, "Of the boot core; empty without BootFeature trace."),
    COBNUT_NAMED(RootSlot, first_free,
                 "Slots from here to BootInfo::first_untyped hold nothing or boot frames."),
};

enum class RegionKind : uint8_t {
    untyped = 0,
    frames_only = 1,
    device = 2,
    boot_area = 3,
};

inline constexpr Named region_kinds[] = {
    COBNUT_NAMED(RegionKind, untyped, "RAM."),
    COBNUT_NAMED(RegionKind, frames_only,
                 "RAM beyond the kernel's window: retypes to Frames and Untyped only."),
    COBNUT_NAMED(RegionKind, device,
                 "Not RAM: retypes to device Frames and Untyped, never cleared."),
    COBNUT_NAMED(RegionKind, boot_area,
                 "RAM, all of it Frames of a BootArea: free once those are deleted."),
};

/// One Untyped of the root task. Its capability is in slot first_untyped + index.
struct BootRegion {
    uint64_t address;
    uint8_t size_bits;
    RegionKind kind;
    uint8_t reserved[6];
};

inline constexpr Field boot_region_fields[] = {
    COBNUT_FIELD(BootRegion, uint64_t, address, ""),
    COBNUT_FIELD(BootRegion, uint8_t, size_bits, ""),
    COBNUT_FIELD(BootRegion, RegionKind, kind, ""),
    COBNUT_ARRAY(BootRegion, uint8_t, reserved, 6, ""),
};

/// A stretch of memory that the kernel mapped into the root task and whose Frames it holds.
struct BootArea {
    Word address;
    Word size;
    Word first_frame;
    Word frame_count;
};

inline constexpr Field boot_area_fields[] = {
    COBNUT_FIELD(BootArea, Word, address, "First byte as mapped; 0: there is none."),
    COBNUT_FIELD(BootArea, Word, size, "Bytes."),
    COBNUT_FIELD(BootArea, Word, first_frame, "Slot of the first of its Frames."),
    COBNUT_FIELD(BootArea, Word, frame_count, "Frames of 4 KiB."),
};

/// How interrupts of a device-tree machine are named for IrqControl: numbers of the controller.
struct BootInfo {
    uint32_t magic;
    uint16_t abi_major;
    uint16_t abi_minor;
    uint32_t size;
    uint32_t isa;
    uint32_t core_count;
    uint32_t region_count;
    uint32_t regions;
    uint32_t first_untyped;
    uint32_t free_slots_begin;
    uint32_t free_slots_end;
    uint32_t cnode_size_bits;
    uint32_t thread_size_bits;
    uint32_t fpu_thread_size_bits;
    uint8_t frame_size_bits[16];
    uint32_t message_registers;
    uint32_t feature_flags;
    uint64_t ticks_per_second;
    uint64_t acpi_root;
    BootArea boot_info;
    BootArea archive;
    BootArea device_tree;
    char kernel_version[32];
    char board[32];
};

inline constexpr Field boot_info_fields[] = {
    COBNUT_FIELD(BootInfo, uint32_t, magic, "boot_info_magic"),
    COBNUT_FIELD(BootInfo, uint16_t, abi_major, ""),
    COBNUT_FIELD(BootInfo, uint16_t, abi_minor, ""),
    COBNUT_FIELD(BootInfo, uint32_t, size, "Bytes of this structure and what follows it."),
    COBNUT_FIELD(BootInfo, uint32_t, isa, "Isa"),
    COBNUT_FIELD(BootInfo, uint32_t, core_count, ""),
    COBNUT_FIELD(BootInfo, uint32_t, region_count, ""),
    COBNUT_FIELD(BootInfo, uint32_t, regions,
                 "Offset of BootRegion[region_count] from this structure."),
    COBNUT_FIELD(BootInfo, uint32_t, first_untyped, "Slot of the first Untyped."),
    COBNUT_FIELD(BootInfo, uint32_t, free_slots_begin, "Slots that hold nothing: from here"),
    COBNUT_FIELD(BootInfo, uint32_t, free_slots_end, "to before here."),
    COBNUT_FIELD(BootInfo, uint32_t, cnode_size_bits, ""),
    COBNUT_FIELD(BootInfo, uint32_t, thread_size_bits, ""),
    COBNUT_FIELD(BootInfo, uint32_t, fpu_thread_size_bits, "0: no FP/SIMD."),
    COBNUT_ARRAY(BootInfo, uint8_t, frame_size_bits, 16,
                 "Sizes of Frames, ascending; 0: no more."),
    COBNUT_FIELD(BootInfo, uint32_t, message_registers, ""),
    COBNUT_FIELD(BootInfo, uint32_t, feature_flags, "BootFeature"),
    COBNUT_FIELD(BootInfo, uint64_t, ticks_per_second,
                 "Of the clock that budgets are counted in."),
    COBNUT_FIELD(BootInfo, uint64_t, acpi_root, "Physical address of the RSDP; 0: none."),
    COBNUT_FIELD(BootInfo, BootArea, boot_info, ""),
    COBNUT_FIELD(BootInfo, BootArea, archive, ""),
    COBNUT_FIELD(BootInfo, BootArea, device_tree, ""),
    COBNUT_ARRAY(BootInfo, char, kernel_version, 32, ""),
    COBNUT_ARRAY(BootInfo, char, board, 32, ""),
};

inline constexpr uint32_t boot_info_magic = 0x42434f42;

enum class Isa : uint32_t { aarch64 = 1, armv7 = 2, riscv64 = 3, x86_64 = 4, host = 5 };

inline constexpr Named isas[] = {
    COBNUT_NAMED(Isa, aarch64, ""),
    COBNUT_NAMED(Isa, armv7, ""),
    COBNUT_NAMED(Isa, riscv64, ""),
    COBNUT_NAMED(Isa, x86_64, ""),
    COBNUT_NAMED(Isa, host, ""),
};

struct BootFeature {
    static constexpr uint32_t debug_kernel = 1;
    static constexpr uint32_t address_space_ids = 2;
    static constexpr uint32_t trace = 4;
};

inline constexpr Named boot_features[] = {
    COBNUT_NAMED(BootFeature, debug_kernel, ""),
    COBNUT_NAMED(BootFeature, address_space_ids, ""),
    COBNUT_NAMED(BootFeature, trace, "There is an event ring."),
};

/// Where the root task finds its BootInfo: the first argument register at its entry.

} // namespace cobnut
