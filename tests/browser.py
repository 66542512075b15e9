"""The browser that the tests drive: the system's Chromium, else Debian's package, else Playwright's own."""

import os
import shutil
import subprocess
import sys

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


def chromium() -> str | None:
    """The path of a Chromium; None where Playwright has to use its own."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def install() -> None:
    """Makes sure that there is one."""
    if chromium():
        return
    print("Installing a browser for the tests ...")
    if shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in ("update", "install -y chromium"):
            subprocess.run(
                ["apt-get", "-qq", *command.split()], check=False, stdout=subprocess.DEVNULL, env=environment
            )
    if not chromium():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)


if __name__ == "__main__":
    install()
