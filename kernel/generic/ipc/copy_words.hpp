// SPDX-License-Identifier: BSD-2-Clause
// The part of a message that does not fit into registers, copied between two IPC buffers.
#pragma once

#include <generic/base/attributes.hpp>
#include <generic/base/types.hpp>

namespace kernel::ipc {

/// Copies up to `end`, which is some blocks ahead of `from`, with so many loads ahead of their stores: four or two.
template <unsigned block, unsigned ahead>
KERNEL_HOT void copy_blocks(Word*& to, const Word*& from, const Word* end) {
    if (from == end)
        return;
    do {
        // Loads first: for all that the compiler knows, a store changes what comes next.
        if constexpr (block == 1) {
            *to = *from;
        } else {
#pragma GCC unroll 8
            for (unsigned i = 0; i < block; i += ahead) {
                if constexpr (ahead == 4) {
                    const Word a = from[i], b = from[i + 1], c = from[i + 2], d = from[i + 3];
                    to[i] = a, to[i + 1] = b, to[i + 2] = c, to[i + 3] = d;
                } else {
                    const Word a = from[i], b = from[i + 1];
                    to[i] = a, to[i + 1] = b;
                }
            }
        }
        to += block;
        from += block;
        asm volatile("" : : : "memory"); // or the compiler calls memcpy
    } while (from != end);
}

/// Copies blocks of that many words, a power of two, then of four, then what is left; each word is
/// read once. A larger block costs code and saves the loop's own instructions, more loads ahead cost registers.
template <unsigned block, unsigned ahead = 4>
KERNEL_HOT void copy_words(Word* to, const Word* from, Word count) {
    const Word* end = from + count;
    if constexpr (block > 4)
        copy_blocks<block, ahead>(to, from, from + count / block * block);
    copy_blocks<4, ahead>(to, from, from + count % block / 4 * 4);
    copy_blocks<1, 1>(to, from, end);
}

} // namespace kernel::ipc
