// SPDX-License-Identifier: BSD-2-Clause
// The program's own pages for the domains of its tests.
#include "program.hpp"

#include "../test.hpp"

#include <arch/machine.hpp>
#include <cobnut/format/cpio.hpp>
#include <lib/memory.hpp>
#include <lib/result.hpp>

namespace conformance {

namespace {

constexpr Word page_size = 4096;

Word first_page(const elf::Segment& segment) {
    return static_cast<Word>(segment.address) & ~(page_size - 1);
}
Word end_page(const elf::Segment& segment) {
    return (static_cast<Word>(segment.address + segment.size) + page_size - 1) & ~(page_size - 1);
}

} // namespace

const char* Program::load(Home& home) {
    const cpio::Archive archive(home.machine.archive());
    elf::Expectation expectation;
    expectation.machine = arch::elf_machine;
    expectation.wide = word_bits == 64;
    image_ = elf::Image(archive.find("init").data, expectation);
    if (image_.error() != elf::Error::none)
        return elf::text(image_.error());
    for (const elf::Segment& segment : image_)
        if (!segment.writable)
            code_count_ +=
                static_cast<unsigned>((end_page(segment) - first_page(segment)) / page_size);
    if (code_count_ > own::end_code - own::first_code)
        return "the program is too large";
    code_ = home.slots.take(code_count_);
    if (!home.memory.retype(ObjectType::frame, 12, home.node.index, code_, code_count_).ok())
        return "no memory for the program";
    CapIndex next = code_;
    for (const elf::Segment& segment : image_)
        if (!segment.writable)
            for (Word page = first_page(segment); page < end_page(segment); page += page_size)
                if (!fill(home, Frame(next++), segment, page, home.memory).ok())
                    return "the program cannot be loaded";
    return nullptr;
}

Status Program::fill(Home& home, Frame frame, const elf::Segment& segment, Word page,
                     Untyped memory) const {
    COBNUT_CHECK(cobnut::map_frame(frame, home.space, place::loading, Rights::read_write(),
                                   MapAttributes::execute_never, memory, home.node, home.slots));
    const Word start = static_cast<Word>(segment.address);
    const Word from = page > start ? page : start;
    const Word end = start + segment.data.size();
    const Word to = page + page_size < end ? page + page_size : end;
    if (from < to)
        memcpy(reinterpret_cast<void*>(place::loading + (from - page)),
               segment.data.data() + (from - start), to - from);
    const auto known = reinterpret_cast<Word>(&handover);
    if (segment.writable && known >= page && known < page + page_size)
        memcpy(reinterpret_cast<void*>(place::loading + (known - page)), &handover,
               sizeof handover);
    return frame.unmap();
}

Status Program::map_code(Home& home, Untyped memory, CNode node, VSpace space) const {
    CapIndex source = code_;
    CapIndex target = own::first_code;
    for (const elf::Segment& segment : image_) {
        if (segment.writable)
            continue;
        for (Word page = first_page(segment); page < end_page(segment); page += page_size) {
            const CapIndex mine = home.slots.take();
            COBNUT_CHECK(home.node.copy(mine, word_bits, {home.node.index, source}, Rights::all()));
            COBNUT_CHECK(cobnut::map_frame(Frame(mine), space, page, Rights::read_only(),
                                           segment.executable ? 0 : MapAttributes::execute_never,
                                           memory, home.node, home.slots));
            // With the domain's CNode the capability and so its mapping will go.
            COBNUT_CHECK(node.move(target, own::radix, {home.node.index, mine}));
            home.slots.give_back(mine, 1);
            ++source;
            ++target;
        }
    }
    return {};
}

Status Program::map_data(Home& home, Untyped memory, VSpace space) const {
    for (const elf::Segment& segment : image_) {
        if (!segment.writable)
            continue;
        const auto count =
            static_cast<unsigned>((end_page(segment) - first_page(segment)) / page_size);
        CapIndex frame = home.slots.take(count);
        COBNUT_CHECK(memory.retype(ObjectType::frame, 12, home.node.index, frame, count));
        for (Word page = first_page(segment); page < end_page(segment); page += page_size) {
            COBNUT_CHECK(fill(home, Frame(frame), segment, page, home.memory));
            COBNUT_CHECK(cobnut::map_frame(Frame(frame), space, page, Rights::read_write(),
                                           MapAttributes::execute_never, memory, home.node,
                                           home.slots));
            ++frame;
        }
    }
    return {};
}

bool Program::holds(Word address) const {
    for (const elf::Segment& segment : image_)
        if (!segment.writable && segment.contains(address))
            return true;
    return false;
}

} // namespace conformance
