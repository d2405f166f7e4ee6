// SPDX-License-Identifier: BSD-2-Clause
// A root task in C: one System.

#include <cobnut/cobnut.h>
#include <lib/system.hpp>

namespace {

constinit cobnut::System the_system;

} // namespace

void cobnut_root_begin(cobnut_word argument) { the_system.begin(argument); }

void cobnut_root_print(const char* text) { the_system.print(text); }

void cobnut_root_expect(int condition, const char* what) {
    the_system.expect(condition != 0, what);
}

void cobnut_root_finish(const char* name) { the_system.finish(name); }
