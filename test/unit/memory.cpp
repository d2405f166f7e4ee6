// SPDX-License-Identifier: BSD-2-Clause
// The kernel's own copies and fills, under other names than the C library's.
#include <generic/base/types.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>
#include <stddef.h>
#include <vector>

#define memcpy kernel_memcpy
#define memmove kernel_memmove
#define memset kernel_memset
#define memcmp kernel_memcmp
#include "../../kernel/generic/base/memory.cpp"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp

namespace {

/// Random bytes; a place in them at each distance from a word's boundary is tried.
std::vector<unsigned char> some_bytes(unsigned seed) {
    std::mt19937 random{seed};
    std::vector<unsigned char> bytes(128);
    for (unsigned char& byte : bytes)
        byte = static_cast<unsigned char>(random());
    return bytes;
}

} // namespace

TEST_CASE("memory is copied, whole and no further, from and to any place", "[memory]") {
    const std::vector<unsigned char> source = some_bytes(1);
    for (size_t from = 0; from < 9; ++from)
        for (size_t to = 0; to < 9; ++to)
            for (const size_t count : {0, 1, 7, 8, 9, 16, 31, 40}) {
                std::vector<unsigned char> target = some_bytes(2), wanted = target;
                std::copy_n(source.begin() + static_cast<ptrdiff_t>(from), count,
                            wanted.begin() + static_cast<ptrdiff_t>(to));
                REQUIRE(kernel_memcpy(&target[to], &source[from], count) == &target[to]);
                REQUIRE(target == wanted);
            }
}

TEST_CASE("memory is moved as if by way of another place", "[memory]") {
    for (size_t from = 0; from < 40; ++from)
        for (size_t to = 0; to < 40; ++to)
            for (const size_t count : {0, 1, 8, 24, 33}) {
                std::vector<unsigned char> bytes = some_bytes(3), wanted = bytes;
                const std::vector<unsigned char> before = bytes;
                std::copy_n(before.begin() + static_cast<ptrdiff_t>(from), count,
                            wanted.begin() + static_cast<ptrdiff_t>(to));
                REQUIRE(kernel_memmove(&bytes[to], &bytes[from], count) == &bytes[to]);
                REQUIRE(bytes == wanted);
            }
}

TEST_CASE("memory is filled, whole and no further", "[memory]") {
    for (size_t to = 0; to < 9; ++to)
        for (const size_t count : {0, 1, 7, 8, 9, 16, 31, 40})
            for (const int value : {0, 0x5a, 0xff}) {
                std::vector<unsigned char> bytes = some_bytes(4), wanted = bytes;
                std::fill_n(wanted.begin() + static_cast<ptrdiff_t>(to), count,
                            static_cast<unsigned char>(value));
                REQUIRE(kernel_memset(&bytes[to], value, count) == &bytes[to]);
                REQUIRE(bytes == wanted);
            }
}

TEST_CASE("memory is compared as unsigned bytes, the first that differs decides", "[memory]") {
    const unsigned char bytes[] = {1, 2, 0x80, 4}, same[] = {1, 2, 0x80, 5},
                        less[] = {1, 2, 0x7f, 9};
    REQUIRE(kernel_memcmp(bytes, same, 3) == 0);
    REQUIRE(kernel_memcmp(bytes, same, 0) == 0);
    REQUIRE(kernel_memcmp(bytes, same, 4) < 0);
    REQUIRE(kernel_memcmp(same, bytes, 4) > 0);
    REQUIRE(kernel_memcmp(bytes, less, 4) == 1);
    REQUIRE(kernel_memcmp(less, bytes, 4) == -1);
}
