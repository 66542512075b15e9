"""Languages in the browser: every page read in letters that no text of ours is written in, and in German."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from playwright.async_api import Error as PlaywrightError
from redis.asyncio import Redis
from sqlalchemy import text

from tenancy.db import system_session
from tenancy.language_choice import choose_own_language
from tenancy.sites import Site
from tests.analytics.ingest.entries import GOOGLE, an_event, put
from tests.e2e.people import Person, Product, at, goes_to
from tests.factories import (
    MadeOrganization,
    MadeUser,
    a_viewer,
    make_client,
    make_reseller,
    make_site,
    make_user,
)

# What is the same in every language: names of browsers and the like are data, and our own languages.
DATA = frozenset(
    {"Firefox", "Google", "Linux", "English", "Deutsch", "Nobody", "Kim", "Doe", "KD", "HeadlessChrome"}
)
DATA |= {"UTC", "Anna", "Lindqvist", "Acme", "Bikes", "smtp", "com"}  # of previews and examples
# Code, keys and values are no texts; elements in a language of their own say so.
READ = """() => {
  const skipped = "script,style,pre,code,kbd,bdi,[lang]:not(html),.q-icon,.brand,.account b,.account small";
  const spoken = ["aria-label", "aria-valuetext", "title", "placeholder", "alt", "data-copied", "data-hover"];
  const found = [document.title];
  const seen = (element) => element.checkVisibility() && !element.closest(skipped);
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const said = walk.currentNode.textContent.trim();
    if (said && seen(walk.currentNode.parentElement)) found.push(said);
  }
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest(skipped)) continue;
    for (const name of spoken)
      if (element.getAttribute(name)) found.push(element.getAttribute(name));
  }
  return found;
}"""
CUT = """() => {
  const texts = document.querySelectorAll(".tile-name,.btn,.nav a span,h1,h2,.tabs button,th,.field label");
  const cut = [...texts].filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1);
  const width = document.documentElement.scrollWidth;
  return [...cut.map((one) => one.textContent), ...(width > innerWidth ? [`a page of ${width}`] : [])];
}"""
# Until the script of a page runs, it asks for a modern browser.
IS_STARTING = "document.getElementById('esm-fallback')"
PHONE = {"width": 360, "height": 780}


class World:
    """An agency with a client, its site and its people, and a few visits."""

    agency: MadeOrganization
    client: MadeOrganization
    site: Site


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(product: Product) -> World:
    made = World()
    made.agency = await make_reseller()
    made.client = await make_client(made.agency)
    made.site = await make_site(made.client)
    now = datetime.now(UTC)
    async with Redis.from_url(product.redis_url) as redis:
        for visitor in range(1, 5):
            moment = now - timedelta(days=visitor % 3, minutes=40)
            await put(redis, made.site.number, visitor, an_event(moment, attribution=GOOGLE))
    return made


async def who_speaks(locale: str, organization: MadeOrganization) -> MadeUser:
    user = await make_user(organization, name="Κιμ Δο")
    async with system_session(reason="test") as db:
        await db.execute(text("UPDATE users SET locale = :l WHERE id = :id"), {"l": locale, "id": user.id})
    return user


async def test_every_page_is_translated_and_reads_from_the_right(
    browser: Browser, product: Product, world: World
) -> None:
    """In Arabic letters, whatever is Latin is data, or a text that was not given to the door."""
    reader = await who_speaks("ar", world.agency)
    own = [world.agency.name, world.client.name, world.site.name, world.site.domain, reader.email, "Acme ID"]
    site = f"/sites/{world.site.public_id}"
    async with at(browser, product, world.agency.host, viewport=PHONE) as person:
        await person.signs_in(reader.email, reader.password)
        await person.arrives("**/clients")
        # By kind of page, as one site's are like another's; grows while it is read.
        paths = {kind_of(path): path for path in (site, "/clients", "/no-such-page")}
        read = set[str]()
        untranslated: dict[str, set[str]] = {}
        while unread := paths.keys() - read:
            kind = unread.pop()
            read.add(kind)
            await person.opens(paths[kind])
            await settle(person)
            for path in await links_of(person):
                paths.setdefault(kind_of(path), path)
            said = await everything_on(person)
            if found := {one for one in said if latin(one, own)}:
                untranslated[kind] = found
            assert await asks(person, "() => getComputedStyle(document.body).direction") == "rtl", kind
            assert await asks(person, CUT) == [], kind
        assert {kind_of(f"{site}/realtime"), kind_of(f"{site}/install"), "/sites"} <= read
        assert not untranslated


def kind_of(path: str) -> str:
    return re.sub(r"_[a-z0-9]{16}\b", "_", path)


async def links_of(person: Person) -> list[str]:
    """Where a page leads to, on its own host."""
    here = urlsplit(person.page.url)
    hrefs = await person.page.eval_on_selector_all(
        "a[href]:not([download])", "links => links.map((link) => link.href)"
    )
    links = [urlsplit(href) for href in hrefs]
    return [link.path for link in links if link.netloc == here.netloc and not link.path.startswith(LEFT_OUT)]


async def everything_on(person: Person) -> list[str]:
    """What a page says, and what each of its buttons opens."""
    page = person.page
    address = page.url
    said: list[str] = await asks(person, READ)
    assert said
    buttons = page.locator(BUTTONS)
    for number in range(await buttons.count()):
        if await buttons.count() <= number or not await buttons.nth(number).is_enabled():
            continue
        await presses(buttons.nth(number))
        await settle(person)
        said += await asks(person, READ)
        await close_what_is_open(page)
        if page.url != address:
            await goes_to(page, address)
            await settle(person)
    return said


async def presses(button: Locator) -> None:
    """Presses it, however late what the button before it opens may come and cover it."""
    for _try in range(10):
        try:
            await button.click(timeout=5_000)
        except PlaywrightError:
            await close_what_is_open(button.page)
        else:
            return
    raise AssertionError(f"{button} stays covered.")


async def asks(person: Person, question: str) -> Any:
    """What a page answers to a function, once it stands still: a button may have loaded it anew."""
    for _try in range(20):
        try:
            answer = await person.page.evaluate(f"{IS_STARTING} ? null : ({question})()")
        except PlaywrightError:
            answer = None
        if answer is not None:
            return answer
        await settle(person)
    raise AssertionError(f"{person.page.url} does not come to rest.")


async def close_what_is_open(page: Page) -> None:
    """Presses until it is closed: a dialog that is still on its way has not heard the first time."""
    opened = page.locator(".q-dialog,.q-menu")
    for _press in range(30):
        await page.keyboard.press("Escape")
        await page.wait_for_timeout(200)
        if not await opened.count():
            return
    raise AssertionError(f"Escape closes nothing on {page.url}.")


LEFT_OUT = ("/logout", "/language/", "/api/")
BUTTONS = "main .q-btn.btn:not([type=submit]):visible, [data-panel=sources] [data-emit=details]"


async def settle(person: Person) -> None:
    """Until what is counted is shown, and what opens is open."""
    await person.page.wait_for_timeout(350)
    # Also where a button has loaded the page anew: until its script runs, it asks for a modern browser.
    await expect(person.page.locator("#esm-fallback")).to_have_count(0)
    await person.page.wait_for_load_state()
    await expect(person.page.locator(".bone")).to_have_count(0)


def latin(said: str, own: list[str]) -> list[str]:
    for name in own:
        said = said.replace(name, "")
    bare = re.sub(
        r"https?://\S+|\S+@\S+|#[0-9a-f]{6}\b|/\S*|[\w.-]+\.(?:example|localhost)\b|\b[A-Z]\w+/\w+", " ", said
    )
    return [word for word in re.findall(r"[A-Za-z]{2,}", bare) if word not in DATA]


async def test_german_fits_a_phone(browser: Browser, product: Product, world: World) -> None:
    reader = await who_speaks("de", world.agency)
    site = f"/sites/{world.site.public_id}"
    async with at(browser, product, world.agency.host, viewport=PHONE) as person:
        await person.signs_in(reader.email, reader.password)
        await person.arrives("**/clients")
        for path in ("/clients", site, f"{site}/install"):
            await person.opens(path)
            await settle(person)
            assert await asks(person, CUT) == [], path


async def test_a_page_goes_on_in_the_language_that_it_began_in(
    browser: Browser, product: Product, world: World
) -> None:
    """Events, timers and parts that load later run in contexts of their own."""
    site = await make_site(world.client)
    lena, mara = await who_speaks("de", world.agency), await who_speaks("en", world.agency)
    async with (
        at(browser, product, world.agency.host) as german,
        at(browser, product, world.agency.host) as english,
    ):
        for person, user in ((german, lena), (english, mara)):
            await person.signs_in(user.email, user.password)
            await person.arrives("**/clients")
            await person.opens(f"/sites/{site.public_id}")
            await settle(person)
        assert await german.page.evaluate("document.documentElement.lang") == "de"

        # An event, and the error that it ends in.
        await german.presses("Filter")
        dialog = german.page.get_by_role("dialog")
        await dialog.get_by_label("Bedingung").click()
        await german.page.get_by_role("option", name="entspricht").click()
        await dialog.get_by_label("Werte").fill("(")
        await german.page.keyboard.press("Enter")
        await german.presses("Anwenden")
        await german.sees("Dieser reguläre Ausdruck ist ungültig oder wird nicht unterstützt")
        await german.presses("Abbrechen")

        # Another part of the page over the same socket, and a timer that paints it.
        for person, link, nobody in (
            (german, "Echtzeit", "0 Besucher in den letzten 30 Minuten"),
            (english, "Realtime", "0 visitors in the last 30 minutes"),
        ):
            await person.presses(link, role="link")
            await person.sees(nobody)
        async with Redis.from_url(product.redis_url) as redis:
            await put(redis, site.number, 7, an_event(datetime.now(UTC), path="/just-now"))
        await asyncio.gather(
            german.sees("1 Besucher in den letzten 30 Minuten"),
            english.sees("1 visitor in the last 30 minutes"),
        )


async def test_a_new_language_is_on_open_pages_at_once(
    browser: Browser, product: Product, world: World
) -> None:
    user = await make_user(world.agency)
    async with at(browser, product, world.agency.host) as mara:
        await mara.signs_in(user.email, user.password)
        await mara.arrives("**/clients")
        await mara.sees("Visitors today")
        async with system_session(reason="test") as db:
            viewer = replace(a_viewer(world.agency), user_id=user.id)
            await choose_own_language(db, viewer, "de")
        await mara.sees("Besucher heute")


async def test_links_below_the_form_change_its_language(
    browser: Browser, product: Product, world: World
) -> None:
    user = await make_user(world.agency)
    async with at(browser, product, world.agency.host) as mara:
        await mara.opens("/login?next=%2Fsites")
        await mara.presses("Deutsch", role="link")
        await mara.page.get_by_label("E-Mail").fill(user.email)
        await mara.page.get_by_label("Passwort").fill(user.password)
        await mara.presses("Anmelden")
        await mara.arrives("**/sites")
        await mara.sees("Website anlegen")
