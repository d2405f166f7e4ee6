// SPDX-License-Identifier: BSD-2-Clause
// What the drivers' tests have instead of hardware: models of devices on a bus, on I/O ports and
// behind system registers, reached by the headers of this folder that stand for the ISA's.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace device {

/// Registers at a place on the bus or in the port space.
class Model {
public:
    virtual ~Model() = default;
    virtual uint64_t read(size_t offset, unsigned width) = 0;
    virtual void write(size_t offset, unsigned width, uint64_t value) = 0;
};

/// One machine per test; what nobody put there fails the test that touches it.
struct Machine {
    void put(uint64_t base, uint64_t size, Model& model) { bus_[base] = {size, &model}; }
    void put_ports(uint16_t base, uint16_t size, Model& model) { ports_[base] = {size, &model}; }

    /// On the bus only what was mapped can be reached.
    uintptr_t map(uint64_t begin, uint64_t size);
    uint64_t read(uintptr_t address, unsigned width);
    void write(uintptr_t address, unsigned width, uint64_t value);
    uint64_t read_port(uint16_t port, unsigned width);
    void write_port(uint16_t port, unsigned width, uint64_t value);

    uint32_t core = 0;     ///< Affinity of the core that runs.
    unsigned barriers = 0; ///< How many were met.
    uint64_t time = 0;     ///< Each access to a device takes some of it.

    // System registers and instructions; empty: the test has none.
    std::function<unsigned()> acknowledge;
    std::function<void(unsigned)> end;
    std::function<bool()> enable;
    std::function<uint64_t(uint32_t)> read_msr;
    std::function<void(uint32_t, uint64_t)> write_msr;
    std::function<std::pair<intptr_t, uintptr_t>(std::vector<uintptr_t>)> call;
    std::function<void(char, uint32_t)> arm_call; ///< 's': smc, 'h': hvc
    bool has_stimecmp = false;
    uint64_t stimecmp = 0;

private:
    struct Place {
        uint64_t size = 0;
        Model* model = nullptr;
    };
    using Space = std::map<uint64_t, Place>;
    using Reached = std::pair<Model*, size_t>; ///< With the register's offset.
    Reached find(const Space& space, uint64_t address, unsigned width);
    Reached find_mapped(uintptr_t address, unsigned width);

    Space bus_;
    Space ports_;
    std::map<uint64_t, uint64_t> mapped_; ///< Begin and end.
};

inline thread_local Machine* machine = nullptr;

/// A machine for as long as the test lasts.
struct Powered : Machine {
    Powered() { machine = this; }
    ~Powered() { machine = nullptr; }
    Powered(const Powered&) = delete;
    Powered& operator=(const Powered&) = delete;
};

} // namespace device
