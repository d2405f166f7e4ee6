// SPDX-License-Identifier: BSD-2-Clause
// What the boot code makes of a device tree whose ranges are odd.
#include "fdt_builder.hpp"

#include <arch/host.hpp>
#include <generic/boot/memory_plan.hpp>
#include <platforms/boot/fdt/discover.hpp>

#include <memory>
#include <string>

namespace {

using kernel::PhysAddr;
using kernel::PhysRange;
using kernel::boot::FreeMemory;
using kernel::boot::Machine;

constexpr PhysAddr blob_address{0x81000000};
constexpr uint64_t ram_begin = 0x80000000, ram_size = 0x10000000;

/// RAM, and a reserved region unless its size is 0.
test::Blob tree(PhysRange reservation, PhysRange region) {
    test::Builder builder;
    const auto cells = [](uint64_t begin, uint64_t size) {
        return std::vector<uint32_t>{
            static_cast<uint32_t>(begin >> 32), static_cast<uint32_t>(begin),
            static_cast<uint32_t>(size >> 32), static_cast<uint32_t>(size)};
    };
    if (reservation.size != 0)
        builder.reserve(reservation.begin.raw(), reservation.size);
    builder.begin("");
    builder.cells("#address-cells", {2});
    builder.cells("#size-cells", {2});
    builder.begin("memory@80000000");
    builder.text("device_type", "memory");
    builder.cells("reg", cells(ram_begin, ram_size));
    builder.end();
    if (region.size != 0) {
        builder.begin("reserved-memory");
        builder.cells("#address-cells", {2});
        builder.cells("#size-cells", {2});
        builder.begin("firmware");
        builder.cells("reg", cells(region.begin.raw(), region.size));
        builder.end();
        builder.end();
    }
    builder.end();
    return builder.finish();
}

struct Booted {
    std::string error;
    Machine machine;
    FreeMemory free;

    Booted(PhysRange reservation, PhysRange region) {
        const test::Blob blob = tree(reservation, region);
        const auto discovery = std::make_unique<platform::fdt::Discovery>();
        const char* text = platform::fdt::read_tree(blob.data(), blob_address, blob.size(),
                                                    *discovery, machine);
        error = text == nullptr ? "" : text;
        if (error.empty())
            find_free_memory(machine, free);
    }
    [[nodiscard]] uint64_t free_end() const {
        uint64_t end = 0;
        for (unsigned i = 0; i < free.count; ++i)
            if (free.item[i].size != 0 && free.item[i].end().raw() > end)
                end = free.item[i].end().raw();
        return end;
    }
};

constexpr PhysRange none{};

} // namespace

TEST_CASE("what the device tree reserves up to the last address is not free", "[boot]") {
    constexpr uint64_t begin = 0x84000000;
    CHECK(Booted(none, none).free_end() == ram_begin + ram_size);
    for (const uint64_t behind : {uint64_t{0}, uint64_t{1}, uint64_t{4095}, uint64_t{4096}}) {
        CAPTURE(behind); // so many bytes of all addresses are not reserved
        const PhysRange range{PhysAddr{begin}, 0 - begin - behind};
        const Booted by_node(none, range);
        CHECK(by_node.error.empty());
        CHECK(by_node.free_end() == begin);
        if (behind == 0)
            continue;
        const Booted by_block(range, none);
        CHECK(by_block.error.empty());
        CHECK(by_block.free_end() == begin);
    }
}

TEST_CASE("a memory reservation whose end is no address stops the boot", "[boot]") {
    for (const uint64_t size : {~uint64_t{0}, 0 - uint64_t{0x84000000}, ~uint64_t{0} - 4096})
        CHECK(Booted({PhysAddr{0x84000000}, size}, none).error ==
              "device tree: address and size in the memory reservation block overflow");
}

TEST_CASE("a reservation of the blob itself is the kernel's own affair", "[boot]") {
    const Booted booted({blob_address, 0x400}, none);
    CHECK(booted.error.empty());
    CHECK(booted.machine.reserved.count == 0);
}
