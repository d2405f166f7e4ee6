// SPDX-License-Identifier: BSD-2-Clause
// Uses memory that nobody has mapped, as if it were there.
#include <lib/component.hpp>

#include "protocol.hpp"

namespace cobnut {

void main(Word) {
    for (unsigned page = 0; page < window_pages; ++page)
        *reinterpret_cast<volatile Word*>(window_begin + page * page_size) = page + 1;
    Word wrong = 0;
    for (unsigned page = 0; page < window_pages; ++page)
        if (*reinterpret_cast<volatile Word*>(window_begin + page * page_size) != page + 1)
            ++wrong;
    report(Word{window_pages}, wrong);
}

} // namespace cobnut
