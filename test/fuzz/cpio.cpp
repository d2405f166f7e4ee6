// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz.hpp"

#include <cobnut/format/cpio.hpp>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    using namespace cobnut::cpio;
    const Archive archive{Bytes{data, size}};
    size_t count = 0;
    for (const Entry& entry : archive) {
        FUZZ_REQUIRE(archive.error() == Error::none);
        ++count;
        if (entry.name.empty()) // "/" or "./"
            continue;
        FUZZ_REQUIRE(fuzz::inside(entry.name.data(), entry.name.size() + 1, data, size));
        FUZZ_REQUIRE(entry.name.data()[entry.name.size()] == '\0');
        FUZZ_REQUIRE(fuzz::inside(entry.data.data(), entry.data.size(), data, size));
        FUZZ_REQUIRE(!(entry.is_file() && entry.is_directory()));
        FUZZ_REQUIRE(!entry.name.starts_with("/") && !entry.name.starts_with("./"));
        const Entry found = archive.find(entry.name);
        FUZZ_REQUIRE(found && found.name == entry.name);
        if (count == 64) // finding each is quadratic
            return 0;
    }
    FUZZ_REQUIRE(count == archive.count());
    fuzz::use(archive.failed_entry());
    FUZZ_REQUIRE(text(archive.error()) != nullptr && text(archive.failed_field()) != nullptr);
    return 0;
}
