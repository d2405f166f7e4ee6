// SPDX-License-Identifier: BSD-2-Clause
// Hardware address-space identifiers.
#include <generic/contract/address_space.hpp>
#include <generic/mm/asid.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::asid {

namespace {

void assign(VSpace& space) {
    const unsigned count = arch::asid_count();
    if (count <= 1) { // the hardware has none: every switch forgets what is not global
        space.asid = 0;
        space.token = arch::make_token(space.root, 0);
        return;
    }
    Kernel& kernel = kernel_state;
    if (++kernel.next_asid >= count)
        kernel.next_asid = 1;
    const unsigned asid = kernel.next_asid;
    if (VSpace* owner = kernel.asid_owner[asid]) {
        owner->asid = arch::asid_none;
        owner->token = arch::empty_token();
        arch::table_removed(asid);
    }
    kernel.asid_owner[asid] = &space;
    space.asid = asid;
    space.token = arch::make_token(space.root, asid);
}

} // namespace

void activate(VSpace& space) {
    if (space.asid == arch::asid_none) {
        if (space.has_root == 0) {
            arch::activate(arch::empty_token());
            return;
        }
        assign(space);
    }
    arch::activate(space.token);
}

void release(VSpace& space) {
    // The hardware may be walking the tables right now.
    arch::activate(arch::empty_token());
    if (space.asid != arch::asid_none) {
        arch::table_removed(space.asid);
        if (space.asid != 0)
            kernel_state.asid_owner[space.asid] = nullptr;
    }
    space.asid = arch::asid_none;
    space.token = arch::empty_token();
}

} // namespace kernel::asid
