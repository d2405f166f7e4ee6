#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The conformance suite's rules by chapter, read from its sources: printed as docs/conformance.md,
or with --check FILE compared with it."""
import pathlib
import re
import sys

SUITE = pathlib.Path(__file__).resolve().parent.parent / 'test/conformance'
RULE = re.compile(r'^    \{"([^"]+)"', re.M)
ISAS = {'aarch64': 'AArch64', 'armv7': 'ARMv7-A', 'riscv64': 'RISC-V', 'x86_64': 'x86-64'}
HEAD = '''# The rules of the conformance suite

Each line is a test and the promise that it checks; docs/testing.md says how to run and to write them.
{common} tests run on every ISA; beside them {own}.

Printed by `tools/conformance_rules.py` from `test/conformance`; a test compares the two.
'''


def chapter_of(path):
    """The chapter's name and its rules."""
    source = path.read_text()
    name = re.search(r'= chapter\("([^"]+)"', source).group(1)
    return name, RULE.findall(source)


def chapters(isa):
    """The chapters of an ISA in the order in which they run."""
    order = re.findall(r'&(\w+)_chapter,', (SUITE / 'tests/chapters.cpp').read_text())
    sources = {}
    for path in [*sorted((SUITE / 'tests').glob('*.cpp')),
                 *sorted((SUITE / 'isa' / isa).glob('*.cpp'))]:
        declared = re.search(r'const Chapter (\w+)_chapter = chapter\(', path.read_text())
        if declared:
            sources[declared.group(1)] = path
    return [(name, *chapter_of(sources[name])) for name in order]


def rules(isa):
    return [rule for _, _, found in chapters(isa) for rule in found]


def page():
    common = [entry for entry in chapters('aarch64') if entry[0] != 'isa']
    own = [(title, chapter_rules) for isa, title in ISAS.items()
           for key, _, chapter_rules in chapters(isa) if key == 'isa']
    lines = [HEAD.format(common=sum(len(found) for _, _, found in common),
                         own=', '.join(f'{len(found)} on {title} alone' for title, found in own))]
    for title, found in [entry[1:] for entry in common] + own:
        lines.append(f'## {title[0].upper()}{title[1:]} ({len(found)})\n')
        lines += [f'- {rule}' for rule in found]
        lines.append('')
    return '\n'.join(lines).rstrip() + '\n'


def main(arguments):
    if arguments[:1] == ['--check'] and len(arguments) == 2:
        if pathlib.Path(arguments[1]).read_text() != page():
            sys.exit('docs/conformance.md is out of date: '
                     'tools/conformance_rules.py > docs/conformance.md')
    elif arguments:
        sys.exit('use: conformance_rules.py [--check FILE]')
    else:
        sys.stdout.write(page())


if __name__ == '__main__':
    main(sys.argv[1:])
