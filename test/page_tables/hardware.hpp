// SPDX-License-Identifier: BSD-2-Clause
// A walker and a TLB that do at every moment all that an architecture lets them do.
#pragma once

#include <arch/page_format.hpp>
#include <generic/base/types.hpp>

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace test {

using Format = arch::PageFormat;
using Entry = Format::Entry;

/// What one valid entry of a page table says, with the addresses that it is for.
struct Translation {
    uint64_t begin = 0;
    uint64_t size = 0;
    unsigned level = 0;
    bool table = false;
    bool grouped = false;
    uint64_t to = 0; ///< Physical address of the frame, the group or the table.
    kernel::mm::PageAttributes attributes;

    auto key() const {
        return std::tuple(begin, size, level, table, grouped, to, attributes.write(),
                          attributes.execute(), attributes.type());
    }
    bool operator<(const Translation& other) const { return key() < other.key(); }
    bool operator==(const Translation& other) const { return key() == other.key(); }
    [[nodiscard]] bool overlaps(const Translation& other) const {
        return begin < other.begin + other.size && other.begin < begin + size;
    }
};

using Translations = std::set<Translation>;

/// Everything that can be reached from the root, by decoding each entry.
[[nodiscard]] Translations walk(kernel::PhysAddr root);

/// Watches one address space, which has an identifier. Rules that are broken are noted.
class Hardware {
public:
    static constexpr unsigned asid = 5;

    /// From here on the tables below this root are walked; 0: none are.
    void activated(uint64_t root) { root_ = root; }

    void stored(Entry* place, Entry entry);
    void entry_added(unsigned number, uint64_t address);
    void entry_removed(unsigned number, uint64_t address, unsigned level, unsigned count);
    void table_removed(unsigned number);

    /// Before and behind an operation of the kernel.
    void begin();
    void end();

    /// What leaves the walker could find at some time since begin(), besides before and behind.
    [[nodiscard]] const std::set<Translations>& seen() const { return seen_; }
    [[nodiscard]] const std::vector<std::string>& broken() const { return broken_; }
    [[nodiscard]] unsigned invalidations() const { return invalidations_; }
    [[nodiscard]] unsigned stores() const { return stores_; }
    void forget_broken() { broken_.clear(); }

private:
    [[nodiscard]] bool walks() const { return root_ != 0; }
    void cache_what_is_there();
    void drop(uint64_t address);
    void note(const std::string& rule, const Translation& translation);

    uint64_t root_ = 0;
    Translations cached_;
    Translations not_told_; ///< Made valid, and hardware that remembers invalid entries not told.
    std::map<Entry*, Entry> memory_; ///< As the stores left it.
    std::set<Translations> seen_;
    std::vector<std::string> broken_;
    unsigned invalidations_ = 0;
    unsigned stores_ = 0;
};

extern Hardware hardware;

} // namespace test
