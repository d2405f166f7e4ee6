#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes the C form of the ABI from include/cobnut/abi/*.hpp.

usage: abi_header.py TARGET
"""
import pathlib
import re
import sys

import abi_reference as abi

ENUMERATIONS = [("SYSCALL", "syscall.hpp", "Syscall"), ("KIND", "syscall.hpp", "Kind"),
                ("ERROR", "error.hpp", "Error"), ("LOOKUP", "error.hpp", "LookupFailure"),
                ("OBJECT", "object.hpp", "ObjectType"), ("METHOD", "object.hpp", "Method"),
                ("MEMORY", "object.hpp", "MemoryType"), ("TRIGGER", "object.hpp", "Trigger"),
                ("FAULT", "fault.hpp", "FaultType"), ("FAULT_REPLY", "fault.hpp", "FaultReply"),
                ("SLOT", "boot_info.hpp", "RootSlot"), ("REGION", "boot_info.hpp", "RegionKind"),
                ("ISA", "boot_info.hpp", "Isa")]
CONSTANTS = [("RIGHT", "rights.hpp", "Rights"), ("THREAD", "object.hpp", "ThreadFlags"),
             ("MAP", "object.hpp", "MapAttributes"), ("VM_ACCESS", "fault.hpp", "VmAccess"),
             ("FEATURE", "boot_info.hpp", "BootFeature")]
NUMBERS = [("types.hpp", "abi_major"), ("types.hpp", "abi_minor"),
           ("syscall.hpp", "max_message_words"), ("syscall.hpp", "max_message_capabilities"),
           ("boot_info.hpp", "boot_info_magic"), ("object.hpp", "slot_size_bits"),
           ("object.hpp", "sched_context_min_size_bits"), ("object.hpp", "untyped_min_size_bits")]
STRUCTURES = [("ipc_buffer", "syscall.hpp", "IpcBuffer"), ("boot_region", "boot_info.hpp", "BootRegion"),
              ("boot_area", "boot_info.hpp", "BootArea"), ("boot_info", "boot_info.hpp", "BootInfo")]
TYPES = {"Word": "cobnut_word", "CapIndex": "cobnut_cap", "RegionKind": "uint8_t",
         "BootArea": "cobnut_boot_area"}


def enumeration(prefix: str, rows: list) -> str:
    lines = [f"    COBNUT_{prefix}_{re.sub('_bit$', '', name).upper()} = {value:#x}," +
             (f" /* {comment} */" if comment else "") for name, value, comment in rows]
    return "\n".join(["enum {", *lines, "};", ""])


def structure(target: str, header: str, name: str) -> str:
    body = re.search(rf"^struct {name} \{{(.*?)^\}};", abi.text(header), re.S | re.M).group(1)
    lines = []
    for kind, field, size in re.findall(r"^\s*(\w+)\s+(\w+)(\[\w+\])?;", body, re.M):
        if size and not size[1:-1].isdigit():
            size = f"[COBNUT_{size[1:-1].upper()}]"
        lines.append(f"    {TYPES.get(kind, kind)} {field}{size};")
    return "\n".join([f"typedef struct cobnut_{target} {{", *lines, f"}} cobnut_{target};", ""])


def identifier(text: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)).lower()


def identifiers(text: str) -> list[str]:
    return [identifier(part.strip()) for part in text.split(",") if part.strip()]


def method(row: list) -> str:
    """An inline function that calls the method; of a list that ends in [, X], X may be 0: none."""
    name, owner, _, brief, arguments, capabilities, results, *_ = row
    if "..." in arguments + results:
        return f"/* {name}: by cobnut_invoke(), for its words are as many as one likes. */\n"
    needed, bracket, optional = capabilities.partition("[")
    words, caps, more = identifiers(arguments), identifiers(needed), identifiers(optional.strip(",] "))
    target = "object" if identifier(owner) in words + caps + more else identifier(owner)
    parameters = [f"cobnut_cap {target}", *(f"cobnut_word {word}" for word in words),
                  *(f"cobnut_cap {cap}" for cap in caps + more),
                  *(["cobnut_word* results"] if results else [])]
    count = f"{len(caps)}" + (f" + ({more[0]} != 0)" if more else "")
    lines = [f"/* {brief}" + (f" Results: {results}." if results else "") + " */",
             f"static inline cobnut_status cobnut_{name}(\n    {', '.join(parameters)}) {{"]
    if words:
        lines.append(f"    const cobnut_word words[] = {{{', '.join(words)}}};")
    if caps or more:
        lines.append(f"    const cobnut_cap capabilities[] = {{{', '.join(caps + more)}}};")
    lines += [f"    return cobnut_invoke({target}, COBNUT_METHOD_{name.upper()}, "
              f"{'words' if words else 'COBNUT_NONE'}, {len(words)}, "
              f"{'capabilities' if caps or more else 'COBNUT_NONE'}, {count}, "
              f"{'results' if results else 'COBNUT_NONE'}, {len(identifiers(results))});", "}", ""]
    return "\n".join(lines)


def page() -> str:
    parts = ["/* Generated from the ABI's C++ headers: numbers, structures and methods for C. */",
             "#ifndef COBNUT_ABI_H", "#define COBNUT_ABI_H", "", "#include <stdint.h>", "",
             "/* A general register; a path to a capability. */", "typedef uintptr_t cobnut_word;",
             "typedef cobnut_word cobnut_cap;", ""]
    parts += [f"#define COBNUT_{name.upper()} {abi.number(header, name)}" for header, name in NUMBERS]
    parts.append("")
    parts += [enumeration(prefix, abi.enumerators(header, name)) for prefix, header, name in ENUMERATIONS]
    parts += [enumeration(prefix, abi.constants(header, name)) for prefix, header, name in CONSTANTS]
    parts += [structure(*row) for row in STRUCTURES]
    parts += ["/* What a kernel object answered: COBNUT_ERROR_..., and the two words that explain it. */",
              "typedef struct cobnut_status {", "    cobnut_word error;", "    cobnut_word detail[2];",
              "} cobnut_status;", "", "#ifdef __cplusplus", "#define COBNUT_NONE nullptr",
              'extern "C" {', "#else", "#define COBNUT_NONE 0", "#endif", "",
              "/* A call of a method; `results` takes `result_count` words, at most 8. */",
              "cobnut_status cobnut_invoke(cobnut_cap object, cobnut_word method,",
              "                            const cobnut_word* words, unsigned word_count,",
              "                            const cobnut_cap* capabilities, unsigned capability_count,",
              "                            cobnut_word* results, unsigned result_count);", ""]
    parts += [method(row) for row in abi.methods()]
    parts += ["#ifdef __cplusplus", "}", "#endif", "", "#endif", ""]
    return "\n".join(parts)


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_text(page())
