"""`make bench`: every measurement, one after the other, with the machine named."""

import argparse
import os
import platform
import shutil
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

from benchmarks import collect, ingest, page_load, queries

MEASUREMENTS: dict[str, Callable[..., None]] = {
    "collect": collect.main,
    "ingest": ingest.main,
    "pages": page_load.main,
    "queries": queries.main,
}


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000, help="events of the large site")
    parser.add_argument("only", nargs="*", choices=[*MEASUREMENTS, []])
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed (apt-get install wrk).")
    print(machine(), flush=True)
    for name in asked.only or MEASUREMENTS:
        # Each in a process of its own: what one remembers of its stack is wrong in the next one.
        arguments = (asked.events,) if name == "queries" else ()
        process = get_context("spawn").Process(target=MEASUREMENTS[name], args=arguments)
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(process.exitcode)


def machine() -> str:
    """What this is measured on."""
    info = Path("/proc/cpuinfo")
    models = [line for line in info.read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.processor()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
