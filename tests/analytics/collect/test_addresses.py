"""Whose address a request has: a proxy is believed only where the configuration trusts it."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.collect import router
from analytics.collect.addresses import client_address, network_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8:cafe::/48"))
VISITOR = "198.51.100.9"


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", VISITOR, VISITOR),
        ("10.0.0.2", f" {VISITOR} ", VISITOR),
        ("10.0.0.2", f"{VISITOR}:50123", VISITOR),
        ("10.0.0.2", f"{VISITOR}, 10.0.0.3", VISITOR),
        ("10.0.0.2", f"{VISITOR},10.0.0.4,10.0.0.3", VISITOR),
        ("10.0.0.2", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.2", "[2001:db8::7]:443", "2001:db8::7"),
        ("2001:db8:cafe::1", f"{VISITOR}, 2001:db8:cafe::2", VISITOR),
        # A socket for both families writes IPv4 addresses so.
        ("::ffff:10.0.0.2", VISITOR, VISITOR),
        ("10.0.0.2", f"{VISITOR}, ::ffff:10.0.0.3", VISITOR),
        # Only proxies on the way: the nearest is all that is known.
        ("10.0.0.2", "10.0.0.3, 10.0.0.4", "10.0.0.2"),
    ],
)
def test_behind_a_trusted_proxy_the_visitor_is_the_last_one_who_is_none(
    peer: str, forwarded: str, address: str
) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        # Nobody asked this peer to speak for others.
        ("203.0.113.7", VISITOR, "203.0.113.7"),
        ("203.0.113.7", "10.0.0.2", "203.0.113.7"),
        # What the visitor wrote into the header stands before what the proxy added.
        ("10.0.0.2", f"1.2.3.4, {VISITOR}", VISITOR),
        ("10.0.0.2", f"10.0.0.9, {VISITOR}", VISITOR),
        ("10.0.0.2", f"garbage, {VISITOR}", VISITOR),
        # Beyond what cannot be read, nothing can be known.
        ("10.0.0.2", f"{VISITOR}, unknown", "10.0.0.2"),
        ("10.0.0.2", f"{VISITOR}, ", "10.0.0.2"),
        ("10.0.0.2", "1.2.3", "10.0.0.2"),
        ("not an address", VISITOR, "not an address"),
        ("", VISITOR, ""),
    ],
)
def test_a_header_is_easily_invented(peer: str, forwarded: str, address: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == address


def test_without_trusted_proxies_no_header_counts() -> None:
    assert client_address("10.0.0.2", VISITOR, ()) == "10.0.0.2"


def test_each_proxy_may_add_a_line_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(router._Open, "proxies", PROXIES)
    lines = [(b"x-forwarded-for", VISITOR.encode()), (b"x-forwarded-for", b"10.0.0.3")]
    arrived, _ = router._read_head({"client": ("10.0.0.2", 4711), "headers": lines})
    assert arrived.address == VISITOR


@given(peer=st.sampled_from(["10.0.0.2", "203.0.113.7", "", "x"]), forwarded=st.text(max_size=60))
def test_whatever_the_header_says_the_answer_is_the_peer_or_an_address(peer: str, forwarded: str) -> None:
    address = client_address(peer, forwarded, PROXIES)
    assert address == peer or ip_address(address)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("198.51.100.9", "198.51.100.9", True),
        ("198.51.100.9", "198.51.100.10", False),
        ("2001:db8:1:2::5", "2001:db8:1:2:a:b:c:d", True),
        ("2001:db8:1:2::5", "2001:db8:1:3::5", False),
        # Zeros are left out of an address, and must not make one subscriber into many.
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::a:b:c:d", "2001:db8::b:b:c:d", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:198.51.100.9", "198.51.100.9", True),
        ("::ffff:198.51.100.9", "::ffff:198.51.100.10", False),
        ("garbled", "garbled", True),
        ("garbled", "", False),
    ],
)
def test_a_subscriber_holds_an_ipv4_address_or_a_64_bit_network(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same
