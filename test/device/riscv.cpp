// SPDX-License-Identifier: BSD-2-Clause
// The drivers of RISC-V on models: PLIC (specification 1.0.0), and firmware behind the SBI (2.0).
#include "../unit/fdt_builder.hpp"
#include "machine.hpp"

#include <platforms/boot/fdt/discover.hpp>
#include <platforms/drivers/irqchip/plic.hpp>
#include <platforms/drivers/power/sbi_reset.hpp>
#include <platforms/drivers/timer/sbi_time.hpp>
#include <platforms/drivers/timer/sstc.hpp>

#include <array>
#include <set>
#include <string>

namespace {

using cobnut::Trigger;

constexpr uint64_t plic_base = 0xc000000, plic_size = 0x600000;
constexpr unsigned sources = 53;

// Chapters 3 to 9: a gateway sends one request and then waits for the completion.
struct PlicModel : device::Model {
    static constexpr unsigned contexts = 5;
    std::array<uint32_t, 1024> priority{};
    std::array<bool, 1024> line{}, waiting{}, pending{};
    std::array<std::array<uint32_t, 32>, contexts> enable{};
    std::array<uint32_t, contexts> threshold{};
    std::set<unsigned> touched; ///< Contexts that were written.

    void sample() {
        for (unsigned number = 1; number <= sources; ++number)
            if (line[number] && !waiting[number])
                waiting[number] = pending[number] = true;
    }
    bool enabled(unsigned context, unsigned number) const {
        return (enable[context][number / 32] >> number % 32 & 1) != 0;
    }
    unsigned best(unsigned context) const {
        unsigned found = 0;
        for (unsigned number = 1; number <= sources; ++number)
            if (pending[number] && enabled(context, number) &&
                priority[number] > threshold[context] &&
                (found == 0 || priority[number] > priority[found]))
                found = number;
        return found;
    }
    uint64_t read(size_t offset, unsigned width) override {
        REQUIRE(width == 4);
        sample();
        if (offset < 0x1000)
            return priority[offset / 4];
        if (offset < 0x200000) {
            REQUIRE(offset >= 0x2000);
            return enable.at((offset - 0x2000) / 0x80)[(offset - 0x2000) % 0x80 / 4];
        }
        const auto context = static_cast<unsigned>((offset - 0x200000) / 0x1000);
        REQUIRE(offset % 0x1000 == 4);
        const unsigned number = best(context);
        pending[number] = false;
        return number;
    }
    void write(size_t offset, unsigned width, uint64_t value) override {
        REQUIRE(width == 4);
        const auto word = static_cast<uint32_t>(value);
        if (offset < 0x1000) {
            REQUIRE(offset != 0); // there is no source 0
            priority[offset / 4] = word;
        } else if (offset < 0x200000) {
            touched.insert(static_cast<unsigned>((offset - 0x2000) / 0x80));
            enable.at((offset - 0x2000) / 0x80)[(offset - 0x2000) % 0x80 / 4] = word;
        } else {
            const auto context = static_cast<unsigned>((offset - 0x200000) / 0x1000);
            touched.insert(context);
            if (offset % 0x1000 == 0)
                threshold.at(context) = word;
            else if (enabled(context, word)) // chapter 9: else silently ignored
                waiting[word] = false;
        }
        sample();
    }
};

// Two harts: number 0 has no supervisor mode, as on SiFive's boards; number 3 has.
test::Blob plic_tree(uint32_t ndev, uint32_t size = plic_size) {
    test::Builder builder;
    builder.begin("");
    builder.cells("#address-cells", {1});
    builder.cells("#size-cells", {1});
    builder.begin("cpus");
    builder.cells("#address-cells", {1});
    builder.cells("#size-cells", {0});
    for (const uint32_t hart : {0u, 3u}) {
        builder.begin("cpu@" + std::to_string(hart));
        builder.text("device_type", "cpu");
        builder.cells("reg", {hart});
        builder.begin("interrupt-controller");
        builder.cells("#interrupt-cells", {1});
        builder.cells("phandle", {hart + 1});
        builder.end();
        builder.end();
    }
    builder.end();
    builder.begin("plic@c000000");
    builder.text("compatible", "sifive,plic-1.0.0");
    builder.cells("reg", {plic_base, size});
    builder.cells("riscv,ndev", {ndev});
    builder.cells("interrupts-extended", {1, 11, 4, 11, 4, 9}); // contexts 0, 1 and 2
    builder.end();
    builder.end();
    return builder.finish();
}

struct Board {
    device::Powered machine;
    PlicModel plic;
    test::Blob blob;
    cobnut::fdt::Tree tree;
    platform::fdt::Device node;
    platform::Plic driver;

    explicit Board(uint32_t ndev = sources, uint32_t size = plic_size)
        : blob{plic_tree(ndev, size)}, tree{{blob.data(), blob.size()}} {
        REQUIRE(tree.error() == cobnut::fdt::Error::none);
        machine.put(plic_base, plic_size, plic);
        plic.enable[2].fill(~0u);
        plic.threshold[2] = 7;
        const auto found = cobnut::fdt::find_compatible(tree, "sifive,plic-1.0.0");
        REQUIRE(platform::fdt::read_device(found, 0, node) == nullptr);
    }
};

} // namespace

TEST_CASE("PLIC: the boot hart's supervisor context is found and quiet, no other is touched",
          "[irq]") {
    Board board;
    board.plic.line.fill(true);
    REQUIRE(board.driver.start(board.node, 3) == nullptr);
    CHECK(board.plic.touched == std::set<unsigned>{2});
    CHECK(board.driver.count() == sources + 1);
    CHECK(board.driver.claim() == 0);
    CHECK(board.plic.threshold[2] == 0);
}

TEST_CASE("PLIC: a source is served once per unmask, though its line stays up", "[irq]") {
    Board board;
    REQUIRE(board.driver.start(board.node, 3) == nullptr);
    for (const unsigned number : {1u, 31u, 32u, sources}) {
        REQUIRE(board.driver.configure(number, Trigger::level));
        board.plic.line[number] = true;
        CHECK(board.driver.claim() == 0);
        board.driver.unmask(number);
        const unsigned barriers = board.machine.barriers;
        CHECK(board.driver.claim() == number);
        CHECK(board.machine.barriers == barriers + 1);
        CHECK(board.driver.claim() == 0);
        CHECK(board.plic.waiting[number]); // no completion yet
        board.plic.line[number] = false;   // the driver program serves the device
        board.driver.unmask(number);
        CHECK(board.driver.claim() == 0); // and nothing was recorded a second time
        board.plic.line[number] = true;
        CHECK(board.driver.claim() == number);
        board.driver.mask(number);
        CHECK_FALSE((board.plic.waiting[number] && !board.plic.pending[number])); // it was completed
        CHECK(board.driver.claim() == 0);
        board.plic.line[number] = false;
        board.driver.unmask(number);
        board.driver.claim();
        board.driver.mask(number);
    }
}

TEST_CASE("PLIC: an edge cannot be chosen", "[irq]") {
    Board board;
    REQUIRE(board.driver.start(board.node, 3) == nullptr);
    CHECK_FALSE(board.driver.configure(5, Trigger::edge));
    CHECK(board.driver.configure(5, Trigger::firmware));
}

TEST_CASE("PLIC: trees that lack a context, sources or registers are refused", "[irq]") {
    Board board;
    CHECK(board.driver.start(board.node, 0) != nullptr); // a hart without supervisor mode
    CHECK(board.driver.start(board.node, 7) != nullptr);
    for (const uint32_t ndev : {0u, 1024u}) {
        Board odd{ndev};
        CHECK(odd.driver.start(odd.node, 3) != nullptr);
    }
    Board small{sources, 0x202000};
    CHECK(small.driver.start(small.node, 3) != nullptr);
}

namespace {

using Calls = std::vector<std::vector<uintptr_t>>;
constexpr intptr_t not_supported = -2;

struct Firmware {
    device::Powered machine;
    std::set<uintptr_t> extensions;
    Calls calls;

    Firmware() {
        machine.call = [this](const std::vector<uintptr_t>& words) {
            return answer(words);
        };
    }
    std::pair<intptr_t, uintptr_t> answer(const std::vector<uintptr_t>& words) {
        if (words[0] == 0x10) { // chapter 4: the base extension, function 3 probes
            REQUIRE(words[1] == 3);
            return {0, extensions.contains(words[2])};
        }
        calls.push_back(words);
        return {words[0] < 0x10 || extensions.contains(words[0]) ? 0 : not_supported, 0};
    }
};

constexpr uintptr_t timer = 0x54494d45, reset = 0x53525354, console = 0x4442434e;

/// What a tree says of a hart's extensions, and whether the one that is asked for is among them.
struct Extension {
    const char* property;
    std::string value;
    bool listed;
};

test::Blob root_with(const char* property, const std::string& value) {
    test::Builder builder;
    builder.begin("");
    builder.property(property, value);
    builder.end();
    return builder.finish();
}
cobnut::fdt::Tree tree_of(const test::Blob& blob) {
    const cobnut::fdt::Tree tree{{blob.data(), blob.size()}};
    REQUIRE(tree.error() == cobnut::fdt::Error::none);
    return tree;
}

} // namespace

TEST_CASE("SBI: a character goes by the debug console, else by the legacy call", "[sbi]") {
    Firmware firmware;
    platform::sbi::put('\xe9');
    CHECK(firmware.calls == Calls{{console, 2, 0xe9, 0, 0}, {1, 0, 0xe9, 0, 0}});
    firmware.calls.clear();
    firmware.extensions = {console};
    platform::sbi::put("ok");
    CHECK(firmware.calls == Calls{{console, 2, 'o', 0, 0}, {console, 2, 'k', 0, 0}});
}

TEST_CASE("SBI: the timer is there only if firmware has it, and gets absolute time", "[sbi]") {
    Firmware firmware;
    CHECK_FALSE(platform::SbiTime::detect());
    firmware.extensions = {timer};
    CHECK(platform::SbiTime::detect());
    platform::SbiTime::set(uint64_t{1} << 40);
    CHECK(firmware.calls == Calls{{timer, 0, uintptr_t{1} << 40, 0, 0}});
}

TEST_CASE("SBI: power-off and reset by the reset extension, else by the legacy shutdown", "[sbi]") {
    Firmware firmware;
    const platform::SbiReset power;
    power.reset();
    CHECK(firmware.calls.empty());
    power.power_off();
    CHECK(firmware.calls == Calls{{8, 0, 0, 0, 0}});
    firmware.calls.clear();
    firmware.extensions = {reset};
    power.power_off();
    CHECK(firmware.calls == Calls{{reset, 0, 0, 0, 0}, {8, 0, 0, 0, 0}}); // the first did not return
    firmware.calls.clear();
    power.reset();
    CHECK(firmware.calls == Calls{{reset, 0, 1, 0, 0}});
}

TEST_CASE("FP is a hart's whose tree lists D", "[hart]") {
    const Extension cases[] = {
        {"riscv,isa", std::string{"rv64imafdc_sstc\0", 16}, true},
        {"riscv,isa", std::string{"rv64gc\0", 7}, true},
        {"riscv,isa", std::string{"rv64imafdczicsr\0", 16}, true},
        {"riscv,isa", std::string{"rv64imac\0", 9}, false},
        {"riscv,isa", std::string{"rv64imafc\0", 10}, false},
        {"riscv,isa", std::string{"rv64imac_zdinx_svadu\0", 21}, false},
        {"riscv,isa", std::string{"rv64imaczdinx\0", 14}, false},
        {"riscv,isa", std::string{"rv64", 4}, false},
        {"riscv,isa", std::string{}, false},
        {"riscv,isa-extensions", std::string{"i\0m\0a\0f\0d\0c\0", 12}, true},
        {"riscv,isa-extensions", std::string{"i\0m\0a\0c\0zdinx\0", 14}, false},
        {"riscv,isa-base", std::string{"rv64i\0", 6}, false},
    };
    for (const auto& [property, value, listed] : cases) {
        INFO(value);
        const test::Blob blob = root_with(property, value);
        const cobnut::fdt::Tree tree = tree_of(blob);
        CHECK(platform::fdt::has_double(tree.root()) == listed);
    }
}

TEST_CASE("Sstc is used if the tree lists it and the register answers", "[timer]") {
    const Extension cases[] = {
        {"riscv,isa", std::string{"rv64imafdc_sstc\0", 16}, true},
        {"riscv,isa", std::string{"rv64imafdc_sstc_svinval\0", 24}, true},
        {"riscv,isa", std::string{"rv64imafdc_smsstc\0", 18}, false},
        {"riscv,isa", std::string{"rv64imafdc_sstcx\0", 17}, false},
        {"riscv,isa", std::string{"sstc\0", 5}, false},
        {"riscv,isa", std::string{"rv64imafdc_sst", 14}, false},
        {"riscv,isa-extensions", std::string{"i\0sstc\0c\0", 9}, true},
        {"riscv,isa-extensions", std::string{"sstc\0", 5}, true},
        {"riscv,isa-extensions", std::string{"i\0sstcx\0", 8}, false},
        {"riscv,isa-extensions", std::string{"i\0xsstc\0", 8}, false},
    };
    for (const auto& [property, value, listed] : cases) {
        INFO(value);
        device::Powered machine;
        const test::Blob blob = root_with(property, value);
        const cobnut::fdt::Tree tree = tree_of(blob);
        CHECK_FALSE(platform::Sstc::detect(tree.root())); // firmware keeps it closed
        machine.has_stimecmp = true;
        CHECK(platform::Sstc::detect(tree.root()) == listed);
        platform::Sstc::set(77);
        CHECK(machine.stimecmp == 77);
    }
}
