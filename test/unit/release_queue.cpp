// SPDX-License-Identifier: BSD-2-Clause
// The heap of waiting scheduling contexts against a multiset.
#include "kernel_memory.hpp"

#include <generic/sched/release_queue.hpp>

#include <set>
#include <vector>

namespace {

using namespace kernel;
using test::below;

struct Room {
    SchedContext context;
    Refill refills[4];
};

/// Parents, heap order, ranks and the leftist property of the whole heap.
size_t check(SchedContext* root) {
    size_t count = 0;
    std::vector<SchedContext*> todo;
    if (root != nullptr) {
        REQUIRE(root->parent == nullptr);
        todo.push_back(root);
    }
    while (!todo.empty()) {
        SchedContext* node = todo.back();
        todo.pop_back();
        ++count;
        REQUIRE(node->released == 0);
        const uint32_t left = node->left == nullptr ? 0 : node->left->rank;
        const uint32_t right = node->right == nullptr ? 0 : node->right->rank;
        REQUIRE(left >= right);
        REQUIRE(node->rank == right + 1);
        for (SchedContext* child : {node->left, node->right}) {
            if (child == nullptr)
                continue;
            REQUIRE(child->parent == node);
            REQUIRE(sched::release_time(*child) >= sched::release_time(*node));
            todo.push_back(child);
        }
    }
    return count;
}

} // namespace

TEST_CASE("the release queue has the earliest context on top and stays a leftist heap",
          "[scheduler]") {
    for (unsigned seed = 0; seed < 30; ++seed) {
        test::KernelMemory memory;
        test::Random random{seed};
        Cpu& cpu = *memory.make<Cpu>();
        constexpr unsigned count = 40;
        Room* rooms = memory.make<Room>(count);
        for (unsigned i = 0; i < count; ++i)
            rooms[i].context.refill_max = 4;
        std::multiset<Ticks> model;
        for (unsigned round = 0; round < 600; ++round) {
            SchedContext& context = rooms[below(random, count)].context;
            if (context.released != 0) {
                context.refills()[0].when = below(random, 50);
                sched::release_insert(cpu, context);
                model.insert(sched::release_time(context));
            } else {
                SchedContext& leaving = below(random, 2) == 0 ? context : *cpu.release_root;
                model.erase(model.find(sched::release_time(leaving)));
                sched::release_remove(cpu, leaving);
                REQUIRE(leaving.released == 1);
            }
            REQUIRE(check(cpu.release_root) == model.size());
            if (!model.empty())
                REQUIRE(sched::release_time(*cpu.release_root) == *model.begin());
        }
    }
}
