// SPDX-License-Identifier: BSD-2-Clause
// What the kernel tells the root task: its capabilities, memory, devices and machine.
#pragma once

#include <cobnut/abi/object.hpp>
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
    io_port = 7, ///< All ports; empty where the ISA has none.
    firmware = 8,
    sched_control = 9, ///< Of the boot core; further cores follow BootInfo::sched_control.
    first_free = 16,   ///< Slots from here to BootInfo::regions hold nothing or boot frames.
};

enum class RegionKind : uint8_t {
    untyped = 0,     ///< RAM.
    frames_only = 1, ///< RAM beyond the kernel's window: retypes to Frames and Untyped only.
    device = 2,      ///< Not RAM: retypes to device Frames and Untyped, never cleared.
    boot_area = 3,   ///< RAM, all of it Frames of a BootArea: free once those are deleted.
};

/// One Untyped of the root task. Its capability is in slot first_untyped + index.
struct BootRegion {
    uint64_t address;
    uint8_t size_bits;
    RegionKind kind;
    uint8_t reserved[6];
};

/// A stretch of memory that the kernel mapped into the root task and whose Frames it holds.
struct BootArea {
    Word address;      ///< First byte as mapped; 0: there is none.
    Word size;         ///< Bytes.
    Word first_frame;  ///< Slot of the first of its Frames.
    Word frame_count;  ///< Frames of 4 KiB.
};

/// How interrupts of a device-tree machine are named for IrqControl: numbers of the controller.
struct BootInfo {
    uint32_t magic;       ///< boot_info_magic
    uint16_t abi_major;
    uint16_t abi_minor;
    uint32_t size;        ///< Bytes of this structure and what follows it.
    uint32_t isa;         ///< Isa
    uint32_t core_count;
    uint32_t region_count;
    uint32_t regions;     ///< Offset of BootRegion[region_count] from this structure.
    uint32_t first_untyped; ///< Slot of the first Untyped.
    uint32_t free_slots_begin; ///< Slots that hold nothing: from here
    uint32_t free_slots_end;   ///< to before here.
    uint32_t cnode_size_bits;
    uint32_t thread_size_bits;
    uint32_t fpu_thread_size_bits; ///< 0: no FP/SIMD.
    uint8_t frame_size_bits[16];   ///< Sizes of Frames, ascending; 0: no more.
    uint32_t message_registers;
    uint32_t feature_flags;        ///< BootFeature
    uint64_t ticks_per_second;     ///< Of the clock that budgets are counted in.
    uint64_t acpi_root;            ///< Physical address of the RSDP; 0: none.
    BootArea boot_info;
    BootArea archive;
    BootArea device_tree;
    char kernel_version[32];
    char board[32];
};

inline constexpr uint32_t boot_info_magic = 0x42434f42;

enum class Isa : uint32_t { aarch64 = 1, armv7 = 2, riscv64 = 3, x86_64 = 4, host = 5 };

struct BootFeature {
    static constexpr uint32_t debug_kernel = 1;
    static constexpr uint32_t address_space_ids = 2;
};

/// Where the root task finds its BootInfo: the first argument register at its entry.

} // namespace cobnut
