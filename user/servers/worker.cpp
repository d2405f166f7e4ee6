// SPDX-License-Identifier: BSD-2-Clause
// Computes for ever and counts how often, in a page that it shares with init.

#include <lib/process.hpp>

namespace cobnut {

void main(Word) {
    auto* const rounds = reinterpret_cast<volatile Word*>(ProcessLayout::shared);
    for (;;)
        *rounds = *rounds + 1;
}

} // namespace cobnut
