// SPDX-License-Identifier: BSD-2-Clause
// stretch_meter: a QEMU TCG plugin that measures how long a kernel runs without looking whether an
// interrupt waits. A stretch begins with the first kernel instruction after one of user level, or
// with a poll, and ends with a poll or the next instruction of user level. Polls are
//   aarch64  mrs xN, isr_el1         riscv64  csrr rN, sip
//   arm      mrc p15, 0, rN, c12, c1, 0
//   x86_64   the instruction at poll=
// and everywhere the instruction that waits for an interrupt.
//
// For each stretch it counts instructions, and bytes cleared (zeros stored in ascending order, 256
// or more in a row) or cleaned (a line for each cache instruction). A repeated string instruction
// counts once. What flush= names belongs to no stretch and is counted for itself. It says which
// function had most of the stretch's instructions, and keeps the longest stretch of each such function.
//
// Options: out=FILE  kbase=0xADDR  flush=0xADDR (the function that empties caches between time
// partitions)  start=0xPC (the first instruction of user level: what comes before
// is the boot)  symbols=FILE (lines "address name", ascending)  poll=0xPC  firmware=0xLOW:0xHIGH
// (instructions there are neither the kernel's nor user level's). One CPU only.

#include "qemu_plugin.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

SHOW int qemu_plugin_version;
int qemu_plugin_version = 4;

namespace {

constexpr std::uint64_t line_bytes = 64;
constexpr std::uint64_t shortest_run = 256;

enum class Target { none, aarch64, arm, riscv, x86 };
Target target = Target::none;
std::uint64_t kbase = std::uint64_t{1} << 63;
std::uint64_t start_pc = 0, poll_pc = 0, flush_pc = 0, firmware_low = 0, firmware_high = 0;
std::FILE* out = stderr;

struct Function {
    std::uint64_t address;
    std::string name;
    // Of the current stretch, if `stretch` is its number.
    std::uint64_t stretch = 0, insns = 0;
    // The longest stretch in which this function had most, and where that began.
    std::uint64_t longest = 0, count = 0;
    unsigned longest_from = 0;
    // The most bytes of a stretch whose last cleared or cleaned byte was this function's.
    std::uint64_t bytes = 0;
};
// Not destroyed: the report is written after static destructors.
std::vector<Function>& functions = *new std::vector<Function>{{0, "(unknown)"}};

struct Stretch {
    std::uint64_t number = 1;
    std::uint64_t insns = 0, bytes = 0;
    unsigned from = 0, cleared_by = 0;
    unsigned most = 0; // function
    std::uint64_t run = 0, run_end = 0;
} now;

/// The flush that runs, and the longest one.
struct Flush {
    std::uint64_t insns = 0, bytes = 0;
} flush, longest_flush;
unsigned flush_function = 0; // 0: none

bool started = false;
std::uint64_t stretches = 0;
PerCpu in_kernel;

struct Block { unsigned function, insns; };

unsigned function_at(std::uint64_t pc) {
    auto above = std::upper_bound(functions.begin(), functions.end(), pc,
                                  [](std::uint64_t a, const Function& f) { return a < f.address; });
    return unsigned(above - functions.begin()) - 1;
}

void add_insns(unsigned function, std::uint64_t insns) {
    Function& f = functions[function];
    if (f.stretch != now.number) { f.stretch = now.number; f.insns = 0; }
    f.insns += insns;
    if (now.insns == 0) now.from = now.most = function;
    else if (f.insns > functions[now.most].insns) now.most = function;
    now.insns += insns;
}

void end_stretch() {
    if (now.insns != 0) {
        ++stretches;
        Function& f = functions[now.most];
        ++f.count;
        if (now.insns > f.longest) { f.longest = now.insns; f.longest_from = now.from; }
        Function& c = functions[now.cleared_by];
        c.bytes = std::max(c.bytes, now.bytes);
    }
    const std::uint64_t next = now.number + 1;
    now = {};
    now.number = next;
}

void on_kernel_block(unsigned cpu, void* data) {
    const auto& block = *static_cast<Block*>(data);
    qemu_plugin_u64_set(in_kernel, cpu, 1);
    if (!started) return;
    if (flush_function != 0 && block.function == flush_function) {
        flush.insns += block.insns;
        return;
    }
    longest_flush.insns = std::max(longest_flush.insns, flush.insns);
    longest_flush.bytes = std::max(longest_flush.bytes, flush.bytes);
    flush = {};
    add_insns(block.function, block.insns);
}

// What follows the poll in its block belongs to the next stretch.
void on_poll(unsigned, void* data) {
    const auto& rest = *static_cast<Block*>(data);
    if (!started) return;
    now.insns -= rest.insns;
    end_stretch();
    if (rest.insns != 0) add_insns(rest.function, rest.insns);
}

void on_user_block(unsigned cpu, void*) {
    qemu_plugin_u64_set(in_kernel, cpu, 0);
    if (started) end_stretch();
}

void on_start(unsigned cpu, void*) {
    started = true;
    now = {};
    qemu_plugin_u64_set(in_kernel, cpu, 0);
}

void add_bytes(unsigned function, std::uint64_t bytes) {
    if (flush_function != 0 && function == flush_function) {
        flush.bytes += bytes;
        return;
    }
    now.bytes += bytes;
    now.cleared_by = function;
}

void on_cache_line(unsigned, void* data) {
    if (started) add_bytes(unsigned(reinterpret_cast<std::uintptr_t>(data)), line_bytes);
}

void on_store(unsigned, MemInfo info, std::uint64_t vaddr, void* data) {
    if (!started || !qemu_plugin_mem_is_store(info)) return;
    const std::uint64_t size = std::uint64_t{1} << qemu_plugin_mem_size_shift(info);
    if (size < 4) return;
    const MemValue value = qemu_plugin_mem_get_value(info);
    std::uint64_t low = value.low, high = size > 8 ? value.high : 0;
    if (size == 4) low &= 0xffffffff;
    if (low != 0 || high != 0) return;
    // A loop may store its few words in any order.
    const bool joins = now.run != 0 && vaddr + 16 >= now.run_end && vaddr <= now.run_end + 8;
    const std::uint64_t before = joins ? now.run : 0;
    now.run = before + size;
    now.run_end = joins ? std::max(now.run_end, vaddr + size) : vaddr + size;
    if (now.run >= shortest_run)
        add_bytes(unsigned(reinterpret_cast<std::uintptr_t>(data)),
                  before >= shortest_run ? size : now.run);
}

struct Kind { bool poll, line; };

Kind kind_of(const qemu_plugin_insn* insn, std::uint64_t pc) {
    std::uint8_t b[16] = {};
    const std::size_t n = qemu_plugin_insn_data(insn, b, sizeof b);
    std::uint32_t w;
    std::memcpy(&w, b, 4);
    switch (target) {
    case Target::aarch64: {
        const std::uint32_t op = w & ~31u;
        // dc zva, cvac, cvau, civac, ivac; by set and way: isw, csw, cisw
        const bool line = op == 0xd5087640 || op == 0xd5087a40 || op == 0xd5087e40 || op == 0xd50b7420 ||
                          op == 0xd50b7a20 || op == 0xd50b7b20 || op == 0xd50b7e20 || op == 0xd5087620;
        return {op == 0xd538c100 || w == 0xd503207f, line};
    }
    case Target::arm: {
        // Thumb: the halfword with the higher bits comes first.
        if (n == 4 && (b[1] & 0xf0) == 0xe0 && (b[3] & 0x0f) == 0x0f) w = w << 16 | w >> 16;
        const std::uint32_t op = w & 0x0fff0fff;
        // dccmvac, dccmvau, dccimvac, dcimvac; by set and way: dcisw, dccsw, dccisw
        const bool line = op == 0x0e070f56 || op == 0x0e070f5a || op == 0x0e070f5e || op == 0x0e070f3a ||
                          op == 0x0e070f3b || op == 0x0e070f3e || op == 0x0e070f36;
        return {op == 0x0e1c0f11 || w == 0xe320f003 || (n == 2 && (w & 0xffff) == 0xbf30),
                line};
    }
    case Target::riscv: {
        // cbo.inval, clean, flush, zero: fence-like, funct3 2
        const bool line = n == 4 && (w & 0x7fff) == 0x200f && (w >> 20) <= 4;
        return {(n == 4 && (w & 0xfff0007f) == 0x14400073) || (n == 4 && w == 0x10500073), line};
    }
    case Target::x86: {
        // clflush, clflushopt, clwb: 0f ae with a memory operand /7 or /6
        const unsigned at = b[0] == 0x66 ? 1 : 0;
        const bool line = b[at] == 0x0f && b[at + 1] == 0xae && b[at + 2] < 0xc0 &&
                          (b[at + 2] >> 3 & 7) >= 6;
        return {pc == poll_pc || (n == 1 && b[0] == 0xf4), line};
    }
    case Target::none: break;
    }
    return {};
}

bool is_firmware(std::uint64_t pc) { return pc >= firmware_low && pc < firmware_high; }

void on_translate(Id, qemu_plugin_tb* tb) {
    const std::size_t n = qemu_plugin_tb_n_insns(tb);
    const std::uint64_t first = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));
    if (is_firmware(first)) return;
    if (first < kbase) {
        if (first == start_pc) qemu_plugin_register_vcpu_tb_exec_cb(tb, on_start, NoRegs, nullptr);
        qemu_plugin_register_vcpu_tb_exec_cond_cb(tb, on_user_block, NoRegs, Ne, in_kernel, 0,
                                                  nullptr);
        return;
    }
    const unsigned function = function_at(first);
    void* where = reinterpret_cast<void*>(std::uintptr_t(function));
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_kernel_block, NoRegs,
                                         new Block{function, unsigned(n)});
    for (std::size_t i = 0; i < n; ++i) {
        qemu_plugin_insn* insn = qemu_plugin_tb_get_insn(tb, i);
        const Kind kind = kind_of(insn, qemu_plugin_insn_vaddr(insn));
        if (kind.poll)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_poll, NoRegs,
                                                   new Block{function, unsigned(n - i)});
        if (kind.line) qemu_plugin_register_vcpu_insn_exec_cb(insn, on_cache_line, NoRegs, where);
        else qemu_plugin_register_vcpu_mem_cb(insn, on_store, NoRegs, Writes, where);
    }
}

void on_exit(Id, void*) {
    std::fprintf(out, "stretches %" PRIu64 "\n", stretches);
    if (longest_flush.insns != 0)
        std::fprintf(out, "flush %" PRIu64 " %" PRIu64 "\n", longest_flush.insns, longest_flush.bytes);
    for (const Function& f : functions) {
        if (f.longest != 0)
            std::fprintf(out, "insns %" PRIu64 " %s from %s count %" PRIu64 "\n", f.longest,
                         f.name.c_str(), functions[f.longest_from].name.c_str(), f.count);
        if (f.bytes != 0) std::fprintf(out, "bytes %" PRIu64 " %s\n", f.bytes, f.name.c_str());
    }
    std::fflush(out);
}

bool read_symbols(const char* file) {
    std::ifstream in(file);
    std::string address, name;
    while (in >> address >> name)
        functions.push_back({std::strtoull(address.c_str(), nullptr, 16), name});
    return functions.size() > 1;
}

}  // namespace

SHOW int qemu_plugin_install(Id id, const Info* info, int argc, char** argv) {
    if (!std::strcmp(info->target, "aarch64")) target = Target::aarch64;
    else if (!std::strcmp(info->target, "arm")) target = Target::arm;
    else if (!std::strncmp(info->target, "riscv", 5)) target = Target::riscv;
    else if (!std::strcmp(info->target, "x86_64")) target = Target::x86;
    for (int i = 0; i < argc; ++i) {
        char* v = std::strchr(argv[i], '=');
        if (!v) return -1;
        *v++ = 0;
        if (!std::strcmp(argv[i], "out")) { if (!(out = std::fopen(v, "w"))) return -1; }
        else if (!std::strcmp(argv[i], "kbase")) kbase = std::strtoull(v, nullptr, 0);
        else if (!std::strcmp(argv[i], "start")) start_pc = std::strtoull(v, nullptr, 0);
        else if (!std::strcmp(argv[i], "flush")) flush_pc = std::strtoull(v, nullptr, 0);
        else if (!std::strcmp(argv[i], "poll")) poll_pc = std::strtoull(v, nullptr, 0);
        else if (!std::strcmp(argv[i], "symbols")) { if (!read_symbols(v)) return -1; }
        else if (!std::strcmp(argv[i], "firmware")) {
            char* high = nullptr;
            firmware_low = std::strtoull(v, &high, 0);
            if (*high != ':') return -1;
            firmware_high = std::strtoull(high + 1, nullptr, 0);
        } else return -1;
    }
    if (flush_pc != 0) flush_function = function_at(flush_pc);
    in_kernel = {qemu_plugin_scoreboard_new(sizeof(std::uint64_t)), 0};
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_atexit_cb(id, on_exit, nullptr);
    return 0;
}
