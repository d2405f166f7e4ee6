// SPDX-License-Identifier: BSD-2-Clause
// What the CPU must have; its control registers, descriptor tables and system-call entry.
#include "boot.hpp"

#include <arch/cpu.hpp>
#include <arch/entry_area.hpp>
#include <arch/fpu.hpp>
#include <arch/trap.hpp>
#include <cobnut/register.hpp>
#include <generic/base/attributes.hpp>
#include <generic/base/panic.hpp>

namespace arch::boot {

// The segments of layout.hpp; the first three serve start.S already. The last two: task state.
extern "C" {
ENTRY_AREA constinit uint64_t descriptors[8] = {
    0, 0x00209a0000000000, 0x0000920000000000, 0, 0x0000f20000000000, 0x0020fa0000000000, 0, 0};
}

namespace {

namespace reg = cobnut::reg;

struct Control4 : reg::Word<Control4> {
    using Word::Word;
    using TimeStampDisable = reg::Flag<2>;
    using PhysicalExtension = reg::Flag<5>;
    using MachineCheck = reg::Flag<6>;
    using GlobalPages = reg::Flag<7>;
    using FxSave = reg::Flag<9>;
    using SimdExceptions = reg::Flag<10>;
    using UserModePrevention = reg::Flag<11>;
    using FsGsBase = reg::Flag<16>;
    using Identifiers = reg::Flag<17>;
    using Xsave = reg::Flag<18>;
    using ExecutionPrevention = reg::Flag<20>;
    using AccessPrevention = reg::Flag<21>;
};

constexpr uint64_t control_0 = 0x8001003b; // PG WP NE ET TS MP PE
constexpr uint64_t syscall_mask = 0x47700; // TF IF DF IOPL NT AC are cleared by syscall

KERNEL_BOOT void need(uint32_t word, unsigned bit, const char* text) {
    if ((word >> bit & 1) == 0)
        kernel::fatal(text);
}

// SDM volume 3, section 8.2.1: the 64-bit task state segment; here only for its stacks.
struct [[gnu::packed]] TaskState {
    uint32_t reserved_0;
    uint64_t stack[3];
    uint64_t reserved_1;
    uint64_t interrupt_stack[7];
    uint64_t reserved_2;
    uint16_t reserved_3;
    uint16_t port_map;
};
static_assert(sizeof(TaskState) == 104);

struct Gate {
    uint64_t low = 0;
    uint64_t high = 0;
};

struct [[gnu::packed]] TablePointer {
    uint16_t limit;
    uint64_t base;
};

ENTRY_AREA constinit TaskState task_state{};
ENTRY_AREA constinit Gate gates[256]{};

// Whatever the stack pointer is: entries that can come at any instruction have stacks of their own.
enum class Stack : uint8_t {
    current = 0,
    exception = 1,
    non_maskable = 2,
    double_fault = 3,
    machine_check = 4,
    debug = 5
};
constexpr unsigned stack_count = 5;
constexpr size_t interrupt_stack_size = 2048;
ENTRY_AREA alignas(16) constinit char interrupt_stacks[stack_count][interrupt_stack_size]{};

KERNEL_BOOT void set_gate(unsigned vector, const void* entry, Stack stack, unsigned privilege = 0) {
    const auto address = reinterpret_cast<uint64_t>(entry);
    constexpr uint64_t present_interrupt_gate = 0x8e00;
    gates[vector].low = (address & 0xffff) | uint64_t{layout::kernel_code} << 16 |
                        uint64_t{static_cast<uint8_t>(stack)} << 32 |
                        (present_interrupt_gate | privilege << 13) << 32 |
                        (address >> 16 & 0xffff) << 48;
    gates[vector].high = address >> 32;
}

template <class Function>
const void* code(Function* function) {
    return reinterpret_cast<const void*>(function);
}

KERNEL_BOOT void fill_gates() {
    for (unsigned vector = 0; vector < layout::vector_end; ++vector)
        set_gate(vector, trap_vectors + 16 * vector,
                 vector < exception::count ? Stack::exception : Stack::current);
    set_gate(exception::breakpoint, trap_vectors + 16 * exception::breakpoint, Stack::exception, 3);
    set_gate(exception::double_fault, trap_vectors + 16 * exception::double_fault,
             Stack::double_fault);
    set_gate(exception::machine_check, trap_vectors + 16 * exception::machine_check,
             Stack::machine_check);
    set_gate(exception::debug, trap_vectors + 16 * exception::debug, Stack::debug);
    set_gate(exception::non_maskable, code(ignore_entry), Stack::non_maskable);
    set_gate(layout::spurious_vector, code(ignore_entry), Stack::current);
}

KERNEL_BOOT void load_tables() {
    asm volatile(".global x86_cpu\n .set x86_cpu, %c0" ::"i"(layout::cpu));
    task_state.stack[0] = entry_area::stack_top;
    for (unsigned index = 0; index < stack_count; ++index)
        task_state.interrupt_stack[index] =
            reinterpret_cast<uint64_t>(interrupt_stacks[index]) + interrupt_stack_size;
    task_state.port_map = sizeof task_state; // none: ports are the kernel's
    const auto base = reinterpret_cast<uint64_t>(&task_state);
    constexpr uint64_t present_task = 0x89;
    descriptors[6] = (sizeof task_state - 1) | (base & 0xffffff) << 16 | present_task << 40 |
                     (base >> 24 & 0xff) << 56;
    descriptors[7] = base >> 32;
    fill_gates();

    const TablePointer global{sizeof descriptors - 1, reinterpret_cast<uint64_t>(descriptors)};
    const TablePointer interrupt{sizeof gates - 1, reinterpret_cast<uint64_t>(gates)};
    asm volatile(
        "lgdt %0\n lidt %1\n ltr %w2\n"
        "mov %k3, %%ds\n mov %k3, %%es\n mov %k3, %%fs\n mov %k3, %%gs\n lldt %w3" ::"m"(global),
        "m"(interrupt), "r"(layout::task_state), "r"(0)
        : "memory");
}

KERNEL_BOOT void set_up_fpu(const Features& features) {
    fpu_unit.xsave = features.xsave;
    if (!features.xsave)
        return;
    const Cpuid supported = cpuid(0xd);
    const uint32_t components = supported.eax & static_cast<uint32_t>(fpu_components);
    asm volatile("xsetbv" ::"c"(0), "a"(components), "d"(0));
    fpu_unit.size = static_cast<uint32_t>(kernel::align_up(cpuid(0xd).ebx, 64));
    if (fpu_unit.size > max_fpu_state)
        kernel::fatal("processor: its FPU state is larger than the kernel knows");
}

} // namespace

KERNEL_BOOT Features check_cpu() {
    const Cpuid basic = cpuid(1);
    const Cpuid extended = cpuid(0x80000001);
    const Cpuid structured = cpuid(0).eax >= 7 ? cpuid(7) : Cpuid{};
    need(basic.edx, 9, "processor: it has no local APIC");
    need(basic.edx, 13, "processor: it has no global pages");
    need(basic.edx, 16, "processor: it has no page attribute table");
    need(basic.edx, 24, "processor: it has no FXSAVE");
    need(extended.edx, 11, "processor: it has no SYSCALL");
    need(structured.ebx, 0, "processor: it has no FSGSBASE");
    need(structured.ebx, 7, "processor: it has no SMEP");
    need(structured.ebx, 20, "processor: it has no SMAP");
    const auto has = [](uint32_t word, unsigned bit) { return (word >> bit & 1) != 0; };
    return {
        .x2apic = has(basic.ecx, 21),
        .deadline_timer = has(basic.ecx, 24),
        .identifiers = has(basic.ecx, 17) && has(structured.ebx, 10),
        .huge_pages = has(extended.edx, 26),
        .umip = has(structured.ecx, 2),
        .xsave = has(basic.ecx, 26),
        .physical_end = uint64_t{1} << (cpuid(0x80000008).eax & 0xff),
    };
}

KERNEL_BOOT void set_up_core(const Features& features) {
    write_control<0>(control_0 & ~uint64_t{8});
    write_control<4>(Control4{}
                         .set<Control4::PhysicalExtension, Control4::MachineCheck,
                              Control4::GlobalPages, Control4::FxSave, Control4::SimdExceptions,
                              Control4::FsGsBase, Control4::ExecutionPrevention,
                              Control4::AccessPrevention, Control4::TimeStampDisable>()
                         .with<Control4::UserModePrevention>(features.umip)
                         .with<Control4::Identifiers>(features.identifiers)
                         .with<Control4::Xsave>(features.xsave)
                         .raw());
    set_up_fpu(features);
    write_control<0>(control_0);
    load_tables();
    write_msr(Msr::star,
              uint64_t{layout::sysret_base | 3} << 48 | uint64_t{layout::kernel_code} << 32);
    write_msr(Msr::lstar, reinterpret_cast<uint64_t>(code(syscall_entry)));
    write_msr(Msr::fmask, syscall_mask);
    write_msr(Msr::fs_base, 0);
    write_msr(Msr::gs_base, 0);
}

} // namespace arch::boot
