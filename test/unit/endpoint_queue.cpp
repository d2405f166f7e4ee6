// SPDX-License-Identifier: BSD-2-Clause
// The queue of Endpoints and Notifications against a sorted list.
#include "kernel_memory.hpp"

#include <generic/ipc/endpoint_queue.hpp>

#include <algorithm>
#include <vector>

namespace {

using namespace kernel;
using test::below;

struct Model {
    struct Entry {
        Thread* thread;
        unsigned priority;
    };
    std::vector<Entry> queue;

    void insert(Thread& thread) {
        const unsigned priority = thread.priority();
        const auto place = std::find_if(queue.begin(), queue.end(), [&](const Entry& entry) {
            return entry.priority < priority;
        });
        queue.insert(place, {&thread, priority});
    }
    void remove(const Thread& thread) {
        std::erase_if(queue, [&](const Entry& entry) { return entry.thread == &thread; });
    }
    bool has(const Thread& thread) const {
        return std::any_of(queue.begin(), queue.end(),
                           [&](const Entry& entry) { return entry.thread == &thread; });
    }
};

/// Order and links of everything that is queued.
void check(Word head, const Model& model) {
    std::vector<Thread*> order;
    Thread* above = nullptr;
    for (Thread* leader = ipc::queue_first(head); leader != nullptr; leader = leader->lower) {
        REQUIRE(leader->higher == above);
        if (above != nullptr)
            REQUIRE(above->priority() > leader->priority());
        above = leader;
        Thread* thread = leader;
        do {
            REQUIRE(thread->priority() == leader->priority());
            REQUIRE(thread->next->prev == thread);
            if (thread != leader)
                REQUIRE((thread->lower == nullptr && thread->higher == nullptr));
            order.push_back(thread);
            thread = thread->next;
        } while (thread != leader);
    }
    std::vector<Thread*> expected;
    for (const Model::Entry& entry : model.queue)
        expected.push_back(entry.thread);
    REQUIRE(order == expected);
}

struct Threads {
    static constexpr unsigned count = 16;
    test::KernelMemory memory;
    Thread* threads = memory.make<Thread>(count);
    Endpoint endpoint;

    Threads() {
        for (unsigned i = 0; i < count; ++i)
            threads[i].next = threads[i].prev = &threads[i];
    }
    Thread& some(test::Random& random) { return threads[below(random, count)]; }
    void set_priority(Thread& thread, unsigned priority) {
        thread.gate = (thread.gate & ~Gate::priority_mask) | priority;
    }
    void wait(Thread& thread, Word kind) { thread.wait = reinterpret_cast<Word>(&endpoint) | kind; }
};

} // namespace

TEST_CASE("waiters are served by priority, and in order of arrival within one", "[endpoint]") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        Threads t;
        Model model;
        test::Random random{seed};
        Word& head = t.endpoint.head;
        for (unsigned round = 0; round < 1000; ++round) {
            Thread& thread = t.some(random);
            const unsigned priority = below(random, 4) * 80;
            if (!model.has(thread)) {
                t.set_priority(thread, priority);
                t.wait(thread, Wait::send);
                ipc::queue_insert(head, thread, Endpoint::senders);
                model.insert(thread);
            } else if (below(random, 3) == 0) {
                model.remove(thread);
                ipc::requeue_with_priority(thread, priority);
                model.insert(thread);
            } else {
                Thread& leaving = below(random, 2) == 0 ? thread : *model.queue.front().thread;
                ipc::queue_remove(head, leaving);
                leaving.wait = Wait::nothing;
                model.remove(leaving);
            }
            check(head, model);
            REQUIRE((head & Endpoint::state_mask) == (model.queue.empty() ? 0 : Endpoint::senders));
        }
    }
}

TEST_CASE("the endpoint is fast only while one ring of receivers waits, each with a Reply",
          "[endpoint]") {
    for (unsigned seed = 50; seed < 90; ++seed) {
        Threads t;
        test::Random random{seed};
        std::vector<std::pair<Thread*, bool>> waiting; // with a Reply
        for (unsigned round = 0; round < 500; ++round) {
            Thread& thread = t.some(random);
            const auto place = std::find_if(waiting.begin(), waiting.end(), [&](const auto& entry) {
                return entry.first == &thread;
            });
            const unsigned priority = below(random, 4) == 0 ? 9 : 7;
            const bool with_reply = below(random, 6) != 0;
            if (place == waiting.end()) {
                t.set_priority(thread, priority);
                const Word state = ipc::receiver_state(t.endpoint, thread, with_reply);
                t.wait(thread, Wait::receive);
                ipc::queue_insert(t.endpoint.head, thread, state);
                waiting.emplace_back(&thread, with_reply);
            } else if (below(random, 4) == 0) {
                ipc::requeue_with_priority(thread, priority);
            } else {
                ipc::queue_remove(t.endpoint.head, thread);
                thread.wait = Wait::nothing;
                waiting.erase(place);
            }
            REQUIRE(t.endpoint.has_receivers() == !waiting.empty());
            if ((t.endpoint.head & Endpoint::fast_receivers) == 0)
                continue;
            for (const auto& [waiter, offers] : waiting) {
                REQUIRE(offers);
                REQUIRE(waiter->priority() == waiting.front().first->priority());
            }
        }
    }
}
