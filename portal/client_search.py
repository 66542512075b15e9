"""A search among clients, as it stands in the console's address."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from tenancy.client_list import ClientRow
from tenancy.contracts import ClientState
from tenancy.ids import OrganizationId

PATH = "/clients"
PAGE = 50
OPEN = "open"
"""The state that shows what is active or suspended."""
ATTENTION = "attention"
"""The state that shows those of the open ones that need attention."""
ORDERS = ("name", "events", "visitors", "sites")
OPEN_STATES = frozenset({ClientState.ACTIVE, ClientState.SUSPENDED})


@dataclass(frozen=True)
class ClientSearch:
    """What somebody looks for: a state of clients, OPEN or ATTENTION; words of their names; an order."""

    words: str = ""
    state: str = OPEN
    order: str = ORDERS[0]
    page: int = 1

    @property
    def only_state(self) -> ClientState | None:
        """The one state of all that is found, where it is one."""
        return ClientState(self.state) if self.state in set(ClientState) else None

    def found(self, rows: Sequence[ClientRow], troubled: Collection[OrganizationId]) -> list[ClientRow]:
        """The clients that it finds; `troubled` are those that need attention."""
        words = self.words.casefold().split()
        shown = OPEN_STATES if self.only_state is None else {self.only_state}
        return [
            row
            for row in rows
            if row.state in shown
            and (self.state != ATTENTION or row.client.id in troubled)
            and all(word in row.client.name.casefold() for word in words)
        ]

    def within(self, number: int) -> "ClientSearch":
        """The same, on the last page at most of so many clients."""
        return replace(self, page=min(self.page, max(1, -(-number // PAGE))))

    def address(self, *, page: int = 1) -> str:
        """Where it stands: what differs from the default, nothing else."""
        plain = ClientSearch()
        given = {
            "words": self.words,
            "state": "" if self.state == plain.state else self.state,
            "sort": "" if self.order == plain.order else self.order,
            "page": "" if page == 1 else str(page),
        }
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{PATH}?{query}" if query else PATH


def read_client_search(query: Mapping[str, str]) -> ClientSearch:
    """The search in an address; what cannot be read is as if it were not there."""
    state, order, page = query.get("state", ""), query.get("sort", ""), query.get("page", "")
    return ClientSearch(
        words=query.get("words", "").strip()[:120],
        state=state if state in {ATTENTION, *ClientState} else OPEN,
        order=order if order in ORDERS else ORDERS[0],
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )
