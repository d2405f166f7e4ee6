// SPDX-License-Identifier: BSD-2-Clause
#include "machine.hpp"

#include <catch2/catch_test_macros.hpp>

namespace device {

uintptr_t Machine::map(uint64_t begin, uint64_t size) {
    REQUIRE(size != 0);
    mapped_[begin] = begin + size;
    return static_cast<uintptr_t>(begin);
}

Machine::Reached Machine::find(const Space& space, uint64_t address, unsigned width) {
    ++time;
    auto place = space.upper_bound(address);
    if (place != space.begin()) {
        --place;
        const uint64_t offset = address - place->first;
        if (offset + width <= place->second.size && offset % width == 0)
            return {place->second.model, static_cast<size_t>(offset)};
    }
    FAIL("no register of " << width << " bytes at " << std::hex << address);
    return {};
}

Machine::Reached Machine::find_mapped(uintptr_t address, unsigned width) {
    for (const auto& [first, last] : mapped_)
        if (first <= address && address + width <= last)
            return find(bus_, address, width);
    FAIL("not mapped: " << std::hex << address);
    return {};
}

uint64_t Machine::read(uintptr_t address, unsigned width) {
    const auto [model, offset] = find_mapped(address, width);
    return model->read(offset, width);
}

void Machine::write(uintptr_t address, unsigned width, uint64_t value) {
    const auto [model, offset] = find_mapped(address, width);
    model->write(offset, width, value);
}

uint64_t Machine::read_port(uint16_t port, unsigned width) {
    const auto [model, offset] = find(ports_, port, width);
    return model->read(offset, width);
}

void Machine::write_port(uint16_t port, unsigned width, uint64_t value) {
    const auto [model, offset] = find(ports_, port, width);
    model->write(offset, width, value);
}

} // namespace device
