/* SPDX-License-Identifier: BSD-2-Clause
   Printed from the tables in include/cobnut/abi by ./cobnut abi: numbers, structures and methods
   for C. */
#ifndef COBNUT_ABI_H
#define COBNUT_ABI_H

#include <stdint.h>

/* A general register; a path to a capability. */
typedef uintptr_t cobnut_word;
typedef cobnut_word cobnut_cap;

#define COBNUT_ABI_MAJOR 0
#define COBNUT_ABI_MINOR 0x1
#define COBNUT_MAX_MESSAGE_WORDS 0x78
#define COBNUT_MAX_MESSAGE_CAPABILITIES 0x3
#define COBNUT_FAULT_WORDS 0x6
#define COBNUT_LOOKUP_BITS_SHIFT 0x8
#define COBNUT_MAX_LOOKUP_LEVELS 0x4
#define COBNUT_BOOT_INFO_MAGIC 0x42434f42
#define COBNUT_SLOT_SIZE_BITS 0x5
#define COBNUT_ENDPOINT_SIZE_BITS 0x4
#define COBNUT_NOTIFICATION_SIZE_BITS 0x6
#define COBNUT_REPLY_SIZE_BITS 0x6
#define COBNUT_VSPACE_SIZE_BITS 0x7
#define COBNUT_PAGE_TABLE_SIZE_BITS 0xc
#define COBNUT_THREAD_SIZE_BITS_32 0x9
#define COBNUT_THREAD_SIZE_BITS_64 0xa
#define COBNUT_SCHED_CONTEXT_MIN_SIZE_BITS 0x8
#define COBNUT_SCHED_CONTEXT_MAX_SIZE_BITS 0xa
#define COBNUT_UNTYPED_MIN_SIZE_BITS 0x4
#define COBNUT_PRIORITY_COUNT 0x100
#define COBNUT_BREAKPOINT_COUNT 0x4
#define COBNUT_PARTITION_COUNT 0x8
#define COBNUT_PARTITION_SLOT_COUNT 0x10
#define COBNUT_TRACE_MAGIC 0x43525443
#define COBNUT_MAX_TRACE_FRAMES 0x10

enum {
    COBNUT_SYSCALL_CALL = 0,
    COBNUT_SYSCALL_REPLY_RECV = 0x1,
    COBNUT_SYSCALL_SEND = 0x2,
    COBNUT_SYSCALL_NB_SEND = 0x3,
    COBNUT_SYSCALL_RECV = 0x4,
    COBNUT_SYSCALL_NB_RECV = 0x5,
    COBNUT_SYSCALL_WAIT = 0x6,
    COBNUT_SYSCALL_NB_WAIT = 0x7,
    COBNUT_SYSCALL_NB_SEND_RECV = 0x8,
    COBNUT_SYSCALL_NB_SEND_WAIT = 0x9,
    COBNUT_SYSCALL_YIELD = 0xa,
};

enum {
    COBNUT_KIND_MESSAGE = 0, /* A message; label and words are the sender's. */
    COBNUT_KIND_SIGNAL = 0x1, /* A Notification; the badge register holds its flags. */
    COBNUT_KIND_FAULT = 0x2, /* A fault; the label is a FaultType. */
    COBNUT_KIND_NONE = 0x3, /* Nothing was received; the label is an Error. */
};

enum {
    COBNUT_ERROR_NONE = 0,
    COBNUT_ERROR_INVALID_CAPABILITY = 0x1, /* The invoked or named slot is empty or of a type without this operation. */
    COBNUT_ERROR_INVALID_METHOD = 0x2, /* The object has no method of this number. */
    COBNUT_ERROR_INVALID_ARGUMENT = 0x3, /* Word 0: number of the argument, word 1: what it was. */
    COBNUT_ERROR_FAILED_LOOKUP = 0x4, /* Word 0: depth in bits that was left, word 1: LookupFailure. */
    COBNUT_ERROR_MISSING_RIGHT = 0x5, /* The capability lacks a right that the method needs. */
    COBNUT_ERROR_TRUNCATED_MESSAGE = 0x6, /* Fewer words or capabilities than the method takes. */
    COBNUT_ERROR_SLOT_OCCUPIED = 0x7, /* A destination slot is not empty. */
    COBNUT_ERROR_SLOT_EMPTY = 0x8, /* A source slot is empty. */
    COBNUT_ERROR_HAS_CHILDREN = 0x9, /* The capability must have no descendants for this. */
    COBNUT_ERROR_NOT_ENOUGH_MEMORY = 0xa, /* Untyped: word 0: bytes that are left. */
    COBNUT_ERROR_OUT_OF_RANGE = 0xb, /* Word 0: least, word 1: greatest value allowed. */
    COBNUT_ERROR_MISALIGNED = 0xc, /* An address or offset is not aligned to its size. */
    COBNUT_ERROR_MISSING_TABLE = 0xd, /* Word 0: address bits that the missing table translates. */
    COBNUT_ERROR_ALREADY_MAPPED = 0xe, /* This capability is mapped, or something is at that address. */
    COBNUT_ERROR_NOT_MAPPED = 0xf, /* Nothing is mapped by this capability. */
    COBNUT_ERROR_BUSY = 0x10, /* Another operation on the object is under way; try again. */
    COBNUT_ERROR_IN_USE = 0x11, /* The object is bound already, its interrupt is taken, or it holds something. */
    COBNUT_ERROR_NOT_BOUND = 0x12, /* The object is bound to nothing. */
    COBNUT_ERROR_NOT_SUPPORTED = 0x13, /* The machine lacks what this needs. */
    COBNUT_ERROR_NO_BUFFER = 0x14, /* The message needs an IPC buffer that the thread does not have. */
    COBNUT_ERROR_MESSAGE_TOO_LONG = 0x15, /* The message does not fit the receiver; nothing moved. */
    COBNUT_ERROR_NO_RECEIVE_SLOT = 0x16, /* The receiver has no place for the capabilities; nothing moved. */
    COBNUT_ERROR_WOULD_BLOCK = 0x17, /* A non-blocking receive found nothing. */
    COBNUT_ERROR_CANCELED = 0x18, /* The object that the thread waited on, or its partner, is gone. */
    COBNUT_ERROR_NO_REPLY = 0x19, /* The Reply object holds no caller, or the receiver of a call offers none. */
    COBNUT_ERROR_TIME_OUT_OF_RANGE = 0x1a, /* Budget or period: word 0: least, word 1: greatest, microseconds. */
    COBNUT_ERROR_ILLEGAL_OPERATION = 0x1b, /* The objects allow the operation, their state does not. */
};

enum {
    COBNUT_LOOKUP_INVALID_ROOT = 0, /* The root is not a CNode. */
    COBNUT_LOOKUP_GUARD_MISMATCH = 0x1, /* The guard differs from the path's bits. */
    COBNUT_LOOKUP_DEPTH_MISMATCH = 0x2, /* The path ends inside a CNode or needs more bits than are left. */
    COBNUT_LOOKUP_MISSING_NODE = 0x3, /* A slot on the way holds no CNode. */
    COBNUT_LOOKUP_TOO_DEEP = 0x4, /* The path leads through more than four CNodes. */
};

enum {
    COBNUT_RIGHT_WRITE = 0x1, /* Send, signal; store. */
    COBNUT_RIGHT_READ = 0x2, /* Receive, wait; load. */
    COBNUT_RIGHT_GRANT = 0x4, /* Send capabilities. */
    COBNUT_RIGHT_GRANT_REPLY = 0x8, /* Call: lend a Reply for the answer only. */
};

enum {
    COBNUT_OBJECT_NULL = 0,
    COBNUT_OBJECT_UNTYPED = 0x1,
    COBNUT_OBJECT_CNODE = 0x2,
    COBNUT_OBJECT_THREAD = 0x3,
    COBNUT_OBJECT_ENDPOINT = 0x4,
    COBNUT_OBJECT_NOTIFICATION = 0x5,
    COBNUT_OBJECT_REPLY = 0x6,
    COBNUT_OBJECT_SCHED_CONTEXT = 0x7,
    COBNUT_OBJECT_SCHED_CONTROL = 0x8,
    COBNUT_OBJECT_VSPACE = 0x9,
    COBNUT_OBJECT_PAGE_TABLE = 0xa,
    COBNUT_OBJECT_FRAME = 0xb,
    COBNUT_OBJECT_IRQ_CONTROL = 0xc,
    COBNUT_OBJECT_IRQ_HANDLER = 0xd,
    COBNUT_OBJECT_IO_PORT = 0xe,
    COBNUT_OBJECT_FIRMWARE = 0xf,
    COBNUT_OBJECT_TRACE = 0x10, /* Of kernels with BootFeature trace. */
};

enum {
    COBNUT_THREAD_FPU = 0x1, /* May use FP/SIMD registers; needs a thread with room. */
    COBNUT_THREAD_COUNTERS = 0x2, /* May read the time and cycle counters. */
    COBNUT_THREAD_ALIEN = 0x4, /* Every system call becomes a fault to the handler. */
};

enum {
    COBNUT_STATE_READY = 0, /* Runs, could run, or waits for time. */
    COBNUT_STATE_RECEIVING = 0x1, /* On an Endpoint. */
    COBNUT_STATE_SENDING = 0x2, /* On an Endpoint: a message, a call or a fault. */
    COBNUT_STATE_CALLING = 0x3, /* Its call or fault is with a server, in a Reply. */
    COBNUT_STATE_WAITING = 0x4, /* On a Notification. */
};

enum {
    COBNUT_SCHED_CONSTANT_BANDWIDTH = 0x1, /* One replenishment: the bandwidth budget/period is never exceeded, measured from any wake-up. */
};

enum {
    COBNUT_MEMORY_NORMAL = 0, /* Cached RAM. */
    COBNUT_MEMORY_UNCACHED = 0x1, /* RAM that is not cached. */
    COBNUT_MEMORY_DEVICE = 0x2, /* Registers: in order, not combined, never executed. */
};

enum {
    COBNUT_MAP_EXECUTE_NEVER = 0x4, /* Instructions are not fetched from it. */
};

enum {
    COBNUT_CACHE_CLEAN = 0, /* Memory gets what the caches hold; for a device that reads. */
    COBNUT_CACHE_INVALIDATE = 0x1, /* The caches forget; for a device that wrote. They clean first, so that what memory held before it was this Frame's is not seen. */
    COBNUT_CACHE_CLEAN_INVALIDATE = 0x2, /* Both, in this order. */
    COBNUT_CACHE_UNIFY = 0x3, /* Instructions that were stored are seen by instruction fetch. */
};

enum {
    COBNUT_BREAKPOINT_NONE = 0, /* Nothing: it is removed. */
    COBNUT_BREAKPOINT_EXECUTE = 0x1, /* The instruction there, before it is executed. Size 0. */
    COBNUT_BREAKPOINT_WRITE = 0x2, /* Stores to the 1, 2, 4 or 8 bytes there. */
    COBNUT_BREAKPOINT_READ = 0x3, /* Loads. */
    COBNUT_BREAKPOINT_ACCESS = 0x4, /* Both. */
};

enum {
    COBNUT_TRIGGER_FIRMWARE = 0, /* As firmware or controller have it. */
    COBNUT_TRIGGER_LEVEL = 0x1, /* While the line is active. */
    COBNUT_TRIGGER_EDGE = 0x2, /* When it becomes active. */
};

enum {
    COBNUT_FAULT_CAPABILITY = 0x1, /* 2: path, 3: in a receive phase, 4: Error, 5: of failed_lookup: LookupFailure in bits 0-7, from bit 8 on the bits of the path that were left. */
    COBNUT_FAULT_UNKNOWN_SYSCALL = 0x2, /* 2: number. */
    COBNUT_FAULT_USER_EXCEPTION = 0x3, /* 2: number (ISA's own), 3: code (ISA's own). */
    COBNUT_FAULT_VM = 0x4, /* 2: address, 3: access (VmAccess bits), 4: ISA's own status. */
    COBNUT_FAULT_TIMEOUT = 0x5, /* 2: badge of the scheduling context, 3 and 4: microseconds that it consumed since that was last asked, low word first. */
    COBNUT_FAULT_DEBUG = 0x6, /* 2: DebugReason, 3: address, 4: number of the breakpoint. */
    COBNUT_FAULT_HARDWARE_ERROR = 0x7, /* 2: ISA's own status, 3: address if the ISA tells it, else 0. */
};

enum {
    COBNUT_VM_ACCESS_WRITE = 0x1, /* A store; else a load or a fetch. */
    COBNUT_VM_ACCESS_EXECUTE = 0x2, /* An instruction fetch. */
    COBNUT_VM_ACCESS_PRESENT = 0x4, /* A mapping exists but does not allow the access. */
};

enum {
    COBNUT_DEBUG_REASON_BREAKPOINT = 0x1, /* Word 3: the instruction's address. */
    COBNUT_DEBUG_REASON_WATCHPOINT = 0x2, /* Word 3: the address of the access. */
    COBNUT_DEBUG_REASON_SINGLE_STEP = 0x3, /* Word 3: the next instruction's address. */
    COBNUT_DEBUG_REASON_INSTRUCTION = 0x4, /* The ISA's breakpoint instruction; word 4: breakpoint_count. */
};

enum {
    COBNUT_FAULT_REPLY_RESUME = 0, /* Words 0 and 1, if sent, replace instruction and stack pointer. */
    COBNUT_FAULT_REPLY_STOP = 0x1, /* The thread stays suspended. */
};

enum {
    COBNUT_SLOT_NULL = 0,
    COBNUT_SLOT_THREAD = 0x1,
    COBNUT_SLOT_CNODE = 0x2,
    COBNUT_SLOT_VSPACE = 0x3,
    COBNUT_SLOT_IPC_BUFFER = 0x4,
    COBNUT_SLOT_SCHED_CONTEXT = 0x5,
    COBNUT_SLOT_IRQ_CONTROL = 0x6,
    COBNUT_SLOT_IO_PORT = 0x7, /* All ports; empty where the ISA has none. */
    COBNUT_SLOT_FIRMWARE = 0x8,
    COBNUT_SLOT_SCHED_CONTROL = 0x9, /* Of the boot core. */
    COBNUT_SLOT_TRACE = 0xa, /* Of the boot core; empty without BootFeature trace. */
    COBNUT_SLOT_FIRST_FREE = 0x10, /* Slots from here to BootInfo::first_untyped hold nothing or boot frames. */
};

enum {
    COBNUT_REGION_UNTYPED = 0, /* RAM. */
    COBNUT_REGION_FRAMES_ONLY = 0x1, /* RAM beyond the kernel's window: retypes to Frames and Untyped only. */
    COBNUT_REGION_DEVICE = 0x2, /* Not RAM: retypes to device Frames and Untyped, never cleared. */
    COBNUT_REGION_BOOT_AREA = 0x3, /* RAM, all of it Frames of a BootArea: free once those are deleted. */
};

enum {
    COBNUT_ISA_AARCH64 = 0x1,
    COBNUT_ISA_ARMV7 = 0x2,
    COBNUT_ISA_RISCV64 = 0x3,
    COBNUT_ISA_X86_64 = 0x4,
    COBNUT_ISA_HOST = 0x5,
};

enum {
    COBNUT_FEATURE_DEBUG_KERNEL = 0x1,
    COBNUT_FEATURE_ADDRESS_SPACE_IDS = 0x2,
    COBNUT_FEATURE_TRACE = 0x4, /* There is an event ring. */
};

enum {
    COBNUT_TRACE_ENTRY = 0, /* The kernel was entered. Detail: a TraceEntry. Words: thread, then capability path, interrupt or fault's first word. */
    COBNUT_TRACE_EXIT = 0x1, /* The kernel is left. Words: thread, its program counter. */
    COBNUT_TRACE_THREAD_SWITCH = 0x2, /* Words: the thread that ran, the one that will. */
    COBNUT_TRACE_IPC = 0x3, /* A message was taken. Detail: a TraceIpc. Words: from and to whom. */
    COBNUT_TRACE_INTERRUPT = 0x4, /* An interrupt was taken. Detail: 1: the kernel's timer. Words: its number, 0. */
    COBNUT_TRACE_FAULT = 0x5, /* A thread stops. Detail: FaultType. Words: thread, the fault's first word. */
    COBNUT_TRACE_METHOD = 0x6, /* A method was called to its end. Detail: Method. Words: the object, Error. */
};

enum {
    COBNUT_TRACE_ENTRY_INTERRUPT = 0x100,
    COBNUT_TRACE_ENTRY_FAULT = 0x200, /* Plus the FaultType. */
};

enum {
    COBNUT_TRACE_IPC_MESSAGE = 0, /* A send without answer. */
    COBNUT_TRACE_IPC_CALL = 0x1,
    COBNUT_TRACE_IPC_FAULT = 0x2,
    COBNUT_TRACE_IPC_REPLY = 0x3, /* The answer to a call or fault. */
    COBNUT_TRACE_IPC_SIGNAL = 0x4, /* From a Notification, to the thread that it wakes; 0: nobody. */
};

enum {
    COBNUT_METHOD_UNTYPED_RETYPE = 0x101,
    COBNUT_METHOD_UNTYPED_QUERY = 0x102,
    COBNUT_METHOD_CNODE_COPY = 0x201,
    COBNUT_METHOD_CNODE_MINT = 0x202,
    COBNUT_METHOD_CNODE_MOVE = 0x203,
    COBNUT_METHOD_CNODE_MUTATE = 0x204,
    COBNUT_METHOD_CNODE_ROTATE = 0x205,
    COBNUT_METHOD_CNODE_DELETE = 0x206,
    COBNUT_METHOD_CNODE_REVOKE = 0x207,
    COBNUT_METHOD_CNODE_CANCEL_BADGED_SENDS = 0x208,
    COBNUT_METHOD_CNODE_IDENTIFY = 0x209,
    COBNUT_METHOD_THREAD_CONFIGURE = 0x301,
    COBNUT_METHOD_THREAD_SET_SPACE = 0x302,
    COBNUT_METHOD_THREAD_SET_IPC_BUFFER = 0x303,
    COBNUT_METHOD_THREAD_SET_FAULT_HANDLER = 0x304,
    COBNUT_METHOD_THREAD_SET_TIMEOUT_HANDLER = 0x305,
    COBNUT_METHOD_THREAD_SET_PRIORITY = 0x306,
    COBNUT_METHOD_THREAD_BIND_NOTIFICATION = 0x307,
    COBNUT_METHOD_THREAD_UNBIND_NOTIFICATION = 0x308,
    COBNUT_METHOD_THREAD_READ_REGISTERS = 0x309,
    COBNUT_METHOD_THREAD_WRITE_REGISTERS = 0x30a,
    COBNUT_METHOD_THREAD_SUSPEND = 0x30b,
    COBNUT_METHOD_THREAD_RESUME = 0x30c,
    COBNUT_METHOD_THREAD_SET_FLAGS = 0x30d,
    COBNUT_METHOD_THREAD_SET_BREAKPOINT = 0x30f,
    COBNUT_METHOD_THREAD_GET_BREAKPOINT = 0x310,
    COBNUT_METHOD_THREAD_SET_SINGLE_STEP = 0x311,
    COBNUT_METHOD_THREAD_INFO = 0x30e,
    COBNUT_METHOD_THREAD_COPY_REGISTERS = 0x312,
    COBNUT_METHOD_SCHED_CONTEXT_BIND = 0x701,
    COBNUT_METHOD_SCHED_CONTEXT_UNBIND = 0x702,
    COBNUT_METHOD_SCHED_CONTEXT_CONSUMED = 0x703,
    COBNUT_METHOD_SCHED_CONTEXT_YIELD_TO = 0x704,
    COBNUT_METHOD_SCHED_CONTROL_CONFIGURE = 0x801,
    COBNUT_METHOD_SCHED_CONTROL_SET_PARTITION = 0x802,
    COBNUT_METHOD_SCHED_CONTROL_SET_SCHEDULE = 0x803,
    COBNUT_METHOD_PAGE_TABLE_MAP = 0xa01,
    COBNUT_METHOD_PAGE_TABLE_UNMAP = 0xa02,
    COBNUT_METHOD_FRAME_MAP = 0xb01,
    COBNUT_METHOD_FRAME_UNMAP = 0xb02,
    COBNUT_METHOD_FRAME_SET_RIGHTS = 0xb04,
    COBNUT_METHOD_FRAME_CACHE = 0xb05,
    COBNUT_METHOD_FRAME_ADDRESS = 0xb03,
    COBNUT_METHOD_IRQ_CONTROL_GET = 0xc01,
    COBNUT_METHOD_IRQ_HANDLER_ACKNOWLEDGE = 0xd01,
    COBNUT_METHOD_IRQ_HANDLER_SET_NOTIFICATION = 0xd02,
    COBNUT_METHOD_IRQ_HANDLER_CLEAR = 0xd03,
    COBNUT_METHOD_IO_PORT_READ = 0xe01,
    COBNUT_METHOD_IO_PORT_WRITE = 0xe02,
    COBNUT_METHOD_FIRMWARE_POWER_OFF = 0xf01,
    COBNUT_METHOD_FIRMWARE_RESET = 0xf02,
    COBNUT_METHOD_FIRMWARE_SUSPEND = 0xf03,
    COBNUT_METHOD_TRACE_SET_FRAME = 0x1001,
    COBNUT_METHOD_TRACE_START = 0x1002,
    COBNUT_METHOD_TRACE_STOP = 0x1003,
    COBNUT_METHOD_TRACE_IDENTIFY = 0x1004,
};

typedef struct cobnut_ipc_buffer {
    cobnut_word words[120];
    cobnut_cap capabilities[3]; /* To send. */
    cobnut_cap receive_root; /* CNode of the slots for received ones, */
    cobnut_word receive_index; /* the first of them, */
    cobnut_word receive_depth; /* and how many bits of it are significant. */
    cobnut_word reserved[2];
} cobnut_ipc_buffer;

typedef struct cobnut_boot_region {
    uint64_t address;
    uint8_t size_bits;
    uint8_t kind;
    uint8_t reserved[6];
} cobnut_boot_region;

typedef struct cobnut_boot_area {
    cobnut_word address; /* First byte as mapped; 0: there is none. */
    cobnut_word size; /* Bytes. */
    cobnut_word first_frame; /* Slot of the first of its Frames. */
    cobnut_word frame_count; /* Frames of 4 KiB. */
} cobnut_boot_area;

typedef struct cobnut_boot_info {
    uint32_t magic; /* boot_info_magic */
    uint16_t abi_major;
    uint16_t abi_minor;
    uint32_t size; /* Bytes of this structure and what follows it. */
    uint32_t isa; /* Isa */
    uint32_t core_count;
    uint32_t region_count;
    uint32_t regions; /* Offset of BootRegion[region_count] from this structure. */
    uint32_t first_untyped; /* Slot of the first Untyped. */
    uint32_t free_slots_begin; /* Slots that hold nothing: from here */
    uint32_t free_slots_end; /* to before here. */
    uint32_t cnode_size_bits;
    uint32_t thread_size_bits;
    uint32_t fpu_thread_size_bits; /* 0: no FP/SIMD. */
    uint8_t frame_size_bits[16]; /* Sizes of Frames, ascending; 0: no more. */
    uint32_t message_registers;
    uint32_t feature_flags; /* BootFeature */
    uint64_t ticks_per_second; /* Of the clock that budgets are counted in. */
    uint64_t acpi_root; /* Physical address of the RSDP; 0: none. */
    cobnut_boot_area boot_info;
    cobnut_boot_area archive;
    cobnut_boot_area device_tree;
    char kernel_version[32];
    char board[32];
} cobnut_boot_info;

typedef struct cobnut_trace_event {
    uint64_t time; /* Ticks of the clock. */
    uint64_t word[2]; /* By type. */
    uint32_t number; /* Low bits of its number; the first event has 0. */
    uint16_t detail; /* By type. */
    uint8_t type;
    uint8_t core;
} cobnut_trace_event;

typedef struct cobnut_trace_header {
    uint32_t magic; /* trace_magic */
    uint32_t core; /* Whose events these are. */
    uint32_t event_count; /* Places of the ring: a power of two. */
    uint32_t running; /* 0: no event follows, for it was stopped or a Frame was taken away. */
    uint32_t events; /* Which types are written, one bit each. */
    uint32_t reserved;
    uint64_t ticks_per_second;
    uint64_t head; /* Events so far. Read it with acquire; again after copying an event, to see whether it has been overwritten meanwhile. */
} cobnut_trace_header;

/* What a kernel object answered: COBNUT_ERROR_..., and the two words that explain it. */
typedef struct cobnut_status {
    cobnut_word error;
    cobnut_word detail[2];
} cobnut_status;

#ifdef __cplusplus
#define COBNUT_NONE nullptr
extern "C" {
#else
#define COBNUT_NONE 0
#endif

/* A call of a method; `results` takes `result_count` words, at most 8. */
cobnut_status cobnut_invoke(cobnut_cap object, cobnut_word method,
                            const cobnut_word* words, unsigned word_count,
                            const cobnut_cap* capabilities, unsigned capability_count,
                            cobnut_word* results, unsigned result_count);

/* Makes `count` objects (at most 256) of one type in the unused rest of the memory and puts their capabilities into consecutive slots of the CNode that root and path name (depth 0: the root itself). The memory is cleared first (not a device's). Without children all of it is unused. */
static inline cobnut_status cobnut_untyped_retype(
    cobnut_cap untyped, cobnut_word type, cobnut_word size_bits, cobnut_word node_index, cobnut_word node_depth, cobnut_word first_slot, cobnut_word count, cobnut_cap root_cnode) {
    const cobnut_word words[] = {type, size_bits, node_index, node_depth, first_slot, count};
    const cobnut_cap capabilities[] = {root_cnode};
    return cobnut_invoke(untyped, COBNUT_METHOD_UNTYPED_RETYPE, words, 6, capabilities, 1, COBNUT_NONE, 0);
}

/* Tells size, used bytes (as two words, low first) and RegionKind of the memory. Results: size_bits, used_low, used_high, kind. */
static inline cobnut_status cobnut_untyped_query(
    cobnut_cap untyped, cobnut_word* results) {
    return cobnut_invoke(untyped, COBNUT_METHOD_UNTYPED_QUERY, COBNUT_NONE, 0, COBNUT_NONE, 0, results, 4);
}

/* Derives a child of the source with the rights that both masks allow. */
static inline cobnut_status cobnut_cnode_copy(
    cobnut_cap cnode, cobnut_word index, cobnut_word depth, cobnut_word source_index, cobnut_word source_depth, cobnut_word rights, cobnut_cap source_root) {
    const cobnut_word words[] = {index, depth, source_index, source_depth, rights};
    const cobnut_cap capabilities[] = {source_root};
    return cobnut_invoke(cnode, COBNUT_METHOD_CNODE_COPY, words, 5, capabilities, 1, COBNUT_NONE, 0);
}

/* As copy, and sets the badge (Endpoint, Notification), guard (CNode) or port range (IoPort). */
static inline cobnut_status cobnut_cnode_mint(
    cobnut_cap cnode, cobnut_word index, cobnut_word depth, cobnut_word source_index, cobnut_word source_depth, cobnut_word rights, cobnut_word badge, cobnut_cap source_root) {
    const cobnut_word words[] = {index, depth, source_index, source_depth, rights, badge};
    const cobnut_cap capabilities[] = {source_root};
    return cobnut_invoke(cnode, COBNUT_METHOD_CNODE_MINT, words, 6, capabilities, 1, COBNUT_NONE, 0);
}

/* Moves a capability with its place in the derivation. */
static inline cobnut_status cobnut_cnode_move(
    cobnut_cap cnode, cobnut_word index, cobnut_word depth, cobnut_word source_index, cobnut_word source_depth, cobnut_cap source_root) {
    const cobnut_word words[] = {index, depth, source_index, source_depth};
    const cobnut_cap capabilities[] = {source_root};
    return cobnut_invoke(cnode, COBNUT_METHOD_CNODE_MOVE, words, 4, capabilities, 1, COBNUT_NONE, 0);
}

/* As move, and sets the guard of a CNode. */
static inline cobnut_status cobnut_cnode_mutate(
    cobnut_cap cnode, cobnut_word index, cobnut_word depth, cobnut_word source_index, cobnut_word source_depth, cobnut_word badge, cobnut_cap source_root) {
    const cobnut_word words[] = {index, depth, source_index, source_depth, badge};
    const cobnut_cap capabilities[] = {source_root};
    return cobnut_invoke(cnode, COBNUT_METHOD_CNODE_MUTATE, words, 5, capabilities, 1, COBNUT_NONE, 0);
}

/* Moves pivot to destination and source to pivot. Destination may be the source. A badge of 0 leaves the capability as it is. */
static inline cobnut_status cobnut_cnode_rotate(
    cobnut_cap cnode, cobnut_word index, cobnut_word depth, cobnut_word badge, cobnut_word pivot_index, cobnut_word pivot_depth, cobnut_word pivot_badge, cobnut_word source_index, cobnut_word source_depth, cobnut_cap pivot_root, cobnut_cap source_root) {
    const cobnut_word words[] = {index, depth, badge, pivot_index, pivot_depth, pivot_badge, source_index, source_depth};
    const cobnut_cap capabilities[] = {pivot_root, source_root};
    return cobnut_invoke(cnode, COBNUT_METHOD_CNODE_ROTATE, words, 8, capabilities, 2, COBNUT_NONE, 0);
}

/* Empties a slot; children go to its parent; the last capability destroys the object. */
static inline cobnut_status cobnut_cnode_delete(
    cobnut_cap cnode, cobnut_word index, cobnut_word depth) {
    const cobnut_word words[] = {index, depth};
    return cobnut_invoke(cnode, COBNUT_METHOD_CNODE_DELETE, words, 2, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Deletes all descendants of a capability. */
static inline cobnut_status cobnut_cnode_revoke(
    cobnut_cap cnode, cobnut_word index, cobnut_word depth) {
    const cobnut_word words[] = {index, depth};
    return cobnut_invoke(cnode, COBNUT_METHOD_CNODE_REVOKE, words, 2, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Ends the waiting sends to an Endpoint that carry this capability's badge with `canceled`. */
static inline cobnut_status cobnut_cnode_cancel_badged_sends(
    cobnut_cap cnode, cobnut_word index, cobnut_word depth) {
    const cobnut_word words[] = {index, depth};
    return cobnut_invoke(cnode, COBNUT_METHOD_CNODE_CANCEL_BADGED_SENDS, words, 2, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Tells what is in a slot: ObjectType (null: empty), rights, badge (CNode: guard, IoPort: ports, IrqHandler: number), size (Untyped, Frame: log2 of bytes, CNode: of slots), physical address (Untyped, Frame, Endpoint, Notification, Reply; two words, low first), and whether this Frame capability is mapped (bit 0) and where (the bits from 12 on; 0: nowhere). Results: type, rights, badge, size_bits, address_low, address_high, mapping. */
static inline cobnut_status cobnut_cnode_identify(
    cobnut_cap cnode, cobnut_word index, cobnut_word depth, cobnut_word* results) {
    const cobnut_word words[] = {index, depth};
    return cobnut_invoke(cnode, COBNUT_METHOD_CNODE_IDENTIFY, words, 2, COBNUT_NONE, 0, results, 7);
}

/* Sets capability space (with guard), address space and IPC buffer at once, and ThreadFlags as set_flags does. Buffer address 0: no buffer, and no third capability. */
static inline cobnut_status cobnut_thread_configure(
    cobnut_cap thread, cobnut_word node_guard, cobnut_word flags, cobnut_word buffer_address, cobnut_cap cnode, cobnut_cap vspace, cobnut_cap frame) {
    const cobnut_word words[] = {node_guard, flags, buffer_address};
    const cobnut_cap capabilities[] = {cnode, vspace, frame};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_CONFIGURE, words, 3, capabilities, 2 + (frame != 0), COBNUT_NONE, 0);
}

/* Sets capability and address space. */
static inline cobnut_status cobnut_thread_set_space(
    cobnut_cap thread, cobnut_word node_guard, cobnut_cap cnode, cobnut_cap vspace) {
    const cobnut_word words[] = {node_guard};
    const cobnut_cap capabilities[] = {cnode, vspace};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_SET_SPACE, words, 1, capabilities, 2, COBNUT_NONE, 0);
}

/* Sets the IPC buffer; address 0 and no capability: none. */
static inline cobnut_status cobnut_thread_set_ipc_buffer(
    cobnut_cap thread, cobnut_word buffer_address, cobnut_cap frame) {
    const cobnut_word words[] = {buffer_address};
    const cobnut_cap capabilities[] = {frame};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_SET_IPC_BUFFER, words, 1, capabilities, 0 + (frame != 0), COBNUT_NONE, 0);
}

/* Sets the Endpoint that faults are sent to; without a capability: none. */
static inline cobnut_status cobnut_thread_set_fault_handler(
    cobnut_cap thread, cobnut_cap endpoint) {
    const cobnut_cap capabilities[] = {endpoint};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_SET_FAULT_HANDLER, COBNUT_NONE, 0, capabilities, 0 + (endpoint != 0), COBNUT_NONE, 0);
}

/* Sets the Endpoint that timeout faults are sent to; without a capability: none. */
static inline cobnut_status cobnut_thread_set_timeout_handler(
    cobnut_cap thread, cobnut_cap endpoint) {
    const cobnut_cap capabilities[] = {endpoint};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_SET_TIMEOUT_HANDLER, COBNUT_NONE, 0, capabilities, 0 + (endpoint != 0), COBNUT_NONE, 0);
}

/* Sets priority and maximum controlled priority, neither above the authority's maximum. */
static inline cobnut_status cobnut_thread_set_priority(
    cobnut_cap thread, cobnut_word priority, cobnut_word max_priority, cobnut_cap authority_thread) {
    const cobnut_word words[] = {priority, max_priority};
    const cobnut_cap capabilities[] = {authority_thread};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_SET_PRIORITY, words, 2, capabilities, 1, COBNUT_NONE, 0);
}

/* From now on the thread's receives take signals of this Notification too. */
static inline cobnut_status cobnut_thread_bind_notification(
    cobnut_cap thread, cobnut_cap notification) {
    const cobnut_cap capabilities[] = {notification};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_BIND_NOTIFICATION, COBNUT_NONE, 0, capabilities, 1, COBNUT_NONE, 0);
}

/* Ends the binding. */
static inline cobnut_status cobnut_thread_unbind_notification(
    cobnut_cap thread) {
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_UNBIND_NOTIFICATION, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* thread_read_registers: by cobnut_invoke(), for its words are as many as one likes. */

/* thread_write_registers: by cobnut_invoke(), for its words are as many as one likes. */

/* Stops the thread; it keeps its place in queues and goes on there after resume. */
static inline cobnut_status cobnut_thread_suspend(
    cobnut_cap thread) {
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_SUSPEND, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Lets the thread run. */
static inline cobnut_status cobnut_thread_resume(
    cobnut_cap thread) {
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_RESUME, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Clears, then sets ThreadFlags. Results: flags. */
static inline cobnut_status cobnut_thread_set_flags(
    cobnut_cap thread, cobnut_word clear, cobnut_word set, cobnut_word* results) {
    const cobnut_word words[] = {clear, set};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_SET_FLAGS, words, 2, COBNUT_NONE, 0, results, 1);
}

/* Sets or removes one of the thread's breakpoint_count breakpoints (see BreakpointKind), whose debug fault goes to its fault handler. */
static inline cobnut_status cobnut_thread_set_breakpoint(
    cobnut_cap thread, cobnut_word number, cobnut_word kind, cobnut_word address, cobnut_word size) {
    const cobnut_word words[] = {number, kind, address, size};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_SET_BREAKPOINT, words, 4, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Tells what was set. Results: kind, address, size. */
static inline cobnut_status cobnut_thread_get_breakpoint(
    cobnut_cap thread, cobnut_word number, cobnut_word* results) {
    const cobnut_word words[] = {number};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_GET_BREAKPOINT, words, 1, COBNUT_NONE, 0, results, 3);
}

/* 1: each instruction of the thread is followed by a debug fault; 0: no more. */
static inline cobnut_status cobnut_thread_set_single_step(
    cobnut_cap thread, cobnut_word on) {
    const cobnut_word words[] = {on};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_SET_SINGLE_STEP, words, 1, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Tells state (bits 0-2: ThreadState, bit 3: suspended), priority, flags and last fault; the address, as identify's address_low, of the Endpoint, Notification or Reply that the thread waits on; the microseconds that the context it runs on has consumed since that was last asked. Results: state, priority, max_priority, flags, last_fault, waits_on, consumed_low, consumed_high. */
static inline cobnut_status cobnut_thread_info(
    cobnut_cap thread, cobnut_word* results) {
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_INFO, COBNUT_NONE, 0, COBNUT_NONE, 0, results, 8);
}

/* Gives the thread all registers of the source; those that are not held become 0. Suspends the source before and resumes the thread behind it, if asked. */
static inline cobnut_status cobnut_thread_copy_registers(
    cobnut_cap thread, cobnut_word suspend_source, cobnut_word resume, cobnut_cap source_thread) {
    const cobnut_word words[] = {suspend_source, resume};
    const cobnut_cap capabilities[] = {source_thread};
    return cobnut_invoke(thread, COBNUT_METHOD_THREAD_COPY_REGISTERS, words, 2, capabilities, 1, COBNUT_NONE, 0);
}

/* Gives the context to a Thread or Notification. It stays the thread's while it is lent to servers, and comes back when they are done with it or die. */
static inline cobnut_status cobnut_sched_context_bind(
    cobnut_cap sched_context, cobnut_cap thread_or_notification) {
    const cobnut_cap capabilities[] = {thread_or_notification};
    return cobnut_invoke(sched_context, COBNUT_METHOD_SCHED_CONTEXT_BIND, COBNUT_NONE, 0, capabilities, 1, COBNUT_NONE, 0);
}

/* Takes the context from who has it or runs on it. */
static inline cobnut_status cobnut_sched_context_unbind(
    cobnut_cap sched_context) {
    return cobnut_invoke(sched_context, COBNUT_METHOD_SCHED_CONTEXT_UNBIND, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Tells and resets the microseconds that were consumed (two words, low first). Results: low, high. */
static inline cobnut_status cobnut_sched_context_consumed(
    cobnut_cap sched_context, cobnut_word* results) {
    return cobnut_invoke(sched_context, COBNUT_METHOD_SCHED_CONTEXT_CONSUMED, COBNUT_NONE, 0, COBNUT_NONE, 0, results, 2);
}

/* Puts the thread of this context to the front of its priority, if it is ready; of the caller's priority, it runs at once and the caller is next. */
static inline cobnut_status cobnut_sched_context_yield_to(
    cobnut_cap sched_context) {
    return cobnut_invoke(sched_context, COBNUT_METHOD_SCHED_CONTEXT_YIELD_TO, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Sets budget and period in microseconds (each as two words, low first), number of replenishments beyond 2 (the object's size limits them), badge, and SchedFlags if there is a seventh word. Period equal to budget: round robin. */
static inline cobnut_status cobnut_sched_control_configure(
    cobnut_cap sched_control, cobnut_word budget_low, cobnut_word budget_high, cobnut_word period_low, cobnut_word period_high, cobnut_word extra_refills, cobnut_word badge, cobnut_cap sched_context) {
    const cobnut_word words[] = {budget_low, budget_high, period_low, period_high, extra_refills, badge};
    const cobnut_cap capabilities[] = {sched_context};
    return cobnut_invoke(sched_control, COBNUT_METHOD_SCHED_CONTROL_CONFIGURE, words, 6, capabilities, 1, COBNUT_NONE, 0);
}

/* Puts a thread into a time partition: it runs in slots of that partition only. */
static inline cobnut_status cobnut_sched_control_set_partition(
    cobnut_cap sched_control, cobnut_word partition, cobnut_cap thread) {
    const cobnut_word words[] = {partition};
    const cobnut_cap capabilities[] = {thread};
    return cobnut_invoke(sched_control, COBNUT_METHOD_SCHED_CONTROL_SET_PARTITION, words, 1, capabilities, 1, COBNUT_NONE, 0);
}

/* Sets the cycle of the core's time partitions, which begins now with a pad: `count` slots, each two more words, partition and microseconds; the pad follows each, and nobody runs in it. No slot: partition 0 runs always, the others never. */
static inline cobnut_status cobnut_sched_control_set_schedule(
    cobnut_cap sched_control, cobnut_word pad, cobnut_word count) {
    const cobnut_word words[] = {pad, count};
    return cobnut_invoke(sched_control, COBNUT_METHOD_SCHED_CONTROL_SET_SCHEDULE, words, 2, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Makes this the missing table of the highest level at the address (first of all: the root). */
static inline cobnut_status cobnut_page_table_map(
    cobnut_cap page_table, cobnut_word address, cobnut_cap vspace) {
    const cobnut_word words[] = {address};
    const cobnut_cap capabilities[] = {vspace};
    return cobnut_invoke(page_table, COBNUT_METHOD_PAGE_TABLE_MAP, words, 1, capabilities, 1, COBNUT_NONE, 0);
}

/* Takes the table out of its address space. With the root goes all that is mapped there. */
static inline cobnut_status cobnut_page_table_unmap(
    cobnut_cap page_table) {
    return cobnut_invoke(page_table, COBNUT_METHOD_PAGE_TABLE_UNMAP, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Maps the frame, or changes rights and attributes of its mapping at the same address. Rights are those that argument and capability allow; attributes see MapAttributes. */
static inline cobnut_status cobnut_frame_map(
    cobnut_cap frame, cobnut_word address, cobnut_word rights, cobnut_word attributes, cobnut_cap vspace) {
    const cobnut_word words[] = {address, rights, attributes};
    const cobnut_cap capabilities[] = {vspace};
    return cobnut_invoke(frame, COBNUT_METHOD_FRAME_MAP, words, 3, capabilities, 1, COBNUT_NONE, 0);
}

/* Removes the mapping made with this capability. */
static inline cobnut_status cobnut_frame_unmap(
    cobnut_cap frame) {
    return cobnut_invoke(frame, COBNUT_METHOD_FRAME_UNMAP, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Takes write or execution (execute_never) away from the mapping where it is: it keeps those that it has and the arguments name. map, which needs the VSpace, gives them. */
static inline cobnut_status cobnut_frame_set_rights(
    cobnut_cap frame, cobnut_word rights, cobnut_word attributes) {
    const cobnut_word words[] = {rights, attributes};
    return cobnut_invoke(frame, COBNUT_METHOD_FRAME_SET_RIGHTS, words, 2, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Cache maintenance of a range of bytes, by CacheOperation. Registers of devices are never cached. */
static inline cobnut_status cobnut_frame_cache(
    cobnut_cap frame, cobnut_word operation, cobnut_word offset, cobnut_word bytes) {
    const cobnut_word words[] = {operation, offset, bytes};
    return cobnut_invoke(frame, COBNUT_METHOD_FRAME_CACHE, words, 3, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Tells the physical address (low, high) and size. Results: low, high, size_bits. */
static inline cobnut_status cobnut_frame_address(
    cobnut_cap frame, cobnut_word* results) {
    return cobnut_invoke(frame, COBNUT_METHOD_FRAME_ADDRESS, COBNUT_NONE, 0, COBNUT_NONE, 0, results, 3);
}

/* Makes the handler of an interrupt. */
static inline cobnut_status cobnut_irq_control_get(
    cobnut_cap irq_control, cobnut_word number, cobnut_word trigger, cobnut_word index, cobnut_word depth, cobnut_cap root_cnode) {
    const cobnut_word words[] = {number, trigger, index, depth};
    const cobnut_cap capabilities[] = {root_cnode};
    return cobnut_invoke(irq_control, COBNUT_METHOD_IRQ_CONTROL_GET, words, 4, capabilities, 1, COBNUT_NONE, 0);
}

/* The device is served; the interrupt may come again. */
static inline cobnut_status cobnut_irq_handler_acknowledge(
    cobnut_cap irq_handler) {
    return cobnut_invoke(irq_handler, COBNUT_METHOD_IRQ_HANDLER_ACKNOWLEDGE, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Sets the Notification that the interrupt signals, and unmasks it. */
static inline cobnut_status cobnut_irq_handler_set_notification(
    cobnut_cap irq_handler, cobnut_cap notification) {
    const cobnut_cap capabilities[] = {notification};
    return cobnut_invoke(irq_handler, COBNUT_METHOD_IRQ_HANDLER_SET_NOTIFICATION, COBNUT_NONE, 0, capabilities, 1, COBNUT_NONE, 0);
}

/* Masks it and forgets the Notification. */
static inline cobnut_status cobnut_irq_handler_clear(
    cobnut_cap irq_handler) {
    return cobnut_invoke(irq_handler, COBNUT_METHOD_IRQ_HANDLER_CLEAR, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Reads 1, 2 or 4 bytes. Results: value. */
static inline cobnut_status cobnut_io_port_read(
    cobnut_cap io_port, cobnut_word port, cobnut_word bytes, cobnut_word* results) {
    const cobnut_word words[] = {port, bytes};
    return cobnut_invoke(io_port, COBNUT_METHOD_IO_PORT_READ, words, 2, COBNUT_NONE, 0, results, 1);
}

/* Writes 1, 2 or 4 bytes. */
static inline cobnut_status cobnut_io_port_write(
    cobnut_cap io_port, cobnut_word port, cobnut_word bytes, cobnut_word value) {
    const cobnut_word words[] = {port, bytes, value};
    return cobnut_invoke(io_port, COBNUT_METHOD_IO_PORT_WRITE, words, 3, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Switches the machine off. */
static inline cobnut_status cobnut_firmware_power_off(
    cobnut_cap firmware) {
    return cobnut_invoke(firmware, COBNUT_METHOD_FIRMWARE_POWER_OFF, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Resets the machine. */
static inline cobnut_status cobnut_firmware_reset(
    cobnut_cap firmware) {
    return cobnut_invoke(firmware, COBNUT_METHOD_FIRMWARE_RESET, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* The core sleeps, in the deepest state of the firmware that keeps all it knows, until any interrupt; the caller's budget pays. */
static inline cobnut_status cobnut_firmware_suspend(
    cobnut_cap firmware) {
    return cobnut_invoke(firmware, COBNUT_METHOD_FIRMWARE_SUSPEND, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Gives a Frame for the core's trace: 0 for the TraceHeader, from 1 on for the ring. It takes the place of the one that was there. The kernel holds a derived capability: when that goes, the trace stops first. */
static inline cobnut_status cobnut_trace_set_frame(
    cobnut_cap trace, cobnut_word index, cobnut_cap frame) {
    const cobnut_word words[] = {index};
    const cobnut_cap capabilities[] = {frame};
    return cobnut_invoke(trace, COBNUT_METHOD_TRACE_SET_FRAME, words, 1, capabilities, 1, COBNUT_NONE, 0);
}

/* Begins at event 0; `events` has a bit for each TraceType that is written. While it runs no fastpath is taken. */
static inline cobnut_status cobnut_trace_start(
    cobnut_cap trace, cobnut_word events) {
    const cobnut_word words[] = {events};
    return cobnut_invoke(trace, COBNUT_METHOD_TRACE_START, words, 1, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Stops it; what is in the ring stays. */
static inline cobnut_status cobnut_trace_stop(
    cobnut_cap trace) {
    return cobnut_invoke(trace, COBNUT_METHOD_TRACE_STOP, COBNUT_NONE, 0, COBNUT_NONE, 0, COBNUT_NONE, 0);
}

/* Tells how events name the object of a capability (two words, low first). Results: low, high. */
static inline cobnut_status cobnut_trace_identify(
    cobnut_cap trace, cobnut_cap capability, cobnut_word* results) {
    const cobnut_cap capabilities[] = {capability};
    return cobnut_invoke(trace, COBNUT_METHOD_TRACE_IDENTIFY, COBNUT_NONE, 0, capabilities, 1, results, 2);
}

#ifdef __cplusplus
}
#endif

#endif
