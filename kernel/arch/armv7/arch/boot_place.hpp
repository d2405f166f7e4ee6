// SPDX-License-Identifier: BSD-2-Clause
// Boot: finding the image a place that is congruent to its linked address, when the loader has not.
#pragma once

#include <arch/layout.hpp>

#include <stddef.h>
#include <stdint.h>

namespace arch {

/// Makes the blob at that physical address readable; returns where.
uint32_t map_blob(uint32_t physical);

/// What the two mapped blocks hold of a blob that begins there.
constexpr size_t blob_limit(uint32_t physical) {
    return 2 * layout::block_size - physical % layout::block_size;
}

/// Copies the image and starts it again there. Uses nothing of its data, for that is copied as it is.
[[noreturn]] void move_image(uint32_t device_tree, uint32_t begin);

} // namespace arch
