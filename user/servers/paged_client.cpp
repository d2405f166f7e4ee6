// SPDX-License-Identifier: BSD-2-Clause
// Uses memory that is not there yet: a pager brings each page at its first touch.

#include <lib/console.hpp>
#include <servers/protocol.hpp>

namespace cobnut {

void main(Word) {
    using tour::DemandWindow;
    using tour::Given;
    constexpr Word words_per_page = 4096 / sizeof(Word);
    auto* const window = reinterpret_cast<volatile Word*>(DemandWindow::begin);
    Word wrong = 0;
    // Not in order, and both kinds of access first.
    for (Word step = 0; step < DemandWindow::pages; ++step) {
        const Word page = step * 37 % DemandWindow::pages;
        volatile Word* const first = window + page * words_per_page;
        if (page % 2 == 0)
            wrong += *first != 0;
        *first = ~page;
        first[words_per_page - 1] = page;
    }
    for (Word page = 0; page < DemandWindow::pages; ++page) {
        volatile Word* const first = window + page * words_per_page;
        wrong += first[0] != ~page || first[1] != 0 || first[words_per_page - 1] != page;
    }
    (void)call(Given::desk, Message::of(tour::Report::done, DemandWindow::pages, wrong));
}

} // namespace cobnut
