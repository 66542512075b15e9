"""Secrets at rest: nothing of them shows, and nobody moves or changes them unnoticed."""

import pytest

from tenancy.sealing import Unreadable, seal, unseal
from tenancy.settings import settings

SECRET = b"correct horse battery"


def test_a_secret_comes_back_where_it_was_put() -> None:
    assert unseal(seal(SECRET, "test", "row 1"), "test", "row 1") == SECRET


def test_nothing_of_it_shows_and_no_two_look_the_same() -> None:
    first, second = seal(SECRET, "test", "row 1"), seal(SECRET, "test", "row 1")
    assert SECRET not in first
    assert first != second


@pytest.mark.parametrize(("purpose", "place"), [("other", "row 1"), ("test", "row 2")])
def test_it_cannot_be_read_elsewhere(purpose: str, place: str) -> None:
    with pytest.raises(Unreadable):
        unseal(seal(SECRET, "test", "row 1"), purpose, place)


@pytest.mark.parametrize("position", [0, 1, 12, 13, -1])
def test_a_changed_byte_is_noticed(position: int) -> None:
    sealed = bytearray(seal(SECRET, "test", "row 1"))
    sealed[position] ^= 1
    with pytest.raises(Unreadable):
        unseal(bytes(sealed), "test", "row 1")


@pytest.mark.parametrize("rubbish", [b"", b"\x01", b"\x01short"])
def test_rubbish_is_told_from_a_secret(rubbish: bytes) -> None:
    with pytest.raises(Unreadable):
        unseal(rubbish, "test", "row 1")


def test_another_secret_key_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal(SECRET, "test", "row 1")
    monkeypatch.setattr(settings(), "secret_key", "another-key-of-some-length")
    with pytest.raises(Unreadable):
        unseal(sealed, "test", "row 1")
