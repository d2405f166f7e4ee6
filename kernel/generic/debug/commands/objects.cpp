// SPDX-License-Identifier: BSD-2-Clause
// objects: how many there are of each type.
#include <generic/debug/command.hpp>
#include <generic/debug/objects.hpp>
#include <generic/object/kernel.hpp>

namespace kernel::debug {

namespace {

struct Count {
    uint32_t capabilities = 0;
    uint32_t objects = 0;
};

void run(const Arguments&) {
    Count counts[cobnut::object_type_count];
    uint32_t dying = 0;
    uint64_t last = 0; // all capabilities to one object lie together
    unsigned last_type = 0;
    for (Tree tree = everything(); tree.next();) {
        const auto type = static_cast<unsigned>(tree.slot().type());
        if (type >= cobnut::object_type_count) {
            ++dying;
            continue;
        }
        const uint64_t object = place_of(tree.slot()).value;
        ++counts[type].capabilities;
        counts[type].objects += object != last || type != last_type ? 1 : 0;
        last = object;
        last_type = type;
    }
    for (unsigned type = 1; type < cobnut::object_type_count; ++type)
        if (counts[type].capabilities != 0)
            print(name_of(static_cast<ObjectType>(type)), ": ", Decimal{counts[type].objects},
                  ", capabilities ", Decimal{counts[type].capabilities}, "\n");
    print("dying: ", Decimal{dying}, "\nlong operations under way: ",
          Decimal{kernel_state.progress_count}, "\n");
}

} // namespace

constinit const Command objects_command{"objects", "", "how many of each type", run};

} // namespace kernel::debug
