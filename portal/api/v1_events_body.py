"""What /v1/sites/{site_id}/events takes and answers, and how a place in the order reads as a cursor."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from analytics.reports.event_log import Order, Position
from portal.api.routes import Text
from tenancy.errors import Invalid
from tenancy.text import gettext as _
from tracker.contract import MAX_ID, MAX_NAME, MAX_URL_BYTES, MAX_VALUE


class EventsQuery(BaseModel):
    """The parameters."""

    since: AwareDatetime | None = Field(
        None, description="Events from this moment on.", examples=["2026-01-31T00:00:00Z"]
    )
    until: AwareDatetime | None = Field(
        None, description="Events before this moment.", examples=["2026-02-01T00:00:00Z"]
    )
    name: list[Text] = Field(
        [], max_length=50, description="Events of this name; several names by giving it several times."
    )
    order: Order = Field(Order.NEWEST, description="By the time of the event.")
    limit: int = Field(100, ge=1, le=1000, description="The maximum number of events on a page.")
    cursor: str = Field("", max_length=100, description="`next` of the page before.")


class EventBody(BaseModel):
    """An event. What is not known is empty. How the visit came is the same for all events of a session."""

    id: str = Field(examples=["9f86d081884c7d65"])
    name: str = Field(examples=["sign_up"])
    timestamp: datetime = Field(examples=["2026-01-31T09:30:00.125Z"])
    visitor_id: str = Field(
        description="The same for all events of a visitor, as far as the site knows visitors again.",
        examples=["v_3f1c92b0a47d6e58"],
    )
    session_id: str = Field(examples=["s_60303ae22b998861"])
    hostname: str = Field(examples=["shop.example.com"])
    path: str = Field(examples=["/pricing"])
    query: str = Field(examples=["plan=pro"])
    title: str = Field(description="Of page views.", examples=["Pricing"])
    referrer: str = Field(examples=["https://news.example.com/"])
    source: str = Field(examples=["Google"])
    medium: str = Field(examples=["organic"])
    campaign: str = Field(examples=[""])
    term: str = Field(examples=[""])
    content: str = Field(examples=[""])
    channel: str = Field(examples=["Organic Search"])
    country: str = Field(description="ISO 3166-1.", examples=["DE"])
    region: str = Field(examples=["Bavaria"])
    city: str = Field(examples=["Munich"])
    language: str = Field(examples=["de-DE"])
    timezone: str = Field(examples=["Europe/Berlin"])
    browser: str = Field(examples=["Firefox"])
    os: str = Field(examples=["Windows"])
    device: str = Field(examples=["desktop"])
    scroll_depth: int = Field(description="In percent; of events that measure it.", examples=[0])
    engaged_seconds: float = Field(description="Of events that measure it.", examples=[0.0])
    properties: dict[str, str] = Field(examples=[{"plan": "pro"}])


class EventsPage(BaseModel):
    """A page of events."""

    events: list[EventBody]
    next: str | None = Field(
        description="The cursor of the next page; null on the last.", examples=["MTc2OTg1MTgwMDEyNS4x"]
    )


def _address(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        raise PydanticCustomError("ip_address", "Write an IPv4 or IPv6 address") from None
    return text


class SentEvent(BaseModel):
    """An event that your server saw. It needs a visitor: by id, or by address and user agent."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "name": "subscription_renewed",
                    "visitor_id": "customer-42",
                    "properties": {"plan": "pro"},
                }
            ]
        },
    )

    name: Text = Field(min_length=1, max_length=MAX_NAME, examples=["subscription_renewed"])
    visitor_id: Text | None = Field(
        None, min_length=1, max_length=MAX_ID, description="Yours for the visitor.", examples=["customer-42"]
    )
    ip_address: Annotated[Text, AfterValidator(_address)] | None = Field(
        None, description="Of the visitor.", examples=["203.0.113.7"]
    )
    user_agent: Text | None = Field(
        None,
        min_length=1,
        max_length=MAX_VALUE,
        description="Of the visitor's browser.",
        examples=["Mozilla/5.0"],
    )
    id: Text | None = Field(
        None,
        min_length=1,
        max_length=MAX_ID,
        description="Yours for the event: one that comes again within two days counts once.",
        examples=["renewal-2026-01-42"],
    )
    timestamp: AwareDatetime | None = Field(
        None,
        description="When it happened, up to seven days ago; by default now.",
        examples=["2026-01-31T09:30:00Z"],
    )
    url: Text | None = Field(
        None,
        max_length=MAX_URL_BYTES,
        description="The page it belongs to, on a host of the site; by default its first page.",
        examples=["https://shop.example.com/account"],
    )
    referrer: Text | None = Field(None, max_length=MAX_URL_BYTES, examples=["https://news.example.com/"])
    title: Text | None = Field(
        None, max_length=MAX_VALUE, description="Of a page_view.", examples=["Account"]
    )
    properties: dict[Text, Text | bool | int | float | None] = Field(
        {},
        description="Up to 30 of up to 2,000 characters. utm_source and the like say how the visit came.",
        examples=[{"plan": "pro"}],
    )

    @model_validator(mode="after")
    def _of_somebody(self) -> "SentEvent":
        if self.visitor_id is None and (self.ip_address is None or self.user_agent is None):
            raise PydanticCustomError("visitor", "Send visitor_id, or ip_address and user_agent")
        return self


class TakenEvents(BaseModel):
    """What became of the event."""

    events_received: int = Field(examples=[1])
    events_dropped: int = Field(
        description="Not counted: its id came before, it is older than a week, or it is a crawler's.",
        examples=[0],
    )


def cursor_of(position: Position) -> str:
    """A place in the order, as a program hands it back."""
    written = f"{position.ts_ms}.{position.event_id}"
    return urlsafe_b64encode(written.encode()).rstrip(b"=").decode()


def position_of(cursor: str) -> Position:
    """The place that a cursor means. Raises Invalid."""
    try:
        written = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode("ascii")
        ts_ms, event_id = map(int, written.split("."))
        if not (0 <= ts_ms < 2**62 and 0 <= event_id < 2**64):
            raise ValueError
    except ValueError:
        raise Invalid(_("This cursor is not valid."), field="cursor") from None
    return Position(ts_ms, event_id)
