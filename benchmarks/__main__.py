"""`make bench`: every measurement, one after the other, with the machine named."""

import argparse
import os
import platform
import shutil
from pathlib import Path

from benchmarks import collect, ingest, page_load, queries
from portal.log import configure_logs


def main() -> None:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000, help="events of the large site")
    parser.add_argument("only", nargs="*", choices=["collect", "ingest", "queries", "pages", []])
    asked = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is needed (apt-get install wrk).")
    configure_logs()
    print(machine(), flush=True)
    for name, run in (
        ("collect", collect.main),
        ("ingest", ingest.main),
        ("pages", page_load.main),
        ("queries", lambda: queries.main(asked.events)),
    ):
        if not asked.only or name in asked.only:
            run()


def machine() -> str:
    """What this is measured on."""
    info = Path("/proc/cpuinfo")
    models = [line for line in info.read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.processor()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
