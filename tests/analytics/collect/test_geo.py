"""The place of an address, from the file that comes with the embedded stack."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.collect.geo import NOWHERE, Place, forget_reader, locate
from analytics.settings import Settings, settings


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings to change; the file is chosen anew before the test and after it."""
    kept = settings()
    with monkeypatch.context() as patch:
        patch.setattr(kept, "geoip_db", None)
        forget_reader()
        yield kept
    forget_reader()


@pytest.mark.parametrize(
    ("address", "place"),
    [
        # Universities do not move.
        ("130.149.7.201", Place("DE", "Berlin", "Berlin")),
        ("131.111.150.25", Place("GB", "England", "Cambridge")),
        ("171.67.215.200", Place("US", "California", "Stanford")),
        ("200.160.2.3", Place("BR", "São Paulo", "São Paulo")),
        ("2001:638::1", Place("DE", "Berlin", "Berlin")),
        # As a socket for both families writes it
        ("::ffff:130.149.7.201", Place("DE", "Berlin", "Berlin")),
    ],
)
def test_a_known_address(configured: Settings, address: str, place: Place) -> None:
    assert locate(address) == place


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "192.168.1.1", "172.16.5.4", "127.0.0.1", "100.64.0.1", "169.254.1.1", "203.0.113.7"),
        *("::1", "fe80::1", "fe80::1%eth0", "fd00::1", "2001:db8::1", "::ffff:10.0.0.1"),
        *("", "nonsense", "1.2.3", "1.2.3.4.5", "256.1.1.1", "8.8.8.8 ", "8.8.8.8\x00", "8.8.8.8:80", "0x8"),
    ],
)
def test_private_and_garbled_addresses_are_nowhere(configured: Settings, address: str) -> None:
    assert locate(address) == NOWHERE


@pytest.mark.parametrize("content", [None, b"", b"not a database"])
def test_without_a_file_visits_come_from_nowhere(
    configured: Settings, tmp_path: Path, content: bytes | None
) -> None:
    configured.geoip_db = tmp_path / "city.mmdb"
    if content is not None:
        configured.geoip_db.write_bytes(content)
    assert locate("130.149.7.201") == NOWHERE
