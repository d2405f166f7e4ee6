// SPDX-License-Identifier: BSD-2-Clause
// Boot: finding the image a place that is congruent to its linked address, when the loader has not.
#pragma once

#include <arch/layout.hpp>

#include <stddef.h>
#include <stdint.h>

namespace arch {

/// Where the device tree can be read, and how many bytes are mapped there.
struct Blob {
    const void* begin;
    size_t limit;
};

/// Maps the one or two blocks that the blob says it lies in.
Blob map_blob(uint32_t physical);

/// Its memory will be the root task's: the kernel must not go on seeing it here.
void unmap_blob();

/// Copies the image and starts it again there. Uses nothing of its data, for that is copied as it is.
[[noreturn]] void move_image(uint32_t device_tree, uint32_t begin);

} // namespace arch
