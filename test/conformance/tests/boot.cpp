// SPDX-License-Identifier: BSD-2-Clause
// What the boot information promises.
#include "chapters.hpp"

namespace conformance {
namespace {

const BootInfo& info() {
    return *reinterpret_cast<const BootInfo*>(place::boot_info);
}
const BootRegion& region(unsigned index) {
    return reinterpret_cast<const BootRegion*>(place::boot_info + info().regions)[index];
}

constexpr Test tests[] = {
    {"boot: the boot information has magic, ABI version and message registers of this ISA",
     [] {
         expect("magic", info().magic, boot_info_magic);
         expect("major", info().abi_major, abi_major);
         expect("minor", info().abi_minor, abi_minor);
         expect("message registers", info().message_registers, arch::message_registers);
         require("ISA", info().isa >= 1 && info().isa <= 4);
         require("a core", info().core_count >= 1);
         require("a clock", info().ticks_per_second >= 1000);
         require("a version",
                 info().kernel_version[0] != '\0' && info().kernel_version[31] == '\0');
     }},
    {"boot: Untyped regions are aligned to their size and do not overlap",
     [] {
         for (unsigned a = 0; a < info().region_count; ++a) {
             const BootRegion& one = region(a);
             require("a size", one.size_bits >= untyped_min_size_bits && one.size_bits < 64);
             expect("alignment", one.address & ((uint64_t{1} << one.size_bits) - 1), 0u);
             for (unsigned b = 0; b < a; ++b) {
                 const BootRegion& other = region(b);
                 const uint64_t end = one.address + (uint64_t{1} << one.size_bits);
                 const uint64_t other_end = other.address + (uint64_t{1} << other.size_bits);
                 require("no overlap", one.address >= other_end || other.address >= end);
             }
         }
     }},
    {"boot: there is Untyped of RAM",
     [] {
         uint64_t bytes = 0;
         for (unsigned index = 0; index < info().region_count; ++index)
             if (region(index).kind != RegionKind::device)
                 bytes += uint64_t{1} << region(index).size_bits;
         note("MiB of Untyped", static_cast<Word>(bytes >> 20), info().region_count);
         require("at least 32 MiB", bytes >= uint64_t{32} << 20);
     }},
    {"boot: Frame sizes ascend from 4 KiB",
     [] {
         expect("least", info().frame_size_bits[0], 12u);
         for (unsigned index = 1; index < 16 && info().frame_size_bits[index] != 0; ++index)
             require("ascending",
                     info().frame_size_bits[index] > info().frame_size_bits[index - 1]);
     }},
    {"boot: free slots lie inside the root CNode and behind the fixed ones",
     [] {
         require("begin", info().free_slots_begin >= static_cast<Word>(RootSlot::first_free));
         require("order", info().free_slots_begin < info().free_slots_end);
         require("end", info().free_slots_end <= 1u << info().cnode_size_bits);
         require("Untyped before them",
                 info().first_untyped + info().region_count <= info().free_slots_begin);
     }},
    {"boot: archive and boot information are mapped whole pages",
     [] {
         const BootArea& archive = info().archive;
         require("an archive", archive.address != 0 && archive.size > 0);
         expect("frames", archive.frame_count,
                ((archive.address & 4095) + archive.size + 4095) / 4096);
         require("its own frames", info().boot_info.frame_count >= 1);
         require("its size", info().size <= info().boot_info.frame_count * 4096);
     }},
};

} // namespace

constinit const Chapter boot_chapter = chapter("boot", tests);

} // namespace conformance
