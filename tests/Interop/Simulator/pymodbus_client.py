"""A Modbus TCP client on Debian's python3-pymodbus 3.0, for FaultInteropTests: for each line "PORT READS TIMEOUT" on its stdin it connects, reads two holding registers so many times on that
connection, and prints what became of each, with | between: ok and the registers, exception and its code, or error."""
import logging
import sys

from pymodbus.client import ModbusTcpClient

logging.disable(logging.CRITICAL)


def read(client):
    try:
        answer = client.read_holding_registers(0, 2, slave=1)
    except Exception as failed:
        return "error " + type(failed).__name__
    if hasattr(answer, "registers"):
        return "ok " + " ".join(str(r) for r in answer.registers)
    if hasattr(answer, "exception_code"):
        return "exception %d" % answer.exception_code
    return "error " + type(answer).__name__


for line in sys.stdin:
    port, reads, timeout = line.split()
    client = ModbusTcpClient("127.0.0.1", port=int(port), timeout=float(timeout), retries=0, retry_on_empty=False, close_comm_on_error=False)
    print("|".join(read(client) for _ in range(int(reads))) if client.connect() else "error connect", flush=True)
    client.close()
