"""Who is spoken to in which language, and that texts keep to it wherever they are written."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from analytics.collect.channels import Channel
from analytics.reports.filters import Dimension
from portal.views.labels import value_label
from tenancy.catalogues import catalogue
from tenancy.db import session, system_session
from tenancy.domains import resolve_host
from tenancy.errors import Forbidden, Invalid, NotFound, TooManyTries
from tenancy.language_choice import (
    choose_organization_language,
    choose_own_language,
    keep_first_choice,
    own_language,
)
from tenancy.languages import LANGUAGES, OFFERED, language_of, locale_for
from tenancy.login import sign_in, viewer_for_token
from tenancy.roles import Role
from tenancy.text import gettext, ngettext, pgettext, speaking, spoken_language, spoken_locale
from tenancy.viewer import Viewer
from tests.factories import MadeUser, host_of, make_client, make_reseller, make_user


@pytest.mark.parametrize(
    ("wishes", "locale"),
    [
        ({}, "en"),
        ({"person": "de", "client": "en", "browser": "en", "brand": "en"}, "de"),
        ({"client": "de", "browser": "en", "brand": "en"}, "de"),
        ({"browser": "de", "brand": "en", "accepted": "en"}, "de"),
        ({"brand": "de", "accepted": "en"}, "de"),
        ({"accepted": "de-CH,de;q=0.9,en;q=0.8"}, "de"),
        ({"accepted": "en;q=0.4, de;q=0.5"}, "de"),
        ({"accepted": "fr-FR, fr;q=0.9, de;q=0.2"}, "de"),
        ({"accepted": "de;q=0, en;q=0.1"}, "en"),
        ({"person": "de-AT"}, "de-AT"),
        ({"person": "tlh", "brand": "de"}, "de"),
        ({"browser": "ar", "accepted": "ar"}, "en"),  # nobody can choose it
        ({"browser": "../de", "accepted": "\x00;q=,,;;=" * 100}, "en"),
    ],
)
def test_the_first_wish_that_can_be_met_counts(wishes: dict[str, str], locale: str) -> None:
    assert locale_for(**wishes) == locale


def test_a_locale_is_of_a_language_that_we_speak_or_of_none() -> None:
    assert language_of("de_AT") is language_of("DE") is LANGUAGES["de"]
    assert language_of("fr") is language_of("") is language_of(None) is None


def test_texts_are_in_the_language_of_the_innermost_block() -> None:
    assert gettext("Visitors") == "Visitors"
    with speaking("de-AT"):
        assert (gettext("Visitors"), spoken_locale(), spoken_language().code) == ("Besucher", "de-AT", "de")
        with speaking("xx"):
            assert (gettext("Visitors"), spoken_locale()) == ("Visitors", "en")
        assert gettext("Visitors") == "Besucher"
    assert gettext("Visitors") == "Visitors"


def test_numbers_choose_their_form_and_contexts_their_meaning() -> None:
    with speaking("de"):
        ago = [ngettext("{count} minute ago", "{count} minutes ago", count) for count in (0, 1, 2)]
        assert ago == ["vor {count} Minuten", "vor {count} Minute", "vor {count} Minuten"]
        assert pgettext("of the whole", "Share") == "Anteil"
        assert pgettext("never said", "Share") == "Share"
        assert ngettext("{count} unheard", "{count} unheard of", 2) == "{count} unheard of"


async def test_readers_at_the_same_time_do_not_hear_each_other() -> None:
    async def reads(locale: str) -> list[str]:
        with speaking(locale):
            heard = []
            for _moment in range(5):
                await asyncio.sleep(0)
                heard.append(gettext("Visitors"))
            # What a task says that was started here is for the same reader.
            heard.append(await asyncio.create_task(asyncio.to_thread(gettext, "Visitors")))
        return heard

    german, english = await asyncio.gather(reads("de"), reads("en"))
    assert (set(german), set(english)) == ({"Besucher"}, {"Visitors"})


def test_an_error_is_told_in_the_language_of_who_caused_it() -> None:
    with speaking("de"):
        errors = [NotFound(), Forbidden(), TooManyTries()]
    assert all(str(error) != type(error).message for error in errors)
    assert errors[1].message == "Ihre Rolle erlaubt das nicht."


@pytest.mark.parametrize("language", OFFERED)
def test_each_language_can_be_read(language: Any) -> None:
    assert catalogue(language.code).one("Visitors")


def test_arabic_letters_leave_no_latin_ones_but_placeholders() -> None:
    with speaking("ar"):
        said = gettext("{count} minutes ago, at Most")
    assert said.startswith("{count} ")
    assert not [letter for letter in said.replace("{count}", "") if letter.isascii() and letter.isalpha()]
    assert said.format(count=3)


def test_every_channel_has_a_name() -> None:
    with speaking("ar"):
        for channel in Channel:
            assert value_label(Dimension.CHANNEL, channel, "ar") != channel


async def test_a_client_follows_its_agency_and_a_person_nobody() -> None:
    agency = await make_reseller()
    boss = await signed_in(await make_user(agency))
    client = await make_client(agency)
    reader = await make_user(client, Role.VIEWER)
    assert (await signed_in(reader)).locale == "en"

    async with session(boss) as db:
        await choose_organization_language(db, boss, agency.id, "de")
    host = await resolve_host(agency.host)
    assert host is not None and host.locale == "de"
    viewer = await signed_in(reader)
    assert viewer.locale == "de"

    async with session(boss) as db:
        await choose_organization_language(db, boss, client.id, "en")
    assert (await signed_in(reader)).locale == "en"

    async with session(viewer) as db:
        await choose_own_language(db, viewer, "de")
        assert await own_language(db, viewer) == "de"
    assert (await signed_in(reader)).locale == "de"
    async with session(viewer) as db:
        await choose_own_language(db, viewer, None)
    assert (await signed_in(reader)).locale == "en"


async def test_a_choice_counts_in_sessions_that_are_open() -> None:
    person = await make_user(await make_reseller())
    host = await host_of(person.organization)
    viewer, token = await sign_in(host, person.email, person.password, "203.0.113.77")
    known = await viewer_for_token(token, host)
    assert known is not None and known.locale == "en"
    async with session(viewer) as db:
        await choose_own_language(db, viewer, "de")
    again = await viewer_for_token(token, host)
    assert again is not None and again.locale == "de"


async def test_what_was_chosen_before_signing_in_stays_where_nothing_else_was() -> None:
    viewer = await signed_in(await make_user(await make_reseller()))
    for chosen, kept in (("xx", None), (None, None), ("de", "de"), ("en", "de")):
        async with session(viewer) as db:
            await keep_first_choice(db, viewer, chosen)
            assert await own_language(db, viewer) == kept


async def test_only_what_is_offered_can_be_chosen_and_only_by_who_may() -> None:
    agency = await make_reseller()
    viewer = await signed_in(await make_user(agency, Role.MEMBER))
    for code in ("ar", "xx", "de-AT"):
        with pytest.raises(Invalid):
            async with session(viewer) as db:
                await choose_own_language(db, viewer, code)
    with pytest.raises(Forbidden):
        async with session(viewer) as db:
            await choose_organization_language(db, viewer, agency.id, "de")
    stranger = await signed_in(await make_user(await make_reseller()))
    with pytest.raises(NotFound):
        async with session(stranger) as db:
            await choose_organization_language(db, stranger, agency.id, "de")
    async with system_session(reason="test") as db:
        locale = await db.scalar(text("SELECT locale FROM organizations WHERE id = :id"), {"id": agency.id})
    assert locale is None


async def signed_in(user: MadeUser) -> Viewer:
    viewer, _token = await sign_in(
        await host_of(user.organization), user.email, user.password, "203.0.113.78"
    )
    return viewer
