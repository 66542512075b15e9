"""The frame of every signed-in page: brand, navigation, who is signed in, and a place for the page itself."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from markupsafe import Markup
from nicegui import Client, ui
from starlette.requests import Request

from portal.assets import asset_url
from portal.elements import Drawn, box, drawn
from portal.here import Here, chosen_mode
from portal.pages import open_pages
from portal.security import IS_ALIVE
from portal.views.documents import head
from portal.views.markup import filled
from portal.views.shell import (
    NavGroup,
    Person,
    phone_bar,
    sidebar,
    sidebar_class,
    skip_link,
)
from portal.views.viewing import viewing_banner
from tenancy.csrf import token_for
from tenancy.domains import base_url
from tenancy.text import spoken_language
from tenancy.viewer import Viewer
from themes.assets import favicon_href
from themes.theme import Mode


@contextmanager
def frame(
    here: Here, viewer: Viewer, *, title: str, groups: Sequence[NavGroup], current: str
) -> Iterator[Drawn]:
    """Draws the frame; what is built inside lands in its main part. Yields the sidebar, to be drawn again."""
    dress(here, title)
    if not current.startswith("/sites"):
        link = filled('<link rel="stylesheet" href="{}">', asset_url("settings.css"))
        ui.add_head_html(link)
    open_pages.remember(ui.context.client, viewer)
    _let_go_of_the_answer(ui.context.client)
    # Not as Markup: NiceGUI's own tags are added to it, and would be escaped.
    ui.add_body_html(str(skip_link()))
    with box("div", "shell"):
        aside = drawn(navigation(here, viewer, groups, current), sidebar_class(here.theme), tag="aside")
        with box("div", "main-slot"):
            drawn(phone_bar(here.theme))
            draw_viewing(here)
            with box("main", "main").props("id=main"):
                yield aside


def draw_viewing(here: Here) -> None:
    """What stands above every page while somebody looks at a client's pages as the client does."""
    viewing = here.viewer.viewing if here.viewer else None
    if viewing is None:
        return
    drawn(viewing_banner(viewing, token_for(here.token or ""), here.locale), "viewing-slot")
    rest_s = max(0.0, (viewing.ends_at - datetime.now(UTC)).total_seconds())
    ui.timer(rest_s + 1, lambda: ui.navigate.to(f"/clients/{viewing.client.public_id}"), once=True)


def navigation(here: Here, viewer: Viewer, groups: Sequence[NavGroup], current: str) -> Markup:
    """The inside of the sidebar."""
    places = [(one.public_id, one.name) for one in viewer.belongs_to]
    person = Person(viewer.name, viewer.organization_name, token_for(here.token or ""), places)
    return sidebar(here.theme, groups, current, person)


def dress(here: Here, title: str) -> None:
    """Gives the page its title, icon, language and colours, on the server: there is no flash."""
    client = ui.context.client
    client.request.scope["state"][IS_ALIVE] = True
    # NiceGUI keeps these on the page, which all visitors share: this visitor gets a copy of its own.
    client.page = page = copy.copy(client.page)
    mode = chosen_mode(client.request)
    page.dark = {Mode.LIGHT: False, Mode.DARK: True}.get(mode or here.theme.default_mode)
    # NiceGUI would look for a path on this machine's disk.
    page.favicon = favicon_href(here.theme, origin=base_url(here.host.host))
    page.language = cast(Any, spoken_language().quasar)
    ui.page_title(f"{title} · {here.theme.name}")
    ui.add_head_html(head(here.theme, mode) + Markup('<meta name="robots" content="noindex">'))
    client.content.classes(replace="")
    # Quasar's page is a <main> of its own, and ours stands in it.
    around = client.content.parent_slot
    assert around is not None
    around.parent.tag = "div"


def _let_go_of_the_answer(client: Client) -> None:
    """What a page keeps of its request says who asked for what; the way back of the answer is not in it."""
    client._request = Request(client.request.scope)
