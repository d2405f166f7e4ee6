// SPDX-License-Identifier: BSD-2-Clause
// Writes device tree blobs by libfdt.
#pragma once

#include <catch2/catch_test_macros.hpp>

extern "C" {
#include <libfdt.h>
}

#include <string>
#include <vector>

namespace test {

using Blob = std::vector<char>;

class Builder {
public:
    explicit Builder(size_t size = 1 << 16) : blob_(size) {
        ok(fdt_create(blob_.data(), static_cast<int>(size)));
    }
    void reserve(uint64_t base, uint64_t size) {
        ok(fdt_add_reservemap_entry(blob_.data(), base, size));
    }
    void begin(const std::string& name) {
        if (!started_)
            ok(fdt_finish_reservemap(blob_.data()));
        started_ = true;
        ok(fdt_begin_node(blob_.data(), name.c_str()));
    }
    void end() { ok(fdt_end_node(blob_.data())); }
    void property(const std::string& name, const std::string& value) {
        ok(fdt_property(blob_.data(), name.c_str(), value.data(), static_cast<int>(value.size())));
    }
    void text(const std::string& name, const std::string& value) { property(name, value + '\0'); }
    void cells(const std::string& name, const std::vector<uint32_t>& values) {
        std::string bytes;
        for (const uint32_t value : values)
            for (int shift = 24; shift >= 0; shift -= 8)
                bytes += static_cast<char>(value >> shift & 0xff);
        property(name, bytes);
    }
    Blob finish() {
        ok(fdt_finish(blob_.data()));
        blob_.resize(fdt_totalsize(blob_.data()));
        return blob_;
    }

private:
    static void ok(int result) {
        if (result < 0)
            FAIL(fdt_strerror(result));
    }
    Blob blob_;
    bool started_ = false;
};

} // namespace test
