// SPDX-License-Identifier: BSD-2-Clause
// Printing text and numbers on the kernel's console.
#pragma once

#include <generic/base/types.hpp>

namespace kernel {

struct Hex {
    uint64_t value;
};
struct Decimal { ///< Not in a release kernel.
    uint64_t value;
};

void print_one(const char* text);
void print_one(Hex number);
void print_one(Decimal number);

template <class... Items>
void print(Items... items) {
    (print_one(items), ...);
}

} // namespace kernel
