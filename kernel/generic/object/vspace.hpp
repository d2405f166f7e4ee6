// SPDX-License-Identifier: BSD-2-Clause
// VSpace: an address space. Its root table is a PageTable like any other, mapped first.
#pragma once

#include <arch/address_space.hpp>
#include <cobnut/abi/object.hpp>
#include <generic/base/types.hpp>

namespace kernel {

/// Mapping records name a VSpace by its id. It gets one with its root, and loses it with the root; no id is
/// given twice. Those with an id are found in a digital search tree over the ids (mm/space_registry).
struct VSpace {
    VSpace* child[2] = {nullptr, nullptr}; ///< At the beginning: a step in the tree adds no offset.
    uint64_t id = 0;             ///< 0: it has no root.
    PhysAddr root;
    arch::SpaceToken token{};    ///< 0 while it has no `asid`.
    uint32_t asid = arch::asid_none;
    VSpace* parent = nullptr;
    VSpace* newer = nullptr; ///< In the ring of those with an identifier (mm/asid).
    VSpace* older = nullptr;

    [[nodiscard]] bool has_root() const { return id != 0; }
};

static_assert(sizeof(VSpace) <= 1 << cobnut::vspace_size_bits);

} // namespace kernel
