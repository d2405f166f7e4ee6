// SPDX-License-Identifier: BSD-2-Clause
// address_spaces: what is mapped where.
#include <generic/contract/memory.hpp>
#include <generic/contract/page_format.hpp>
#include <generic/debug/command.hpp>
#include <generic/debug/objects.hpp>
#include <generic/mm/walker.hpp>
#include <generic/object/vspace.hpp>

namespace kernel::debug {

namespace {

using Format = arch::PageFormat;

struct WindowMemory {
    static Format::Entry* table(PhysAddr address) {
        return static_cast<Format::Entry*>(arch::to_virtual(address));
    }
};

using Tables = mm::Walker<Format, WindowMemory>;

/// Neighbouring pages of one kind.
struct Run {
    uint64_t begin = 0;
    uint64_t size = 0;
    PhysAddr memory;
    mm::PageAttributes attributes;

    void tell() const {
        if (size == 0)
            return;
        print("  ", Hex{begin}, " to ", Hex{begin + size - 1}, " is ", Hex{memory.raw()}, " r",
              attributes.write() ? "w" : "-", attributes.execute() ? "x " : "- ",
              cobnut::memory_types[static_cast<unsigned>(attributes.type())].name, "\n");
    }
    [[nodiscard]] bool goes_on(uint64_t address, PhysAddr next, mm::PageAttributes of) const {
        return address == begin + size && next == memory + size && of == attributes;
    }
};

void print_mappings(const VSpace& space) {
    Run run;
    for (uint64_t address = 0; address < Format::user_end;) {
        const auto [entry, level] =
            Tables::find(space.root, VirtAddr(static_cast<Word>(address)), Format::levels - 1);
        const uint64_t size = uint64_t{1} << Format::level[level].shift;
        if (Format::kind(level, *entry) == mm::EntryKind::leaf) {
            const PhysAddr memory = Format::address(level, *entry);
            const mm::PageAttributes attributes = Format::attributes(level, *entry);
            if (!run.goes_on(address, memory, attributes)) {
                run.tell();
                run = {address, 0, memory, attributes};
            }
            run.size += size;
        }
        address = align_down(address, size) + size;
    }
    run.tell();
}

void print_space(const VSpace& space) {
    print("space ", Decimal{space.id}, " ", address_of(&space));
    if (space.asid != arch::asid_none)
        print(" identifier ", Decimal{space.asid});
    if (space.has_root())
        print(" root table ", Hex{space.root.raw()}, "\n");
    else
        print(" without a root table\n");
}

void run(const Arguments& arguments) {
    if (arguments.count == 0) {
        for_each(ObjectType::vspace,
                 [](const Slot& slot) { print_space(*slot.pointer<VSpace>()); });
        return;
    }
    if (const Slot* slot = find(arguments.number[0], ObjectType::vspace)) {
        const VSpace& space = *slot->pointer<VSpace>();
        print_space(space);
        if (space.has_root())
            print_mappings(space);
    }
}

} // namespace

constinit const Command address_spaces_command{
    "address_spaces", "[VSpace]", "all of them, or what one maps", run};

} // namespace kernel::debug
