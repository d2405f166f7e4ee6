// SPDX-License-Identifier: BSD-2-Clause
// The derivation tree against a model that is a plain tree of names.
#include "kernel_memory.hpp"

#include <generic/cap/derivation.hpp>

#include <algorithm>
#include <map>
#include <vector>

namespace {

using namespace kernel;
using test::below;

/// Names stand in the slots' badges; name 0 is the root.
class Model {
public:
    Model() { children_[0] = {}; }

    void insert(Word parent, Word name) {
        auto& list = children_[parent];
        list.insert(list.begin(), name);
        parent_[name] = parent;
        children_[name] = {};
    }
    void remove(Word name) {
        auto& list = children_[parent_[name]];
        const auto own = children_[name];
        for (const Word child : own)
            parent_[child] = parent_[name];
        const auto place = list.erase(std::find(list.begin(), list.end(), name));
        list.insert(place, own.begin(), own.end());
        children_.erase(name);
        parent_.erase(name);
    }
    bool knows(Word name) const { return parent_.contains(name); }
    size_t size() const { return parent_.size(); }
    const std::vector<Word>& children(Word name) const { return children_.at(name); }
    bool descends(Word name, Word ancestor) const {
        while (name != 0) {
            name = parent_.at(name);
            if (name == ancestor)
                return true;
        }
        return false;
    }

private:
    std::map<Word, std::vector<Word>> children_;
    std::map<Word, Word> parent_;
};

class Tree {
public:
    static constexpr unsigned slot_count = 24;

    Tree() : root{*kernel_state.root}, slots{memory_.make<Slot>(slot_count)} {
        root.set(ObjectType::untyped, slots, 0, 0);
    }

    void fill(Slot& slot) { slot.set(ObjectType::endpoint, slots, 0, next_name_++); }

    /// The tree in memory has the model's shape, and the ring of every list of children is whole.
    void check(const Model& model) {
        std::vector<Slot*> todo{&root};
        size_t seen = 0;
        while (!todo.empty()) {
            Slot& node = *todo.back();
            todo.pop_back();
            std::vector<Word> names;
            Slot* before = nullptr;
            for (Slot* child = node.links.child(); child != nullptr;) {
                ++seen;
                names.push_back(child->badge);
                todo.push_back(child);
                if (before != nullptr)
                    REQUIRE(child->links.prev() == before);
                before = child;
                if (child->links.last()) {
                    REQUIRE(child->links.next() == &node);
                    REQUIRE(node.links.child()->links.prev() == child);
                    child = nullptr;
                } else {
                    child = child->links.next();
                }
            }
            REQUIRE(names == model.children(&node == &root ? 0 : node.badge));
        }
        REQUIRE(seen == model.size());
    }

    Slot& some(test::Random& random) { return slots[below(random, slot_count)]; }

private:
    test::KernelMemory memory_;

public:
    Slot& root;
    Slot* slots;

private:
    Word next_name_ = 1;
};

void empty(Slot& slot, Model& model) {
    derivation::remove(slot);
    model.remove(slot.badge);
    slot = {};
}

} // namespace

TEST_CASE("the derivation tree keeps its shape through insert, remove, move and swap",
          "[derivation]") {
    for (unsigned seed = 0; seed < 30; ++seed) {
        Tree tree;
        Model model;
        test::Random random{seed};
        for (unsigned round = 0; round < 1500; ++round) {
            Slot& a = tree.some(random);
            Slot& b = tree.some(random);
            switch (below(random, 5)) {
            case 0:
            case 1: {
                Slot& parent = below(random, 6) == 0 ? tree.root : b;
                if (!a.empty() || parent.empty())
                    break;
                tree.fill(a);
                derivation::insert_child(parent, a);
                model.insert(&parent == &tree.root ? 0 : parent.badge, a.badge);
                break;
            }
            case 2:
                if (!a.empty())
                    empty(a, model);
                break;
            case 3:
                if (!a.empty() && b.empty())
                    derivation::move(a, b);
                break;
            default: {
                const Word name_a = a.badge, name_b = b.badge;
                derivation::swap(a, b);
                REQUIRE(a.badge == name_b);
                REQUIRE(b.badge == name_a);
                break;
            }
            }
            if (round % 8 == 0)
                tree.check(model);
        }
        tree.check(model);
    }
}

TEST_CASE("deleting children until none is left removes exactly the descendants", "[derivation]") {
    for (unsigned seed = 100; seed < 200; ++seed) {
        Tree tree;
        Model model;
        test::Random random{seed};
        for (unsigned i = 0; i < Tree::slot_count; ++i) {
            Slot& parent = i == 0 ? tree.root : tree.slots[below(random, i)];
            tree.fill(tree.slots[i]);
            derivation::insert_child(parent, tree.slots[i]);
            model.insert(&parent == &tree.root ? 0 : parent.badge, tree.slots[i].badge);
        }
        Slot& target = tree.some(random);
        std::vector<Word> descendants;
        for (unsigned i = 0; i < Tree::slot_count; ++i)
            if (model.descends(tree.slots[i].badge, target.badge))
                descendants.push_back(tree.slots[i].badge);
        while (Slot* child = target.links.child())
            empty(*child, model);
        tree.check(model);
        for (const Word name : descendants)
            REQUIRE(!model.knows(name));
        REQUIRE(model.size() == Tree::slot_count - descendants.size());
    }
}

TEST_CASE("a capability is final exactly if it is the only one to its object", "[derivation]") {
    for (unsigned seed = 300; seed < 330; ++seed) {
        Tree tree;
        test::Random random{seed};
        // Objects are children of the Untyped in the root; copies are made of any capability.
        for (unsigned round = 0; round < 800; ++round) {
            Slot& a = tree.some(random);
            Slot& b = tree.some(random);
            if (a.empty() && below(random, 3) == 0) {
                a.set(ObjectType::endpoint, reinterpret_cast<char*>(tree.slots) + round * 16, 0, 0);
                derivation::insert_child(tree.root, a);
            } else if (a.empty() && !b.empty()) {
                a.object = b.object;
                a.badge = b.badge;
                derivation::insert_child(b, a);
            } else if (!a.empty() && below(random, 2) == 0) {
                derivation::remove(a);
                a = {};
            } else {
                derivation::swap(a, b);
            }
            for (unsigned i = 0; i < Tree::slot_count; ++i) {
                if (tree.slots[i].empty())
                    continue;
                unsigned same = 0;
                for (unsigned j = 0; j < Tree::slot_count; ++j)
                    same += !tree.slots[j].empty() &&
                            tree.slots[j].pointer<void>() == tree.slots[i].pointer<void>();
                REQUIRE(derivation::is_final(tree.slots[i]) == (same == 1));
            }
        }
    }
}
