// SPDX-License-Identifier: BSD-2-Clause
// Hardware address-space identifiers. They are given in a circle, and the ring of their holders is in the
// order in which they got them: the next number is free unless the ring's first, the oldest, has it.
#include <generic/contract/address_space.hpp>
#include <generic/mm/asid.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::asid {

namespace {

void append(VSpace& space) {
    VSpace*& oldest = kernel_state.oldest_asid;
    if (oldest == nullptr)
        oldest = space.older = &space;
    space.newer = oldest;
    space.older = oldest->older;
    space.older->newer = space.newer->older = &space;
}

void take_out(VSpace& space) {
    VSpace*& oldest = kernel_state.oldest_asid;
    if (oldest == &space)
        oldest = space.newer != &space ? space.newer : nullptr;
    space.older->newer = space.newer;
    space.newer->older = space.older;
}

/// Nothing of the space stays in the TLB, nor comes there: it may be the one whose tables the hardware walks.
void forget(VSpace& space) {
    arch::activate(arch::empty_token());
    arch::table_removed(space.asid);
    if (space.asid != 0)
        take_out(space);
    space.asid = arch::asid_none;
    space.token = {};
}

void assign(VSpace& space) {
    unsigned asid = 0; // of all, where the hardware has no others: every switch forgets what is not global
    if (const unsigned count = arch::asid_count(); count > 1) {
        Kernel& kernel = kernel_state;
        asid = kernel.last_asid + 1 < count ? kernel.last_asid + 1 : 1;
        kernel.last_asid = asid;
        if (kernel.oldest_asid != nullptr && kernel.oldest_asid->asid == asid)
            forget(*kernel.oldest_asid);
        append(space);
    }
    space.asid = asid;
    space.token = arch::make_token(space.root, asid);
}

} // namespace

void activate(VSpace& space) {
    if (space.asid == arch::asid_none) {
        if (!space.has_root()) {
            arch::activate(arch::empty_token());
            return;
        }
        assign(space);
    }
    arch::activate(space.token);
}

void release(VSpace& space) {
    if (space.asid != arch::asid_none)
        forget(space);
}

} // namespace kernel::asid
