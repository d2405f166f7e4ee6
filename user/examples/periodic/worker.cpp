// SPDX-License-Identifier: BSD-2-Clause
// Does a small piece of work in each period: yield gives up what is left of the budget, and the
// thread runs again when the next period brings a new one.
#include <arch/machine.hpp>
#include <lib/component.hpp>

namespace cobnut {

void main(Word rounds) {
    const uint64_t start = arch::read_clock();
    for (Word round = 0; round < rounds; ++round)
        yield();
    report(static_cast<Word>(arch::read_clock() - start));
}

} // namespace cobnut
