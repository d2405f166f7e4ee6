// SPDX-License-Identifier: BSD-2-Clause
// Numbers and layouts of the ABI as data, each next to the type it describes: reference, C header
// and golden file are printed from these tables, the debug kernel takes its words from them.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace cobnut {

/// A number with its name and meaning.
struct Named {
    uint32_t number;
    const char* name;
    const char* meaning;
};

/// A field of a structure: `count` elements of a type; 0: no array.
struct Field {
    const char* type;
    const char* name;
    unsigned count;
    const char* meaning;
    size_t offset; ///< On the machine that this was compiled for.
};

} // namespace cobnut

/// The number `scope::name` with its own name.
#define COBNUT_NAMED(scope, name, meaning)                                                         \
    ::cobnut::Named { static_cast<uint32_t>(scope::name), #name, meaning }

#define COBNUT_FIELD(structure, type, name, meaning)                                               \
    ::cobnut::Field { #type, #name, 0, meaning, offsetof(structure, name) }
#define COBNUT_ARRAY(structure, type, name, count, meaning)                                        \
    ::cobnut::Field { #type, #name, count, meaning, offsetof(structure, name) }
