#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rewrites C++ files so that one program holds many mutants of them, one of which is chosen when it
runs: `mutate.py FOLDER SEED COUNT ARGUMENT...` changes the files of FOLDER/kernel/generic in place and
prints the mutants as JSON. The arguments are the compiler's.

A mutant negates a condition, drops a statement, or moves a comparison, a sum or a difference by one.
"""
import json
import pathlib
import random
import re
import sys

from clang import cindex

CURSOR = cindex.CursorKind
FUNCTIONS = (CURSOR.FUNCTION_DECL, CURSOR.CXX_METHOD, CURSOR.FUNCTION_TEMPLATE, CURSOR.CONSTRUCTOR,
             CURSOR.LAMBDA_EXPR)
LIBRARY = '/usr/lib/x86_64-linux-gnu/libclang-19.so.1'
SPARED = ('debug/', 'boot/')  # what only reports, and what the host does not run
COMPARISONS = {'<': 'less', '<=': 'less_equal', '>': 'greater', '>=': 'greater_equal',
               '==': 'equal', '!=': 'not_equal'}
SUMS = {'+': 'plus', '-': 'minus'}
ASSIGNMENTS = {'=', '+=', '-=', '|=', '&=', '^=', '<<=', '>>='}
NO_RETURN = re.compile(r'\[\[noreturn\]\][^;{}()]*?(\w+)\(')
# The host is a 64-bit machine: what stands behind the `else` is compiled for ARMv7 alone.
WIDE = re.compile(r'if constexpr \((?:wide|sizeof\(Word\) == 8)\)')
CALLED = re.compile(r'(\w+)(?:<[^<>;]*>)?\(')
SUPPORT = '''// Chooses a mutant when the program runs, and notes which places are reached.
#pragma once
extern int active_mutant;
extern unsigned char reached_mutants[];
namespace mutation {
constexpr bool is(int number) {
    if (__builtin_is_constant_evaluated())
        return false;
    reached_mutants[number] = 1;
    return active_mutant == number;
}
'''
COMPARE = '''template <class A, class B> constexpr bool {name}(int number, const A& a, const B& b) {{
    return is(number) ? a {other} b : a {same} b;
}}
'''
SUM = '''template <class A, class B> constexpr auto {name}(int number, const A& a, const B& b) {{
    return is(number) ? static_cast<decltype(a {same} b)>((a {same} b) + 1) : a {same} b;
}}
'''
OTHER = {'<': '<=', '<=': '<', '>': '>=', '>=': '>', '==': '!=', '!=': '=='}


def support():
    text = SUPPORT
    text += ''.join(COMPARE.format(name=name, same=sign, other=OTHER[sign])
                    for sign, name in COMPARISONS.items())
    text += ''.join(SUM.format(name=name, same=sign) for sign, name in SUMS.items())
    return text + '} // namespace mutation\n'


class Source:
    """A file, the mutants found in it, and the text that each wants in front and behind."""

    def __init__(self, path):
        self.path = path
        self.data = path.read_bytes()
        self.found = []

    def add(self, kind, start, end, pieces):
        """`pieces` are (offset, text before the number, text behind it or None)."""
        line = self.data[:start].count(b'\n') + 1
        text = ' '.join(self.data[start:end].decode().split())
        self.found.append({'kind': kind, 'line': line, 'text': text[:90], 'start': start,
                           'end': end, 'pieces': pieces,
                           'equality': any('equal(' in piece[2] and '_equal(' not in
                                           piece[2].replace('not_equal', 'equal')
                                           for piece in pieces)})

    def text(self, start, end):
        return self.data[start:end].decode()

    def rewritten(self, chosen):
        """Insertions of outer mutants lie outside those of inner ones."""
        inserts = []
        for mutant in chosen:
            size = mutant['end'] - mutant['start']
            for offset, rank, text in mutant['pieces']:
                # In front of the same place the larger comes first, behind it the smaller.
                order = -size if rank < 0 else size
                inserts.append((offset, -rank, order, text.format(mutant['number'])))
        data, last, result = self.data, 0, []
        for offset, _, _, text in sorted(inserts, key=lambda entry: entry[:3]):
            result += [data[last:offset].decode(), text]
            last = offset
        result.append(data[last:].decode())
        return '#include "mutation.hpp"\n#line 1\n' + ''.join(result)


def operator_of(source, cursor):
    """The operator's text and extent, between the two operands."""
    left, right = list(cursor.get_children())
    start, end = left.extent.end.offset, right.extent.start.offset
    between = source.text(start, end)
    sign = between.strip()
    return (sign, start, end) if sign in COMPARISONS or sign in SUMS else (None, 0, 0)


def plain(source, cursor):
    """Whether it stands in this file as written, not in a macro's expansion."""
    begin, end = cursor.extent.start, cursor.extent.end
    if not begin.file or begin.file.name != str(source.path) or begin.offset >= end.offset:
        return False
    text = source.text(begin.offset, end.offset)
    line = source.data.rfind(b'\n', 0, begin.offset) + 1
    head = source.data[line:begin.offset]
    if b'KERNEL_' in head or b'#define' in head or source.data[line - 2:line - 1] == b'\\':
        return False
    return 'KERNEL_' not in text and 'assert(' not in text and text.count('(') == text.count(')')


def visit_condition(source, cursor):
    start, end = cursor.extent.start.offset, cursor.extent.end.offset
    source.add('negate', start, end, [
        (start, -1, '(mutation::is({}) != static_cast<bool>('), (end, 1, '))')])


def visit_binary(source, cursor):
    sign, begin, stop = operator_of(source, cursor)
    if sign is None:
        return
    if sign in SUMS and cursor.type.get_canonical().kind == cindex.TypeKind.POINTER:
        return
    start, end = cursor.extent.start.offset, cursor.extent.end.offset
    name = COMPARISONS.get(sign) or SUMS[sign]
    at = source.data.index(sign.encode(), begin)
    # The operator itself becomes a comma: `a /*<*/, b`.
    source.add('compare' if sign in COMPARISONS else 'off by one', start, end, [
        (start, -1, 'mutation::' + name + '({}, ('), (at, 1, '), /*'),
        (at + len(sign), -1, '*/ ('), (end, 1, '))')])


def visit_statement(source, cursor, no_return):
    if cursor.kind == CURSOR.BINARY_OPERATOR:
        left, right = list(cursor.get_children())
        sign = source.text(left.extent.end.offset, right.extent.start.offset).strip()
        if sign not in ASSIGNMENTS:
            return
    elif cursor.kind not in (CURSOR.CALL_EXPR, CURSOR.COMPOUND_ASSIGNMENT_OPERATOR,
                             CURSOR.UNARY_OPERATOR):
        return
    start, end = cursor.extent.start.offset, cursor.extent.end.offset
    called = CALLED.search(source.text(start, end))
    if called and called.group(1) in no_return:
        return  # what would follow is undefined: the compiler may keep the call whatever we say
    behind = source.data[end:].lstrip()
    if not behind.startswith(b';'):
        return
    end = source.data.index(b';', end) + 1
    source.add('drop', start, end, [(start, -1, 'if (!mutation::is({})) {{ '), (end, 1, ' }}')])


def of_another_time(source, cursor):
    """Whether the program never comes here: the compiler alone runs it, as mutants never are."""
    if cursor.kind not in FUNCTIONS:
        return False
    head = source.text(cursor.extent.start.offset, cursor.extent.end.offset).split('{')[0]
    return 'consteval ' in head


def reachable_children(source, cursor):
    children = list(cursor.get_children())
    if cursor.kind == CURSOR.IF_STMT and len(children) == 3 and \
            WIDE.match(source.text(cursor.extent.start.offset, cursor.extent.end.offset)):
        children.pop()
    return children


def visit(source, cursor, in_function, no_return):
    for child in reachable_children(source, cursor):
        inside = in_function or child.kind in FUNCTIONS
        if child.location.file and child.location.file.name != str(source.path):
            continue
        if child.kind == CURSOR.STATIC_ASSERT or of_another_time(source, child):
            continue
        if in_function and plain(source, child):
            if cursor.kind == CURSOR.COMPOUND_STMT:
                visit_statement(source, child, no_return)
            if child.kind == CURSOR.BINARY_OPERATOR and \
                    len(list(child.get_children())) == 2:
                visit_binary(source, child)
        if child.kind in (CURSOR.IF_STMT, CURSOR.WHILE_STMT) and in_function:
            first = next(child.get_children())
            head = source.text(child.extent.start.offset, child.extent.start.offset + 14)
            if first.kind.is_expression() and plain(source, first) and 'constexpr' not in head:
                visit_condition(source, first)
        visit(source, child, inside, no_return)


def collect(path, arguments, no_return):
    source = Source(path)
    unit = cindex.Index.create().parse(str(path), args=['-x', 'c++', *arguments])
    errors = [entry.spelling for entry in unit.diagnostics if entry.severity >= 3]
    if errors:
        sys.exit(f'{path}: {errors[0]}')
    visit(source, unit.cursor, False, no_return)
    # A condition that is one == or != is negated already.
    negated = {(entry['start'], entry['end']) for entry in source.found
               if entry['kind'] == 'negate'}
    source.found = [entry for entry in source.found
                    if entry['kind'] != 'compare' or not entry['equality']
                    or (entry['start'], entry['end']) not in negated]
    return source


def main(arguments):
    folder, seed, count = pathlib.Path(arguments[0]), int(arguments[1]), int(arguments[2])
    cindex.Config.set_library_file(LIBRARY)
    core = folder / 'kernel/generic'
    no_return = {name for place in (core, folder / 'test/host') for path in place.rglob('*.[ch]pp')
                 for name in NO_RETURN.findall(path.read_text())}
    sources = [collect(path, arguments[3:], no_return) for path in sorted(core.rglob('*.[ch]pp'))
               if not str(path.relative_to(core)).startswith(SPARED)]
    everything = [(source, mutant) for source in sources for mutant in source.found]
    chooser = random.Random(seed)
    if 0 < count < len(everything):
        everything = [everything[index]
                      for index in sorted(chooser.sample(range(len(everything)), count))]
    for number, (source, mutant) in enumerate(everything, 1):
        mutant['number'] = number
    for source in sources:
        chosen = [mutant for owner, mutant in everything if owner is source]
        if chosen:
            source.path.write_text(source.rewritten(chosen))
    (folder / 'include/mutation.hpp').write_text(support())
    json.dump([{'number': mutant['number'], 'file': str(source.path.relative_to(folder)),
                'line': mutant['line'], 'kind': mutant['kind'], 'text': mutant['text']}
               for source, mutant in everything], sys.stdout, indent=1)


if __name__ == '__main__':
    main(sys.argv[1:])
