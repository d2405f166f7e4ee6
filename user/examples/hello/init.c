/* SPDX-License-Identifier: BSD-2-Clause
   The smallest root task in C. */
#include <cobnut/cobnut.h>

void cobnut_main(cobnut_word argument) {
    const cobnut_boot_info* info = (const cobnut_boot_info*)argument;
    cobnut_word content[7];
    cobnut_root_begin(argument);
    cobnut_root_print("Hello in C from the first program on ");
    cobnut_root_print(info->board);
    cobnut_root_print("\n");
    /* A method of a kernel object: what is in the slot of this thread? */
    const cobnut_status status =
        cobnut_cnode_identify(COBNUT_SLOT_CNODE, COBNUT_SLOT_THREAD, 8 * sizeof(cobnut_word), content);
    cobnut_root_expect(status.error == COBNUT_ERROR_NONE, "the slot can be looked at");
    cobnut_root_expect(content[0] == COBNUT_OBJECT_THREAD, "it holds a thread");
    cobnut_root_finish("hello-c");
}
