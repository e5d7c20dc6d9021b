"""Loads the package. Prints the memory that each of some handles takes, if there are any."""

import sys

from visiono_workflow import Workflow


def memory() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096


count = int(sys.argv[1])
if count:
    before = memory()
    handles = [Workflow("0123456789abcdef0123456789abcdef") for _ in range(count)]
    print(f"Python {sys.version.split()[0]}: {(memory() - before) / len(handles):.0f} bytes")
