# SPDX-License-Identifier: BSD-2-Clause
"""Asynchronous hardware errors on the Arm ISAs: QEMU has none but the virtual ones of a hypervisor, so this is one.

The machine starts at EL2, which the kernel leaves to nobody. At a breakpoint the instruction in place becomes `hvc`
for one step, and what EL2 then executes makes a virtual SError pending (HCR.AMO, HCR.VA or VSE): EL1 and EL0 take it
as they take a physical one, when PSTATE.A lets them."""
import socket

MAGIC = 0x5e44  # what the test's thread makes its system calls with
PENDING = {"aarch64": 1 << 5 | 1 << 8 | 1 << 31, "armv7": 1 << 5 | 1 << 8}  # HCR.AMO, VA or VSE; RW
SPARE = 0x47f00000  # an address in RAM; its words come back

CODE = {"aarch64": {"hvc": 0xd4000002, "msr hcr, r0": 0xd51c1100, "eret": 0xd69f03e0},
        "armv7": {"hvc": 0xe1400070, "msr hcr, r0": 0xee810f11, "eret": 0xe160006e}}
PC = {"aarch64": 32, "armv7": 15}
# Where entries begin, from the vectors on, and behind how many of their instructions an error comes. ARMv7 masks
# them by an instruction of system calls and undefined instructions, the third; behind that one it would be the fault
# handler's.
SYSTEM_CALL = {"aarch64": 0x400, "armv7": 8}
UNDEFINED = {"armv7": 4}


def entries(isa: str) -> list[tuple[int, int | None, int]]:
    calls = [(SYSTEM_CALL[isa], MAGIC, steps) for steps in range(3)]
    return calls + [(UNDEFINED[isa], None, steps) for steps in range(2) if isa in UNDEFINED]


class Remote:
    """The little of gdb's remote protocol that this takes."""

    def __init__(self, connection: socket.socket, isa: str):
        self.stream = connection.makefile("rwb")
        self.isa, self.width = isa, 4 if isa == "armv7" else 8

    def ask(self, request: str) -> str:
        data = request.encode()
        self.stream.write(b"$" + data + b"#%02x" % (sum(data) & 255))
        self.stream.flush()
        return self.answer()

    def answer(self) -> str:
        while (byte := self.stream.read(1)) != b"$":
            if not byte:
                raise EOFError
        data = bytearray()
        while (byte := self.stream.read(1)) != b"#":
            data += byte
        self.stream.read(2)
        self.stream.write(b"+")
        self.stream.flush()
        return data.decode("latin-1")

    def read(self, register: int) -> int:
        return int.from_bytes(bytes.fromhex(self.ask(f"p{register:x}")), "little")

    def write(self, register: int, value: int) -> None:
        self.ask(f"P{register:x}={value.to_bytes(self.width, 'little').hex()}")

    def load(self, address: int) -> str:
        return self.ask(f"m{address:x},4")

    def store(self, address: int, word: str) -> None:
        self.ask(f"M{address:x},4:{word}")

    def step(self) -> None:
        """One instruction that leads elsewhere. Where something woke QEMU's loop, its step ends before it."""
        place = self.read(PC[self.isa])
        while self.read(PC[self.isa]) == place:
            self.ask("s")

    def execute(self, address: int, name: str) -> None:
        """One instruction, put at an address that the machine can execute from as it is."""
        self.store(address, CODE[self.isa][name].to_bytes(4, "little").hex())
        self.write(PC[self.isa], address)
        self.step()

    def stop_at(self, address: int, stop: bool = True) -> None:
        self.ask(f"{'Z' if stop else 'z'}0,{address:x},4")


def inject(remote: Remote) -> None:
    """Where the machine stands, at EL1. At EL2 it translates nothing."""
    pc, r0 = remote.read(PC[remote.isa]), remote.read(0)
    place = remote.load(pc)
    remote.execute(pc, "hvc")
    spare = remote.load(SPARE)
    remote.write(0, PENDING[remote.isa])
    remote.execute(SPARE, "msr hcr, r0")
    remote.execute(SPARE, "eret")
    remote.write(0, r0)
    remote.write(PC[remote.isa], pc)
    remote.store(pc, place)
    remote.ask("Qqemu.PhyMemMode:1")
    remote.store(SPARE, spare)
    remote.ask("Qqemu.PhyMemMode:0")


def run_to(remote: Remote, address: int, capability: int | None) -> None:
    """To the next entry of the test's thread there, from wherever the machine stands."""
    remote.step()
    remote.stop_at(address)
    while True:
        remote.ask("c")
        if capability is None or remote.read(0) == capability:
            break
        remote.stop_at(address, False)
        remote.step()
        remote.stop_at(address)
    remote.stop_at(address, False)


def run(connection: socket.socket, isa: str, vectors: int) -> None:
    remote = Remote(connection, isa)
    for entry, capability, steps in entries(isa):
        run_to(remote, vectors + entry, capability)
        for _ in range(steps):
            remote.step()
        inject(remote)
    remote.ask("D")
