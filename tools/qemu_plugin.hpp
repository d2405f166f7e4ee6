// SPDX-License-Identifier: BSD-2-Clause
// The few entry points of QEMU's plugin API, version 4 (QEMU 9.2, 10.0), that the meters use: no
// header of QEMU's or GLib's is needed.
#pragma once

#include <cstddef>
#include <cstdint>

#define SHOW extern "C" __attribute__((visibility("default")))

// ---- plugin interface, version 4 ----
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
struct qemu_plugin_scoreboard;
struct qemu_plugin_register;
struct ByteArray { std::uint8_t* data; unsigned len; };          // GByteArray
struct RegArray { char* data; unsigned len; };                   // GArray
struct RegInfo { qemu_plugin_register* handle; const char* name; const char* feature; };
struct PerCpu { qemu_plugin_scoreboard* score; std::size_t offset; };  // qemu_plugin_u64
struct Info {
    const char* target;
    struct { int min, cur; } version;
    bool system;
    struct { int cpus, max_cpus; } smp;
};
struct MemValue { unsigned type; std::uint64_t low, high; };     // qemu_plugin_mem_value
using Id = std::uint64_t;
using MemInfo = std::uint32_t;
enum CbFlags { NoRegs, ReadRegs, WriteRegs };
enum MemRw { Reads = 1, Writes, Both };
enum Cond { Never, Always, Eq, Ne, Lt, Le, Gt, Ge };
using ExecCb = void (*)(unsigned, void*);
using MemCb = void (*)(unsigned, MemInfo, std::uint64_t, void*);

extern "C" {
void qemu_plugin_register_vcpu_tb_trans_cb(Id, void (*)(Id, qemu_plugin_tb*));
void qemu_plugin_register_vcpu_init_cb(Id, void (*)(Id, unsigned));
void qemu_plugin_register_atexit_cb(Id, void (*)(Id, void*), void*);
std::size_t qemu_plugin_tb_n_insns(const qemu_plugin_tb*);
qemu_plugin_insn* qemu_plugin_tb_get_insn(const qemu_plugin_tb*, std::size_t);
std::size_t qemu_plugin_insn_data(const qemu_plugin_insn*, void*, std::size_t);
std::size_t qemu_plugin_insn_size(const qemu_plugin_insn*);
std::uint64_t qemu_plugin_insn_vaddr(const qemu_plugin_insn*);
void* qemu_plugin_insn_haddr(const qemu_plugin_insn*);
void qemu_plugin_register_vcpu_tb_exec_cb(qemu_plugin_tb*, ExecCb, CbFlags, void*);
void qemu_plugin_register_vcpu_tb_exec_cond_cb(qemu_plugin_tb*, ExecCb, CbFlags, Cond, PerCpu,
                                               std::uint64_t, void*);
void qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_insn*, ExecCb, CbFlags, void*);
void qemu_plugin_register_vcpu_insn_exec_cond_cb(qemu_plugin_insn*, ExecCb, CbFlags, Cond, PerCpu,
                                                 std::uint64_t, void*);
void qemu_plugin_register_vcpu_mem_cb(qemu_plugin_insn*, MemCb, CbFlags, MemRw, void*);
unsigned qemu_plugin_mem_size_shift(MemInfo);
bool qemu_plugin_mem_is_store(MemInfo);
MemValue qemu_plugin_mem_get_value(MemInfo);
qemu_plugin_hwaddr* qemu_plugin_get_hwaddr(MemInfo, std::uint64_t);
bool qemu_plugin_hwaddr_is_io(const qemu_plugin_hwaddr*);
std::uint64_t qemu_plugin_hwaddr_phys_addr(const qemu_plugin_hwaddr*);
qemu_plugin_scoreboard* qemu_plugin_scoreboard_new(std::size_t);
void* qemu_plugin_scoreboard_find(qemu_plugin_scoreboard*, unsigned);
void qemu_plugin_u64_set(PerCpu, unsigned, std::uint64_t);
RegArray* qemu_plugin_get_registers(void);
int qemu_plugin_read_register(qemu_plugin_register*, ByteArray*);
ByteArray* g_byte_array_new(void);                       // QEMU itself carries GLib
ByteArray* g_byte_array_set_size(ByteArray*, unsigned);
}
