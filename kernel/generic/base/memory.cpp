// SPDX-License-Identifier: BSD-2-Clause
// The functions that compilers call for copies and fills of structures, by the word where they can.
// The empty asm keeps the compiler from seeing the very loop that it would replace by a call.
#include <generic/base/types.hpp>

#include <stddef.h>

namespace {

using kernel::Word;

bool both_aligned(const void* a, const void* b) {
    return ((reinterpret_cast<Word>(a) | reinterpret_cast<Word>(b)) & (sizeof(Word) - 1)) == 0;
}

} // namespace

extern "C" {

void* memcpy(void* to, const void* from, size_t count);
void* memmove(void* to, const void* from, size_t count);
void* memset(void* to, int value, size_t count);
int memcmp(const void* a, const void* b, size_t count);

void* memcpy(void* to, const void* from, size_t count) {
    auto* target = static_cast<unsigned char*>(to);
    const auto* source = static_cast<const unsigned char*>(from);
    if (both_aligned(to, from)) {
        for (; count >= sizeof(Word); count -= sizeof(Word)) {
            *reinterpret_cast<Word*>(target) = *reinterpret_cast<const Word*>(source);
            target += sizeof(Word);
            source += sizeof(Word);
            asm volatile("" ::: "memory");
        }
    }
    for (; count > 0; --count) {
        *target++ = *source++;
        asm volatile("" ::: "memory");
    }
    return to;
}

void* memmove(void* to, const void* from, size_t count) {
    if (to <= from)
        return memcpy(to, from, count);
    auto* target = static_cast<unsigned char*>(to);
    const auto* source = static_cast<const unsigned char*>(from);
    while (count-- > 0) {
        target[count] = source[count];
        asm volatile("" ::: "memory");
    }
    return to;
}

void* memset(void* to, int value, size_t count) {
    auto* target = static_cast<unsigned char*>(to);
    if (value == 0 && both_aligned(to, to)) {
        for (; count >= sizeof(Word); count -= sizeof(Word)) {
            *reinterpret_cast<Word*>(target) = 0;
            target += sizeof(Word);
            asm volatile("" ::: "memory");
        }
    }
    for (; count > 0; --count) {
        *target++ = static_cast<unsigned char>(value);
        asm volatile("" ::: "memory");
    }
    return to;
}

int memcmp(const void* a, const void* b, size_t count) {
    const auto* left = static_cast<const unsigned char*>(a);
    const auto* right = static_cast<const unsigned char*>(b);
    for (; count > 0; --count, ++left, ++right)
        if (*left != *right)
            return *left - *right;
    return 0;
}

} // extern "C"
