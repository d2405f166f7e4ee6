// SPDX-License-Identifier: BSD-2-Clause
// Cost against scale: how the same operations fare with more of everything around them.
#pragma once

#include "workbench.hpp"

namespace cobnut::bench {

class Curves : protected Workbench {
protected:
    /// The rows of point N of curve C are named C_N_....
    Status measure_curves();

private:
    /// Threads of one program, each with a scheduling context, at `priorities` priorities from
    /// `priority` downwards by turns.
    struct CrowdPlan {
        unsigned count = 0;
        unsigned priority = 0;
        unsigned priorities = 1;
    };

    Status make_crowd(const CrowdPlan& plan);
    Status make_member(const CrowdPlan& plan, unsigned number);
    Status end_crowd();

    Status threads(unsigned count);
    Status priorities(unsigned count);
    Status slots(unsigned bits);
    Status levels(unsigned count);
    Status words();
    Status queue(unsigned length);
    Status revoked(unsigned count);

    Process crowd_;
    Untyped crowd_memory_;
    CNode members_; ///< Holds their capabilities.
};

} // namespace cobnut::bench
