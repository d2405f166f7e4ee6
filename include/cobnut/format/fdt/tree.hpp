// SPDX-License-Identifier: BSD-2-Clause
// The nodes and properties of a flattened device tree (Devicetree Specification 0.4, chapter 5).
#pragma once

#include <cobnut/format/bytes.hpp>
#include <cobnut/format/fdt/error.hpp>

namespace cobnut::fdt {

using format::Bytes;
using format::Text;

inline constexpr unsigned max_depth = 32;
inline constexpr size_t header_size = 40;
inline constexpr uint32_t magic = 0xd00dfeed;

// Size of the blob that starts here, 0 where none does: for firmware that hands over an address
// only. Reads 8 bytes.
inline size_t blob_size(const void* start) {
    const Bytes header{start, 8};
    return header.be32(0) == magic ? header.be32(4) : 0;
}

struct Property {
    Text name;
    Bytes data;

    constexpr explicit operator bool() const { return name.data() != nullptr; }
    [[nodiscard]] constexpr size_t cells() const { return data.size() / 4; }
    [[nodiscard]] constexpr uint32_t cell(size_t index) const {
        return data.be32(uint64_t{index} * 4);
    }

    // A number of one or two cells: writers differ (linux,initrd-start has both).
    [[nodiscard]] constexpr Answer<uint64_t> number() const {
        if (data.size() == 4)
            return uint64_t{data.be32(0)};
        if (data.size() == 8)
            return data.be64(0);
        return Error::not_found;
    }

    // The string number index of a list of them, empty where there is none.
    [[nodiscard]] constexpr Text string(size_t index = 0) const {
        uint64_t offset = 0;
        for (;;) {
            const Text text = data.string(offset);
            if (text.data() == nullptr || index-- == 0)
                return text;
            offset += text.size() + 1;
        }
    }

    [[nodiscard]] constexpr bool has_string(Text wanted) const {
        for (uint64_t offset = 0; offset < data.size();) {
            const Text text = data.string(offset);
            if (text.data() == nullptr)
                return false;
            if (text == wanted)
                return true;
            offset += text.size() + 1;
        }
        return false;
    }
};

class Node;
class Properties;
class Nodes;
class Children;

// The whole tree is checked once, by the constructor; the blob must not change afterwards, and the
// Tree must outlive its nodes. A tree with an error has no nodes.
class Tree {
public:
    struct Step {
        enum class Kind : uint8_t { begin, end, property, finish, broken };
        Kind kind;
        Error error;     // of broken
        uint32_t offset; // of the token itself, after fillers
        uint32_t next;
        Text name;
        Bytes data;
    };

    constexpr Tree() = default;
    constexpr explicit Tree(Bytes blob) {
        error_ = read_header(blob);
        if (error_ == Error::none)
            error_ = check_reserve_map();
        if (error_ == Error::none)
            error_ = check_structure();
        if (error_ != Error::none)
            structure_ = {};
    }

    // What can still be read of a tree that failed its checks, to find the console on which to say so.
    // Reading it stays inside the blob and stops at the first thing that is broken.
    static constexpr Tree salvage(Bytes blob) {
        Tree tree;
        tree.error_ = Error::none;
        tree.blob_ = blob;
        const auto from = [&](uint64_t offset) {
            return offset < blob.size() ? blob.part(offset, blob.size() - offset) : Bytes{};
        };
        const auto is_root = [&](uint64_t offset) {
            return blob.has(offset, 8) && blob.be32(offset) == begin_node && blob.be32(offset + 4) == 0;
        };
        uint64_t structure = blob.be32(8);
        if (structure % 4 != 0 || !is_root(structure))
            for (structure = header_size; blob.has(structure, 8) && !is_root(structure);)
                structure += 4;
        tree.structure_ = from(structure);
        const bool strings_fit = uint64_t{blob.be32(12)} + blob.be32(32) <= blob.be32(4);
        tree.strings_ = from(strings_fit ? blob.be32(12) : structure + blob.be32(36));
        return tree;
    }

    [[nodiscard]] constexpr Error error() const { return error_; }
    // Where in the structure block the check stopped.
    [[nodiscard]] constexpr uint32_t error_offset() const { return error_offset_; }
    [[nodiscard]] constexpr size_t size() const { return blob_.size(); }
    [[nodiscard]] constexpr uint32_t boot_cpu() const { return blob_.be32(28); }

    [[nodiscard]] constexpr Node root() const;
    [[nodiscard]] constexpr Nodes nodes() const; // all, in the order of the blob

    // Calls with (address, size) of each entry of the memory reservation block.
    template <class Callback>
    constexpr void for_each_memory_reserve(Callback&& callback) const {
        if (error_ != Error::none)
            return;
        for (uint64_t offset = 0; reserve_.has(offset, 16); offset += 16) {
            if (reserve_.be64(offset) == 0 && reserve_.be64(offset + 8) == 0)
                return;
            callback(reserve_.be64(offset), reserve_.be64(offset + 8));
        }
    }

    // One token of the structure block.
    [[nodiscard]] constexpr Step step(uint32_t at) const {
        while (structure_.has(at, 4) && structure_.be32(at) == nop)
            at += 4;
        if (!structure_.has(at, 4))
            return broken(Error::structure_truncated, at);
        const uint32_t token = structure_.be32(at);
        if (token == begin_node)
            return step_begin(at);
        if (token == property)
            return step_property(at);
        if (token == end_node)
            return {Step::Kind::end, Error::none, at, at + 4, {}, {}};
        if (token == finish)
            return {Step::Kind::finish, Error::none, at, at + 4, {}, {}};
        return broken(Error::token_unknown, at);
    }

    // The offset behind the node that begins here and all that is in it.
    [[nodiscard]] constexpr uint32_t behind(uint32_t at) const {
        unsigned depth = 0;
        for (;;) {
            const Step step_here = step(at);
            at = step_here.next;
            if (step_here.kind == Step::Kind::begin)
                ++depth;
            else if (step_here.kind == Step::Kind::end)
                --depth;
            else if (step_here.kind != Step::Kind::property)
                return step_here.offset;
            if (depth == 0)
                return at;
        }
    }

private:
    static constexpr uint32_t begin_node = 1, end_node = 2, property = 3, nop = 4, finish = 9;

    static constexpr Step broken(Error error, uint32_t at) {
        return {Step::Kind::broken, error, at, at, {}, {}};
    }

    static constexpr uint32_t padded(uint64_t offset) {
        return static_cast<uint32_t>((offset + 3) & ~uint64_t{3});
    }

    [[nodiscard]] constexpr Step step_begin(uint32_t at) const {
        const Text name = structure_.string(uint64_t{at} + 4);
        if (name.data() == nullptr)
            return broken(Error::node_name_not_terminated, at);
        return {Step::Kind::begin,
                Error::none,
                at,
                padded(uint64_t{at} + 4 + name.size() + 1),
                name,
                {}};
    }

    [[nodiscard]] constexpr Step step_property(uint32_t at) const {
        if (!structure_.has(at, 12))
            return broken(Error::property_outside, at);
        const uint32_t length = structure_.be32(uint64_t{at} + 4);
        if (!structure_.has(uint64_t{at} + 12, length))
            return broken(Error::property_outside, at);
        const Text name = strings_.string(structure_.be32(uint64_t{at} + 8));
        if (name.data() == nullptr)
            return broken(Error::property_name_outside, at);
        const uint32_t next = padded(uint64_t{at} + 12 + length);
        return {Step::Kind::property,
                Error::none,
                at,
                next,
                name,
                structure_.part(uint64_t{at} + 12, length)};
    }

    constexpr Error read_header(Bytes blob) {
        if (!blob.has(0, header_size))
            return Error::header_truncated;
        if (blob.be32(0) != magic)
            return Error::magic_wrong;
        const uint32_t total = blob.be32(4);
        // The padding of offsets must not wrap; no tree is near 4 GiB.
        if (total < header_size || total > blob.size() || total > 0x7fffffff)
            return Error::total_size_wrong;
        if (blob.be32(20) < 17 || blob.be32(24) > 17)
            return Error::version_not_supported;
        blob_ = blob.part(0, total);
        const uint32_t reserve = blob.be32(16), structure = blob.be32(8), strings = blob.be32(12);
        if (reserve < header_size || !blob_.has(reserve, 16))
            return Error::reserve_map_outside;
        if (structure < header_size || !blob_.has(structure, blob.be32(36)))
            return Error::structure_block_outside;
        if (structure % 4 != 0)
            return Error::structure_block_misaligned;
        if (strings < header_size || !blob_.has(strings, blob.be32(32)))
            return Error::strings_block_outside;
        reserve_ = blob_.part(reserve, total - reserve);
        structure_ = blob_.part(structure, blob.be32(36));
        strings_ = blob_.part(strings, blob.be32(32));
        return Error::none;
    }

    [[nodiscard]] constexpr Error check_reserve_map() const {
        for (uint64_t offset = 0; reserve_.has(offset, 16); offset += 16)
            if (reserve_.be64(offset) == 0 && reserve_.be64(offset + 8) == 0)
                return Error::none;
        return Error::reserve_map_not_terminated;
    }

    constexpr Error check_structure() {
        unsigned depth = 0;
        bool root_seen = false;
        bool child_seen = false; // before this place, in this node
        for (Step here = step(0);; here = step(here.next)) {
            error_offset_ = here.offset;
            switch (here.kind) {
            case Step::Kind::broken:
                return here.error;
            case Step::Kind::begin:
                if (depth == 0 && root_seen)
                    return Error::root_not_single;
                if (depth++ == max_depth)
                    return Error::nodes_too_deep;
                root_seen = true;
                child_seen = false;
                break;
            case Step::Kind::end:
                if (depth-- == 0)
                    return Error::node_not_closed;
                child_seen = true;
                break;
            case Step::Kind::property:
                if (depth == 0)
                    return Error::property_outside_node;
                if (child_seen)
                    return Error::property_after_child;
                break;
            case Step::Kind::finish:
                if (depth != 0)
                    return Error::node_not_closed;
                return root_seen ? Error::none : Error::root_missing;
            }
        }
    }

    Bytes blob_, reserve_, structure_, strings_;
    Error error_ = Error::header_truncated;
    uint32_t error_offset_ = 0;
};

class Node {
public:
    constexpr Node() = default;
    constexpr Node(const Tree& tree, uint32_t offset) : tree_{&tree}, offset_{offset} {}

    constexpr explicit operator bool() const { return tree_ != nullptr; }
    friend constexpr bool operator==(const Node&, const Node&) = default;

    [[nodiscard]] constexpr const Tree& tree() const { return *tree_; }
    [[nodiscard]] constexpr uint32_t offset() const { return offset_; }

    [[nodiscard]] constexpr Text name() const {
        return tree_ == nullptr ? Text{} : tree_->step(offset_).name;
    }
    [[nodiscard]] constexpr Text base_name() const { return name().first(name().find('@')); }
    [[nodiscard]] constexpr Text unit_address() const { return name().from(name().find('@') + 1); }

    [[nodiscard]] constexpr Properties properties() const;
    [[nodiscard]] constexpr Children children() const;
    [[nodiscard]] constexpr Property property(Text name) const;
    [[nodiscard]] constexpr bool has(Text name) const { return static_cast<bool>(property(name)); }

    // The one-cell property of that name, or the fallback where it is not there or has another
    // size.
    [[nodiscard]] constexpr uint32_t cell(Text name, uint32_t fallback = 0) const {
        const Property found = property(name);
        return found && found.data.size() == 4 ? found.cell(0) : fallback;
    }

    [[nodiscard]] constexpr bool compatible(Text wanted) const {
        return property("compatible").has_string(wanted);
    }

    // Devicetree Specification 2.3.4: a missing status means okay.
    [[nodiscard]] constexpr bool enabled() const {
        const Property status = property("status");
        return !status || status.string() == "okay" || status.string() == "ok";
    }

private:
    const Tree* tree_ = nullptr;
    uint32_t offset_ = 0;
};

struct End {};

class Properties {
public:
    class Iterator {
    public:
        constexpr Iterator(const Tree& tree, uint32_t at) : tree_{&tree}, step_{tree.step(at)} {}
        constexpr Property operator*() const { return {step_.name, step_.data}; }
        constexpr Iterator& operator++() {
            step_ = tree_->step(step_.next);
            return *this;
        }
        constexpr bool operator==(End) const { return step_.kind != Tree::Step::Kind::property; }

    private:
        const Tree* tree_;
        Tree::Step step_;
    };

    constexpr explicit Properties(Node node) : node_{node} {}
    [[nodiscard]] constexpr Iterator begin() const {
        return {node_.tree(), node_.tree().step(node_.offset()).next};
    }
    [[nodiscard]] constexpr End end() const { return {}; }

private:
    Node node_;
};

class Children {
public:
    class Iterator {
    public:
        constexpr Iterator(const Tree& tree, uint32_t at) : tree_{&tree}, at_{at} { settle(); }
        constexpr Node operator*() const { return {*tree_, at_}; }
        constexpr Iterator& operator++() {
            at_ = tree_->behind(at_);
            settle();
            return *this;
        }
        constexpr bool operator==(End) const { return done_; }

    private:
        constexpr void settle() {
            Tree::Step step = tree_->step(at_);
            while (step.kind == Tree::Step::Kind::property)
                step = tree_->step(step.next);
            at_ = step.offset;
            done_ = step.kind != Tree::Step::Kind::begin;
        }

        const Tree* tree_;
        uint32_t at_;
        bool done_ = false;
    };

    constexpr explicit Children(Node node) : node_{node} {}
    [[nodiscard]] constexpr Iterator begin() const {
        return {node_.tree(), node_.tree().step(node_.offset()).next};
    }
    [[nodiscard]] constexpr End end() const { return {}; }

private:
    Node node_;
};

class Nodes {
public:
    class Iterator {
    public:
        constexpr Iterator(const Tree& tree, uint32_t at) : tree_{&tree}, step_{tree.step(at)} {
            settle();
        }
        constexpr Node operator*() const { return {*tree_, step_.offset}; }
        constexpr Iterator& operator++() {
            step_ = tree_->step(step_.next);
            settle();
            return *this;
        }
        constexpr bool operator==(End) const { return step_.kind != Tree::Step::Kind::begin; }

    private:
        constexpr void settle() {
            while (step_.kind == Tree::Step::Kind::property || step_.kind == Tree::Step::Kind::end)
                step_ = tree_->step(step_.next);
        }

        const Tree* tree_;
        Tree::Step step_;
    };

    constexpr explicit Nodes(const Tree& tree, uint32_t at = 0) : tree_{&tree}, at_{at} {}
    [[nodiscard]] constexpr Iterator begin() const { return {*tree_, at_}; }
    [[nodiscard]] constexpr End end() const { return {}; }

private:
    const Tree* tree_;
    uint32_t at_;
};

constexpr Node Tree::root() const {
    const Step first = step(0);
    return first.kind == Step::Kind::begin ? Node{*this, first.offset} : Node{};
}

constexpr Nodes Tree::nodes() const { return Nodes{*this}; }

namespace detail {
// What a missing node iterates over: nothing.
inline constexpr Tree no_tree{};
} // namespace detail

constexpr Properties Node::properties() const {
    return Properties{tree_ == nullptr ? Node{detail::no_tree, 0} : *this};
}

constexpr Children Node::children() const {
    return Children{tree_ == nullptr ? Node{detail::no_tree, 0} : *this};
}

constexpr Property Node::property(Text name) const {
    for (const Property property : properties())
        if (property.name == name)
            return property;
    return {};
}

} // namespace cobnut::fdt
