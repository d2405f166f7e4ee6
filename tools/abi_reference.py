#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints docs/abi.md from include/cobnut/abi/*.hpp, or with --check FILE says whether it differs."""
import pathlib
import re
import sys

ABI = pathlib.Path(__file__).resolve().parent.parent / 'include/cobnut/abi'

SYSCALL_REGISTERS = '''| | AArch64 | RISC-V 64 | x86-64 | ARMv7-A |
| --- | --- | --- | --- | --- |
| trap instruction | `svc #number` | `ecall` | `syscall` | `svc #0` |
| number of the form | the immediate | t0 | al | r12 |
| capability in, badge out | x0 | a0 | rdi | r0 |
| tag in and out | x1 | a1 | rsi | r1 |
| message words in registers | x2-x7 | a2-a7 | rdx r8 r9 r10 rbx | r2-r5 |
| Reply object | x8 | t1 | rax >> 8 | r6 |
| second capability (nb_send_recv, nb_send_wait) | x9 | t2 | r12 | r7 |
'''


def text(name):
    return (ABI / name).read_text()


def enumerators(header, name):
    """The entries of `enum class name`: (name, number, comment)."""
    body = re.search(r'enum class %s\b[^{]*\{(.*?)\};' % name, text(header), re.S).group(1)
    return [(n, int(v, 0), (c or '').strip()) for n, v, c in
            re.findall(r'(\w+) = (\w+),?[ \t]*(?:///<\s*(.*))?', body)]


def constants(header, name):
    """The constants of `struct name`, as enumerators()."""
    body = re.search(r'struct %s \{(.*?)\};' % name, text(header), re.S).group(1)
    return [(n, int(v, 0), (c or '').strip()) for n, v, c in re.findall(
        r'static constexpr \w+ (\w+) = (\w+);[ \t]*(?:///<\s*(.*))?', body)]


def table(rows, first='name', comment='meaning'):
    with_comment = any(row[2] for row in rows)
    lines = [f'| number | {first} |' + (f' {comment} |' if with_comment else ''),
             '| --- | --- |' + (' --- |' if with_comment else '')]
    for name, number, note in rows:
        lines.append(f'| {number} | `{name}` |' + (f' {note} |' if with_comment else ''))
    return '\n'.join(lines) + '\n'


def fields(header, name):
    body = re.search(r'^struct %s \{(.*?)^\};' % name, text(header), re.S | re.M).group(1)
    rows = re.findall(r'^\s*([\w]+)\s+(\w+(?:\[\w+\])?);[ \t]*(?:///<\s*(.*))?$', body, re.M)
    return '| field | type | meaning |\n| --- | --- | --- |\n' + ''.join(
        f'| `{n}` | {t} | {c.strip()} |\n' for t, n, c in rows)


def methods():
    """The rows of methods[]: [enumerator, object, name, brief, arguments, ..., errors]."""
    body = re.search(r'methods\[\] = \{\n(.*?)\n\};', text('methods.hpp'), re.S).group(1)
    rows = []
    for row in re.findall(r'\{(Method::.*?)\},\s*(?=\{Method::|\Z)', body + '\n', re.S):
        tokens = re.findall(r'Method::(\w+)|((?:"(?:[^"\\]|\\.)*"\s*)+)|(\d+)', row)
        parts = []
        for method, strings, number in tokens:
            if strings:
                parts.append(''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', strings)))
            else:
                parts.append(method or int(number))
        assert len(parts) == 10, row
        rows.append(parts)
    return rows


def method_sections():
    numbers = {name: number for name, number, _ in enumerators('object.hpp', 'Method')}
    rows = methods()
    assert {row[0] for row in rows} == set(numbers), 'methods[] and Method differ'
    out, last = [], None
    for method, owner, name, brief, arguments, capabilities, results, _, _, errors in rows:
        if owner != last:
            out.append(f'### {owner}\n')
            last = owner
        out.append(f'**`{name}`** (label {numbers[method]:#06x}). {brief}\n')
        for title, value in (('words', arguments), ('capabilities', capabilities),
                             ('reply', results), ('errors', errors)):
            if value:
                out.append(f'- {title}: {value}')
        out.append('')
    return '\n'.join(out)


def number(header, name):
    return int(re.search(r'constexpr \w+ %s = (\w+);' % name, text(header)).group(1), 0)


def page():
    major, minor = number('types.hpp', 'abi_major'), number('types.hpp', 'abi_minor')
    boot = 'boot_info.hpp'
    return f'''# ABI reference

Version {major}.{minor}. Printed by `tools/abi_reference.py` from `include/cobnut/abi/`; a test compares the
two. The numbers are the same in every configuration and on every ISA. A *word* is a general
register: 32 bits on ARMv7-A, 64 on the others.

## System calls

{table(enumerators('syscall.hpp', 'Syscall'), 'form')}
{SYSCALL_REGISTERS}
Caller-saved registers that carry no result are cleared on the way out. Preserved are the
callee-saved ones (but x86-64 rbx and ARMv7 r4, r5, which are message words), and AArch64
TPIDR_EL0, RISC-V gp and tp, x86-64 FS base, ARMv7 TPIDRURW; the x86-64 GS base is cleared.

The tag: bits 0-6 length in words (0 to {number('syscall.hpp', 'max_message_words')}), 7-8 number of capabilities (0 to {number('syscall.hpp', 'max_message_capabilities')}), 9-10 kind on
receive, 11-31 the label.

{table(enumerators('syscall.hpp', 'Kind'), 'kind')}
The IPC buffer is 128 words. Word i of a message is word i of the buffer on every ISA, but those
that travel in registers are not read from it.

{fields('syscall.hpp', 'IpcBuffer')}
## Errors

{table(enumerators('error.hpp', 'Error'), 'error')}
Word 1 of `failed_lookup`:

{table(enumerators('error.hpp', 'LookupFailure'), 'failure')}
## Rights

{table(constants('rights.hpp', 'Rights'), 'bit')}
## Object types

{table(enumerators('object.hpp', 'ObjectType'), 'type')}
## Methods

A method is a `call` on the object's capability with the method's number as label. Its capability
arguments travel as extra capabilities, so they need an IPC buffer. The label of the reply is an
`Error`. Any call may also end in `invalid_method`, `truncated_message`, `no_buffer` or
`failed_lookup`.

{method_sections()}
Memory type of a mapping, bits 0-1 of its attributes:

{table(enumerators('object.hpp', 'MemoryType'), 'type')}
Other bits of the attributes:

{table([row for row in constants('object.hpp', 'MapAttributes') if row[0] != 'type_mask'], 'bit')}
Flags of a thread:

{table(constants('object.hpp', 'ThreadFlags'), 'flag')}
Trigger of an interrupt:

{table(enumerators('object.hpp', 'Trigger'), 'trigger')}
## Faults

Words 0 and 1 of every fault message are the instruction's address and the stack pointer.

{table(enumerators('fault.hpp', 'FaultType'), 'fault', 'further words')}
Word 3 of a VM fault:

{table(constants('fault.hpp', 'VmAccess'), 'bit')}
Label of the reply to a fault:

{table(enumerators('fault.hpp', 'FaultReply'), 'reply')}
## Boot information

Slots of the root task's CNode:

{table(enumerators(boot, 'RootSlot'), 'slot')}
BootInfo:

{fields(boot, 'BootInfo')}
BootRegion, one per Untyped of the root task (capability in slot `first_untyped` + index):

{fields(boot, 'BootRegion')}
{table(enumerators(boot, 'RegionKind'), 'kind')}
BootArea:

{fields(boot, 'BootArea')}
{table(enumerators(boot, 'Isa'), 'ISA')}
{table(constants(boot, 'BootFeature'), 'feature')}'''


def main():
    if len(sys.argv) == 3 and sys.argv[1] == '--check':
        if pathlib.Path(sys.argv[2]).read_text() != page():
            sys.exit('docs/abi.md is out of date: tools/abi_reference.py > docs/abi.md')
    elif len(sys.argv) == 1:
        sys.stdout.write(page())
    else:
        sys.exit('use: abi_reference.py [--check FILE]')


if __name__ == '__main__':
    main()
