"""A Modbus TCP server on Debian's python3-pymodbus 3.0, for ModbusInteropTests: prints its port, serves until its stdin closes.

Units 1 and 2. Each table holds its address as value (bits: odd addresses are on), 0 to 999; beyond that the server answers exception 2. Holding
registers 200 onward hold the known vectors below.
"""
import asyncio
import os
import struct
import sys
import threading

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import ModbusTcpServer


def unit():
    registers = list(range(1000))
    vectors = struct.pack(">hiIqQfd", -2, -70000, 3000000000, -5000000000, 2**63 + 5, -12.375, 1.0 / 3)
    words = struct.unpack(">%dH" % (len(vectors) // 2), vectors)
    registers[200:200 + len(words)] = words
    registers[240:243] = [0x4865, 0x6C6C, 0x6F00]
    return ModbusSlaveContext(
        di=ModbusSequentialDataBlock(0, [a % 2 for a in range(1000)]),
        co=ModbusSequentialDataBlock(0, [a % 2 for a in range(1000)]),
        hr=ModbusSequentialDataBlock(0, registers),
        ir=ModbusSequentialDataBlock(0, list(range(1000))),
        zero_mode=True)


async def main():
    context = ModbusServerContext(slaves={1: unit(), 2: unit()}, single=False)
    server = ModbusTcpServer(context, address=("127.0.0.1", 0), allow_reuse_address=True)
    serving = asyncio.ensure_future(server.serve_forever())
    await asyncio.wait_for(server.serving, 10)
    print(server.server.sockets[0].getsockname()[1], flush=True)
    await serving


def leave_with_parent():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=leave_with_parent, daemon=True).start()
asyncio.run(main())
