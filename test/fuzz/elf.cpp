// SPDX-License-Identifier: BSD-2-Clause
// The first byte says what is expected, the rest is the file.
#include "fuzz.hpp"

#include <cobnut/format/elf.hpp>

namespace {

using namespace cobnut::elf;

Expectation expectation_of(uint8_t choice) {
    constexpr Machine machines[] = {Machine::x86_64, Machine::aarch64, Machine::riscv, Machine::arm};
    Expectation wanted;
    wanted.machine = machines[choice & 3];
    wanted.wide = wanted.machine != Machine::arm;
    wanted.lowest = (choice & 4) != 0 ? 0x1000 : 0;
    wanted.highest = (choice & 8) != 0 ? 0x7fffffff : ~uint64_t{0};
    wanted.page_size = (choice & 16) != 0 ? 65536 : 4096;
    return wanted;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0)
        return 0;
    const Expectation wanted = expectation_of(data[0]);
    const Image image{Bytes{data + 1, size - 1}, wanted};
    const uint64_t thumb = wanted.machine == Machine::arm ? 1 : 0;
    bool first = true, entry_found = false;
    Segment before;
    for (const Segment segment : image) {
        FUZZ_REQUIRE(image.error() == Error::none);
        FUZZ_REQUIRE(segment.size != 0 && segment.data.size() <= segment.size);
        FUZZ_REQUIRE(fuzz::inside(segment.data.data(), segment.data.size(), data, size));
        const uint64_t last = segment.address + (segment.size - 1);
        FUZZ_REQUIRE(last >= segment.address);
        FUZZ_REQUIRE(segment.address >= wanted.lowest && last <= wanted.highest);
        FUZZ_REQUIRE(!(segment.writable && segment.executable));
        if (!first) {
            const uint64_t last_before = before.address + (before.size - 1);
            FUZZ_REQUIRE(segment.address > last_before);
            FUZZ_REQUIRE(segment.same_rights(before) || segment.address / wanted.page_size !=
                                                            last_before / wanted.page_size);
        }
        entry_found |= segment.executable && segment.contains(image.entry() & ~thumb);
        before = segment;
        first = false;
    }
    FUZZ_REQUIRE(first == (image.error() != Error::none));
    FUZZ_REQUIRE(first || entry_found);
    fuzz::use(image.failed_header());
    FUZZ_REQUIRE(text(image.error()) != nullptr);
    return 0;
}
