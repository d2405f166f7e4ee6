/* SPDX-License-Identifier: BSD-2-Clause
   The same client in C. */
#include <cobnut/cobnut.h>

#include "protocol.h"

void cobnut_main(cobnut_word badge) {
    cobnut_word wrong = 0;
    for (cobnut_word number = 0; number < client_calls; ++number) {
        const cobnut_message request = {.tag = cobnut_tag(protocol_add, 2, 0), .words = {number, 7}};
        const cobnut_message answer = cobnut_call(COBNUT_GIVEN_SERVICE, request);
        if (cobnut_kind(answer) != COBNUT_KIND_MESSAGE || answer.words[0] != number + 7 ||
            answer.words[1] != badge)
            ++wrong;
    }
    cobnut_print(wrong == 0 ? "the client in C has made its calls, all were right\n"
                            : "the client in C got wrong answers\n");
    cobnut_report(client_calls, wrong);
}
