// SPDX-License-Identifier: BSD-2-Clause
// What multiboot, multiboot2 and PVH loaders leave. The first byte chooses the protocol, the next two
// the place of the information; the rest is memory.
#include "fuzz.hpp"

#include <platforms/boot/multiboot/handover.hpp>

#include <string.h>

#include <memory>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace platform;
    if (size < 3)
        return 0;
    constexpr uint32_t magics[] = {multiboot::pvh_magic, multiboot::multiboot_magic,
                                   multiboot::multiboot2_magic, 0};
    const uint32_t magic = magics[data[0] & 3];
    const uint64_t information = data[1] | uint64_t{data[2]} << 8;
    size -= 3;
    const auto bytes = std::make_unique<uint8_t[]>(size);
    memcpy(bytes.get(), data + 3, size);
    multiboot::Handover handover;
    const char* error = multiboot::read({reinterpret_cast<uintptr_t>(bytes.get()), size}, magic,
                                        information, handover);
    FUZZ_REQUIRE(handover.usable_count <= multiboot::Handover::max_ranges);
    FUZZ_REQUIRE(handover.reserved_count <= multiboot::Handover::max_ranges);
    if (error != nullptr) {
        FUZZ_REQUIRE(strlen(error) > 0);
        return 0;
    }
    FUZZ_REQUIRE(magic != 0);
    for (unsigned i = 0; i < handover.usable_count; ++i)
        FUZZ_REQUIRE(handover.usable[i].start < handover.usable[i].end);
    for (unsigned i = 0; i < handover.reserved_count; ++i)
        FUZZ_REQUIRE(handover.reserved[i].range.start < handover.reserved[i].range.end);
    FUZZ_REQUIRE(handover.archive.start <= handover.archive.end);
    return 0;
}
