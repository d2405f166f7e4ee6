/* SPDX-License-Identifier: BSD-2-Clause
   The C API of user/lib: system calls, methods of kernel objects (abi.h), and what programs of a
   small system share with lib/component.hpp and lib/system.hpp. */
#ifndef COBNUT_H
#define COBNUT_H

#include <cobnut/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Every C program defines it. The argument: the address of cobnut_boot_info for the root task, for
   others what they were started with. */
void cobnut_main(cobnut_word argument);

/* A message with its first words; those from COBNUT_WORDS on lie in the IPC buffer, in which there
   is room for one message. */
#define COBNUT_WORDS 6
typedef struct cobnut_message {
    cobnut_word tag;
    cobnut_word badge; /* Received: of the capability that was used, or the flags of a signal. */
    cobnut_word words[COBNUT_WORDS];
} cobnut_message;

/* The tag: bits 0-6 words, 7-8 capabilities, 9-10 COBNUT_KIND_..., 11 and up the label. */
static inline cobnut_word cobnut_tag(cobnut_word label, cobnut_word words,
                                     cobnut_word capabilities) {
    return label << 11 | capabilities << 7 | words;
}
static inline cobnut_word cobnut_label(cobnut_message message) {
    return message.tag >> 11 & 0x1fffff; /* Of kind none and of methods: COBNUT_ERROR_... */
}
static inline cobnut_word cobnut_kind(cobnut_message message) { return message.tag >> 9 & 3; }
static inline cobnut_word cobnut_length(cobnut_message message) { return message.tag & 0x7f; }

cobnut_ipc_buffer* cobnut_get_ipc_buffer(void);

/* The forms of a system call. */
cobnut_message cobnut_call(cobnut_cap target, cobnut_message message);
cobnut_message cobnut_reply_recv(cobnut_cap endpoint, cobnut_message message, cobnut_cap reply);
cobnut_message cobnut_recv(cobnut_cap endpoint, cobnut_cap reply);
cobnut_message cobnut_nb_recv(cobnut_cap endpoint, cobnut_cap reply);
cobnut_message cobnut_wait(cobnut_cap source);
cobnut_message cobnut_nb_wait(cobnut_cap source);
cobnut_message cobnut_send(cobnut_cap target, cobnut_message message);
cobnut_message cobnut_nb_send(cobnut_cap target, cobnut_message message);
/* Sends to `target`, then receives on `endpoint` or `source`. */
cobnut_message cobnut_nb_send_recv(cobnut_cap target, cobnut_message message, cobnut_cap endpoint,
                                   cobnut_cap reply);
cobnut_message cobnut_nb_send_wait(cobnut_cap target, cobnut_message message, cobnut_cap source);
void cobnut_yield(void);
/* Stops the calling thread for good; so does the end of cobnut_main. */
void cobnut_stop(void) __attribute__((noreturn));

/* A program that lib/system.hpp or the functions below started: where its capabilities are. */
enum {
    COBNUT_GIVEN_NODE = 1,
    COBNUT_GIVEN_DESK = 2,
    COBNUT_GIVEN_REPLY = 3,
    COBNUT_GIVEN_SERVICE = 4,
    COBNUT_GIVEN_NOTIFICATION = 5,
    COBNUT_GIVEN_INTERRUPT = 6,
    COBNUT_GIVEN_IO_PORT = 7,
    COBNUT_GIVEN_MEMORY = 8,
    COBNUT_GIVEN_SPACE = 9
};
/* Prints at the desk of who started it, at most 250 bytes; \n ends a line. */
void cobnut_print(const char* text);
/* Tells who started it how it went. */
void cobnut_report(cobnut_word first, cobnut_word second);

/* For a root task in C: finds memory, console and archive; does not return if one is missing. */
void cobnut_root_begin(cobnut_word argument);
void cobnut_root_print(const char* text);
/* Counts an expectation and prints it if it does not hold. */
void cobnut_root_expect(int condition, const char* what);
/* Prints "NAME: n passed, m failed" and powers off. */
void cobnut_root_finish(const char* name) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#endif
