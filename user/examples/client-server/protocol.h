/* SPDX-License-Identifier: BSD-2-Clause
   What the clients ask of the server, for C and C++. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

enum { protocol_add = 1, protocol_calls = 2 }; /* add: two words; calls: how many came so far */
enum { client_calls = 1000 };

#endif
