"""A bare FastAPI route: what collect is measured against, and how fast this machine is at the moment."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from portal.stack.child import Child
from portal.stack.ports import answers, free_port

BUDGETS_AT = 10_500
"""Requests/s of this route on the machine for which the budgets in time were written."""

bare = FastAPI()


@bare.post("/bare")
async def route() -> dict[str, bool]:
    """What the framework costs by itself."""
    return {"success": True}


def speed() -> float:
    """This machine's speed now, 1.0 for the one of the budgets: one that shares its processors changes it."""
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        process = Child(
            "bare", [sys.executable, "-m", "benchmarks.bare", str(port)], log=Path(directory) / "bare.log"
        )
        try:
            process.wait_until(lambda: answers(port), seconds=60)
            return requests_per_second(f"http://127.0.0.1:{port}/bare", seconds=3) / BUDGETS_AT
        finally:
            process.stop()


def requests_per_second(url: str, *, seconds: int, script: str = 'wrk.method = "POST"') -> float:
    """What 32 connections get out of an address, as wrk counts it. `script` is its Lua."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", "-c32", f"-d{seconds}s", "-s", file.name, url]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{url} refused requests:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None
    return float(found[1])


def serve(app: object, port: int) -> None:
    """As our web process does."""
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")  # type: ignore[arg-type]


if __name__ == "__main__":
    serve(bare, int(sys.argv[1]))
