"""The production Caddyfile, run for real on loopback: other ports, and certificates of its own making."""

import os
import re
import shutil
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import httpx

from portal.stack.child import Child
from portal.stack.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


class Caddy:
    """A proxy with TLS in front of one process of ours."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.port, self._http_port, self._asks_port = free_port(), free_port(), free_port()
        self._folder = folder
        caddyfile = folder / "Caddyfile"
        caddyfile.write_text(self._on_loopback((ROOT / "Caddyfile").read_text(), upstream))
        self._caddyfile = caddyfile

    @property
    def authority(self) -> Path:
        """The certificate of who issues the certificates here."""
        return self._folder / "store/pki/authorities/local/root.crt"

    @property
    def certificates(self) -> set[str]:
        """The names that have one."""
        return {path.stem for path in (self._folder / "store/certificates").rglob("*.crt")}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Once there is something behind it: what it finds dead it leaves alone for seconds."""
        command = Path(sys.executable).parent / "caddy"
        program = str(command if command.exists() else shutil.which("caddy"))
        caddy = Child(
            "caddy",
            [program, "run", "--config", str(self._caddyfile)],
            log=self._folder / "caddy.log",
            env={"HOME": str(self._folder), "PATH": os.environ["PATH"], "XDG_DATA_HOME": str(self._folder)},
        )
        try:
            caddy.wait_until(self._answers, seconds=30)
            yield
        finally:
            caddy.stop()

    async def get(self, host: str, path: str, **details: Any) -> httpx.Response:
        return await self.request("GET", host, path, **details)

    async def request(
        self, method: str, host: str, path: str, *, sni: str | None = None, **details: Any
    ) -> httpx.Response:
        """As a browser asks: TLS for the name (or another one, `sni`), the certificate checked."""
        trusted = ssl.create_default_context(cafile=str(self.authority))
        headers = {"host": f"{host}:{self.port}", **details.pop("headers", {})}
        async with httpx.AsyncClient(verify=trusted, timeout=60) as client:
            return await client.request(
                method,
                f"https://127.0.0.1:{self.port}{path}",
                headers=headers,
                extensions={"sni_hostname": sni or host},
                **details,
            )

    async def get_plain(self, host: str, path: str) -> httpx.Response:
        """Without TLS, on the other port."""
        async with httpx.AsyncClient(timeout=60) as client:
            return await client.get(f"http://127.0.0.1:{self._http_port}{path}", headers={"host": host})

    def _on_loopback(self, caddyfile: str, upstream: int) -> str:
        text = re.sub(r"(collect|web-\d):8000", f"127.0.0.1:{upstream}", caddyfile)
        text = text.replace("127.0.0.1:9080", f"127.0.0.1:{self._asks_port}")
        options = f"""{{
            admin off
            local_certs
            skip_install_trust
            default_bind 127.0.0.1
            http_port {self._http_port}
            https_port {self.port}
            storage file_system "{self._folder}/store"
        """
        assert text.count("\n{\n") == 1
        return text.replace("\n{\n", f"\n{options}", 1)

    def _answers(self) -> bool:
        try:
            url = f"http://127.0.0.1:{self._asks_port}/healthz"
            with urlopen(url, timeout=1) as answer:
                return bool(answer.status == 200) and self.authority.exists()
        except OSError:
            return False
