// SPDX-License-Identifier: BSD-2-Clause
// The VSpaces that have a root, by id: a digital search tree through the objects themselves. Ids are given
// once, so a mapping record can tell that what it speaks of is gone.
#pragma once

#include <generic/object/vspace.hpp>

namespace kernel::space_registry {

/// Gives the space an id and enters it. False: the ids are used up.
[[nodiscard]] bool insert(VSpace& space);
void remove(VSpace& space);
/// The VSpace with this id, or null (of id 0 too). As many steps as the id has bits, at most.
[[nodiscard]] VSpace* find(Word id);

} // namespace kernel::space_registry
