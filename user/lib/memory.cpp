// SPDX-License-Identifier: BSD-2-Clause
// The memory functions that compilers take for granted. The empty asm keeps the compiler from
// recognising a loop and calling the very function that it is in.

#include <lib/memory.hpp>

#include <stdint.h>

namespace {

using Unit = uintptr_t;

bool aligned(const void* left, const void* right) {
    const auto bits = reinterpret_cast<uintptr_t>(left) | reinterpret_cast<uintptr_t>(right);
    return bits % sizeof(Unit) == 0;
}

} // namespace

extern "C" {

void* memcpy(void* target, const void* source, size_t size) {
    auto* to = static_cast<unsigned char*>(target);
    auto* from = static_cast<const unsigned char*>(source);
    if (aligned(to, from)) {
        for (; size >= sizeof(Unit); size -= sizeof(Unit)) {
            Unit unit;
            __builtin_memcpy(&unit, __builtin_assume_aligned(from, sizeof(Unit)), sizeof(Unit));
            __builtin_memcpy(__builtin_assume_aligned(to, sizeof(Unit)), &unit, sizeof(Unit));
            from += sizeof(Unit);
            to += sizeof(Unit);
            asm volatile("" ::: "memory");
        }
    }
    for (; size > 0; --size) {
        *to++ = *from++;
        asm volatile("" ::: "memory");
    }
    return target;
}

void* memmove(void* target, const void* source, size_t size) {
    auto* to = static_cast<unsigned char*>(target);
    auto* from = static_cast<const unsigned char*>(source);
    if (reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from) >= size)
        return memcpy(target, source, size);
    while (size-- > 0) {
        to[size] = from[size];
        asm volatile("" ::: "memory");
    }
    return target;
}

void* memset(void* target, int value, size_t size) {
    auto* to = static_cast<unsigned char*>(target);
    for (; size > 0; --size) {
        *to++ = static_cast<unsigned char>(value);
        asm volatile("" ::: "memory");
    }
    return target;
}

int memcmp(const void* left, const void* right, size_t size) {
    auto* a = static_cast<const unsigned char*>(left);
    auto* b = static_cast<const unsigned char*>(right);
    for (size_t index = 0; index < size; ++index) {
        if (a[index] != b[index])
            return a[index] < b[index] ? -1 : 1;
        asm volatile("" ::: "memory");
    }
    return 0;
}
}
