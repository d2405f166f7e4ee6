// SPDX-License-Identifier: BSD-2-Clause
// The manual's reference.
#include "printer.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace abi {

using namespace cobnut;

namespace {

std::set<std::string> printed;

const NumberSet& set_of(std::string_view name) {
    for (const NumberSet& set : all_number_sets())
        if (name == set.name)
            return set;
    std::fprintf(stderr, "abi_printer: there is no table of %s\n", name.data());
    std::exit(1);
}

std::string table(std::string_view name, const char* what, const char* meaning = "meaning") {
    const NumberSet& set = set_of(name);
    printed.insert(set.name);
    bool explained = false;
    for (const Named& number : set.numbers)
        explained = explained || *number.meaning != 0;
    std::string out = text("| number | %s |", what);
    out += explained ? text(" %s |\n| --- | --- | --- |\n", meaning) : "\n| --- | --- |\n";
    for (const Named& number : set.numbers) {
        out += text("| %u | `%s` |", number.number, number.name);
        out += explained ? text(" %s |\n", number.meaning) : "\n";
    }
    return out + "\n";
}

std::string fields(std::string_view name) {
    for (const Structure& structure : all_structures()) {
        if (name != structure.name)
            continue;
        printed.insert(structure.name);
        const auto narrow = layout(structure, 4);
        const auto wide = layout(structure, 8);
        std::string out = "| offset: 32 bits | 64 bits | field | type | meaning |\n"
                          "| --- | --- | --- | --- | --- |\n";
        for (size_t i = 0; i < structure.fields.size(); ++i) {
            const Field& field = structure.fields[i];
            const std::string count = field.count == 0 ? "" : text("[%u]", field.count);
            out += text("| %zu | %zu | `%s%s` | %s | %s |\n", narrow[i], wide[i], field.name,
                        count.c_str(), field.type, field.meaning);
        }
        return out + text("| %zu | %zu | | | |\n\n", narrow.back(), wide.back());
    }
    return "";
}

std::string constants() {
    std::string out = "| constant | value | meaning |\n| --- | --- | --- |\n";
    for (const Constant& constant : all_constants())
        out += text(constant.value < 1000 ? "| `%s` | %llu | %s |\n" : "| `%s` | %#llx | %s |\n",
                    constant.name, static_cast<unsigned long long>(constant.value),
                    constant.meaning);
    return out + "\n";
}

std::string range(SizeRange sizes) {
    if (sizes.least == 0)
        return "as that";
    return sizes.least == sizes.most ? text("%u", sizes.least)
                                     : text("%u to %u", sizes.least, sizes.most);
}

std::string sizes() {
    std::string out = "| type | size_bits | log2 of bytes: 32 bits | 64 bits |\n"
                      "| --- | --- | --- | --- |\n";
    for (const ObjectSize& size : object_sizes)
        out += text("| `%s` | %s | %s | %s |\n",
                    object_types[static_cast<unsigned>(size.type)].name, size.argument,
                    range(size.where_32_bits).c_str(), range(size.where_64_bits).c_str());
    return out + "\n";
}

const char* name_of(Error error) { return errors[static_cast<unsigned>(error)].name; }

std::string refusal_lines(std::span<const Refusal> refusals) {
    std::string out;
    for (const Refusal& refusal : refusals)
        if (refusal.error != Error::none)
            out += text("- `%s`: %s\n", name_of(refusal.error), refusal.condition);
    return out;
}

std::string types_of(const CapabilityArgument& argument) {
    std::string out;
    if (argument.types.bits == 0)
        return "";
    for (const Named& type : object_types)
        if ((argument.types.bits >> type.number & 1) != 0)
            out += (out.empty() ? "" : " or ") + std::string(type.name);
    return " (" + out + (argument.optional ? ", optional)" : ")");
}

std::string method_section(const MethodDescription& method) {
    std::string out = text("#### %s.%s, label %#06x\n\n%s\n\n", method.object, method.name,
                           static_cast<unsigned>(method.method), method.brief);
    std::string capabilities;
    for (const CapabilityArgument& argument : method.capabilities)
        if (argument.name != nullptr)
            capabilities += (capabilities.empty() ? "" : ", ") + std::string(argument.name) +
                            types_of(argument);
    if (*method.arguments != 0)
        out += text("- words: %s\n", method.arguments);
    if (!capabilities.empty())
        out += "- capabilities: " + capabilities + "\n";
    if (*method.results != 0)
        out += text("- reply: %s\n", method.results);
    out += refusal_lines(method.refusals);
    return out.ends_with("\n\n") ? out : out + "\n";
}

std::string method_sections() {
    std::string out;
    const char* last = "";
    for (const MethodDescription& method : methods) {
        if (std::strcmp(method.object, last) != 0)
            out += text("### %s\n\n", method.object);
        last = method.object;
        out += method_section(method);
    }
    return out;
}

std::string form_sections() {
    std::string out;
    for (const FormDescription& form : forms)
        out += text("**`%s`** %s\n\n", syscalls[static_cast<unsigned>(form.form)].name,
                    form.brief) +
               refusal_lines(form.refusals) + (form.refusals[0].condition != nullptr ? "\n" : "");
    return out;
}

constexpr const char* registers = R"(| | AArch64 | RISC-V 64 | x86-64 | ARMv7-A |
| --- | --- | --- | --- | --- |
| trap instruction | `svc #number` | `ecall` | `syscall` | `svc #0` |
| number of the form | the immediate | t0 | al | r12 |
| capability in, badge out | x0 | a0 | rdi | r0 |
| tag in and out | x1 | a1 | rsi | r1 |
| message words in registers | x2-x7 | a2-a7 | rdx r8 r9 r10 rbx | r2-r5 |
| Reply object | x8 | t1 | rax >> 8 | r6 |
| second capability (nb_send_recv, nb_send_wait) | x9 | t2 | r12 | r7 |

Caller-saved registers that carry no result are cleared on the way out, or hold the address of the
instruction behind the trap (RISC-V ra, x86-64 rcx). Preserved are the
callee-saved ones (but x86-64 rbx and ARMv7 r4, r5, which are message words), and AArch64
TPIDR_EL0, RISC-V gp and tp, x86-64 FS and GS base, ARMv7 TPIDRURW.

)";

constexpr const char* numbered_registers = R"(Registers by number, for read_registers and write_registers:

| | AArch64 | RISC-V 64 | x86-64 | ARMv7-A |
| --- | --- | --- | --- | --- |
| 0, 1 | pc, sp | pc, sp | rip, rsp | pc, sp |
| 2 | flags: N Z C V | none, reads 0 | rflags, those of user level | cpsr, those of user level |
| from 3 on | x0-x30 | x1-x31 | rax rbx rcx rdx rsi rdi rbp r8-r15 | r0-r12, lr |
| then | TPIDR_EL0 | | FS base, GS base | TPIDRURW, TPIDRURO |
| count | 35 | 34 | 20 | 19 |

)";

} // namespace

std::string reference() {
    std::string out = text(
        "# ABI reference\n\n"
        "Version %u.%u. Printed from the tables in `include/cobnut/abi/` by `./cobnut abi`; a test\n"
        "compares the two. The numbers are the same in every configuration and on every ISA. A\n"
        "*word* is a general register: 32 bits on ARMv7-A, 64 on the others.\n\n"
        "## System calls\n\n", abi_major, abi_minor);
    out += table("Syscall", "form") + registers;
    out += text("The tag: bits 0-6 length in words (0 to %u), 7-8 number of capabilities (0 to %u),\n"
                "9-10 kind on receive, 11-31 the label.\n\n",
                max_message_words, max_message_capabilities);
    out += table("Kind", "kind");
    out += "The IPC buffer is 128 words. Word i of a message is word i of the buffer on every ISA,\n"
           "but those that travel in registers are not read from it.\n\n" + fields("IpcBuffer");
    out += "### What the forms do and end in\n\n"
           "An error comes as a tag of kind `none` with the Error as label, and no words; but\n"
           "`failed_lookup` with its two.\n\n" + form_sections();
    out += "A capability that cannot be used is a capability fault in the forms that block, and in\n"
           "the others:\n\n" + refusal_lines(form_lookup_refusals);
    out += "\nThe sender of a message that cannot be delivered ends with one of these; nothing has\n"
           "moved, and the receiver goes on with the next. A reply that cannot be delivered leaves\n"
           "caller and Reply object as they are.\n\n" + refusal_lines(message_refusals) + "\n";
    out += "## Errors\n\n" + table("Error", "error") + "Word 1 of `failed_lookup`:\n\n" +
           table("LookupFailure", "failure");
    out += "## Rights\n\n" + table("Rights", "bit") + "## Object types\n\n" +
           table("ObjectType", "type") + sizes();
    out += "## Methods\n\n"
           "A method is a `call` on the object's capability with the method's number as label. Its\n"
           "capability arguments travel as extra capabilities, so they need an IPC buffer. The label\n"
           "of the reply is an `Error`: one that stands with the method, or one of these. What is\n"
           "refused has changed nothing, unless it was preempted on its way and refused when it was made\n"
           "again: a retype's objects that were made by then stay, and a mapping that was to get another\n"
           "memory type or execution is gone.\n\n" + refusal_lines(common_refusals) + "\n";
    out += method_sections();
    out += "Memory type of a mapping, bits 0-1 of its attributes:\n\n" +
           table("MemoryType", "type") + "Other bits of the attributes:\n\n" +
           table("MapAttributes", "bit") + "Cache operations:\n\n" +
           table("CacheOperation", "operation") + "Flags of a thread:\n\n" +
           table("ThreadFlags", "flag") + "State of a thread, bits 0-2 of what info tells:\n\n" +
           table("ThreadState", "state") + numbered_registers +
           "BreakpointKind, what a breakpoint stops at:\n\n" + table("BreakpointKind", "kind") +
           "SchedFlags of a scheduling context:\n\n" + table("SchedFlags", "flag") +
           "Trigger of an interrupt:\n\n" + table("Trigger", "trigger");
    out += "## Faults\n\nWords 0 and 1 of every fault message are the instruction's address and the\n"
           "stack pointer.\n\n" + table("FaultType", "fault", "further words") +
           "Word 3 of a VM fault:\n\n" + table("VmAccess", "bit") +
           "DebugReason, word 2 of a debug fault. The thread is before the instruction, but on x86-64\n"
           "behind the one that accessed or that is `instruction`:\n\n" +
           table("DebugReason", "reason", "meaning") +
           "Label of the reply to a fault:\n\n" + table("FaultReply", "reply");
    out += "## Boot information\n\nSlots of the root task's CNode:\n\n" +
           table("RootSlot", "slot") + "BootInfo:\n\n" + fields("BootInfo") +
           "BootRegion, one per Untyped of the root task (capability in slot `first_untyped` +\n"
           "index):\n\n" + fields("BootRegion") + table("RegionKind", "kind") + "BootArea:\n\n" +
           fields("BootArea") + table("Isa", "ISA") + table("BootFeature", "feature");
    out += "## Trace\n\nOf kernels with BootFeature trace. A TraceHeader lies at the begin of Frame 0; event n at\n"
           "place n modulo event_count of the ring, until event n + event_count is being written.\n\n" +
           fields("TraceHeader") + "TraceEvent, the same bytes on every ISA:\n\n" +
           fields("TraceEvent") + "TraceType:\n\n" + table("TraceType", "type") +
           "Detail of an entry, a Syscall or:\n\n" + table("TraceEntry", "entry") +
           "Detail of an ipc:\n\n" + table("TraceIpc", "detail");
    out += "## Constants\n\n" + constants();
    out.pop_back();
    return out;
}

std::set<std::string> printed_tables() {
    printed.clear();
    (void)reference();
    return printed;
}

} // namespace abi
