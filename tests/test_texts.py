"""Every text that a person reads has gone through the door, and has a translation in every language."""

import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog, Message

from tenancy.messages import (
    messages_in_code,
    path_of,
    read_catalogue,
    translated_languages,
    untranslated,
)
from tests.texts import error_classes, literals, unwrapped, unwrapped_in_template

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("tracker", "tenancy", "themes", "analytics", "billing", "portal")
# Said to developers and operators, in English: the API's documentation, the command line, the sample world.
NOT_READ = (
    "portal/api/documentation.py",
    "portal/api/documentation_page.py",
    "portal/api/schema_text.py",
    "portal/stack/",
    "portal/cli.py",
    "portal/migrate.py",
    "analytics/migrate.py",
    "tenancy/migrate.py",
)
PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def modules() -> list[Path]:
    found = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if not str(path.relative_to(ROOT)).startswith(NOT_READ)]


@pytest.fixture(scope="module")
def in_code() -> Catalog:
    return messages_in_code()


def test_no_text_walks_past_the_door() -> None:
    errors = error_classes(modules())
    found = [
        f"{path.relative_to(ROOT)}:{one.line}: {one.text!r} {one.trouble}"
        for path in modules()
        for one in unwrapped(path.read_text(), errors)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ('ui.label("Save it")', "given to label()"),
        ('ui.label(f"Saved {name}")', "given to label()"),
        ('ui.notify("Saved" if done else _("Not saved"))', "given to notify()"),
        ('button("", describe="Close")', "given to button()"),
        ('ui.input(placeholder="Search")', "given to input()"),
        ('ui.input(_("Name")).props("outlined hint=Whatever")', "in props()"),
        ('search.props["aria-label"] = "Search"', "as aria-label"),
        ("Markup('<b>{}</b> visitors').format(3)", "in markup"),
        ("filled('<b>{}</b> visitors', 3)", "in markup"),
        ("Markup('<img alt=\"Our logo\">')", "in markup"),
        ('Markup(\'a class="x" title="Our logo"\')', "in markup"),
        ('raise InsightHubError("It broke.")', "given to InsightHubError()"),
        ('class Broken(InsightHubError):\n    message = "It broke."', "an error's message"),
        (
            'from tenancy.text import gettext as _\ndef f(): _(f"Hello {name}")',
            "put together before the door",
        ),
        (
            'from tenancy.text import gettext as _\ndef f(): _("Hi {a}".format(a=1))',
            "filled in before the door",
        ),
        ('from tenancy.text import gettext as _\nNAME = _("Name")', "translated at import"),
        ('from tenancy.text import gettext as _\ndef f(name=_("Name")): ...', "translated at import"),
    ],
)
def test_a_text_beside_the_door_is_found(code: str, trouble: str) -> None:
    errors = frozenset({"InsightHubError", "Broken"})
    assert [one.trouble[: len(trouble)] for one in unwrapped(code, errors)] == [trouble]
    assert not unwrapped("\n".join(f"{line}  # untranslated: a name" for line in code.split("\n")), errors)


@pytest.mark.parametrize(
    "code",
    [
        'ui.label(_("Save it"))',
        'ui.label(site.name + " · ")',
        'models.User.id.label("user_id")',
        'Markup(\' aria-current="page" data-arg="{}"\')',
        "Markup('<{tag} class=\"plain\">{words}</{tag}>')",
        'filled(\'<b class="num" title="{}">{}</b>&nbsp;\', 1, 2)',
        'from tenancy.text import gettext_noop as _\nNAMES = {1: _("Name")}',
        'from tenancy.text import gettext as _\ndef f(): return _("Name")',
    ],
)
def test_a_text_through_the_door_is_not(code: str) -> None:
    assert not unwrapped(code)


def test_templates_say_nothing_by_themselves() -> None:
    found = {
        str(path.relative_to(ROOT)): words
        for room in ROOMS
        for path in (ROOT / room).rglob("templates/*.*")
        if (words := unwrapped_in_template(path.read_text(), is_markup=path.suffix == ".html"))
    }
    assert not found
    page = "<style>p { margin: 0 }</style><p>{{ name }} {% if late %}is late{% endif %}</p>"
    assert unwrapped_in_template(page, is_markup=True) == ["is late"]
    assert unwrapped_in_template("{{ name }}\n{# why #}Hello you", is_markup=False) == ["Hello you"]


def test_the_catalogues_see_what_the_door_is_given(in_code: Catalog) -> None:
    """Babel does not see a text inside another call of the door: "Unknown" was in no catalogue for that."""
    known = {form for message in in_code for form in forms(message.id)}
    unseen = {
        f"{path.relative_to(ROOT)}: {text!r}"
        for path in modules()
        for text in literals(path.read_text())
        if text not in known
    }
    assert not unseen


@pytest.mark.parametrize("code", translated_languages())
def test_a_catalogue_has_the_messages_of_the_code_and_no_others(code: str, in_code: Catalog) -> None:
    """`make messages` brings it up to date."""
    kept = {key(message) for message in read_catalogue(code) if message.id}
    written = {key(message) for message in in_code if message.id}
    assert (written - kept, kept - written) == (set(), set()), path_of(code).name
    assert not read_catalogue(code).obsolete


@pytest.mark.parametrize("code", translated_languages())
def test_every_message_is_translated_with_all_its_forms(code: str) -> None:
    assert [message.id for message in untranslated(read_catalogue(code))] == []


def test_what_lacks_a_translation_is_found() -> None:
    catalog = Catalog(locale="de")
    catalog.add("Whole", "Ganz")
    catalog.add(("{count} day", "{count} days"), ("{count} Tag", "{count} Tage"))
    catalog.add("Missing")
    catalog.add("Guessed", "Geraten", flags=["fuzzy"])
    catalog.add(("{count} hour", "{count} hours"), ("{count} Stunde", ""))
    assert [str(forms(message.id)[0]) for message in untranslated(catalog)] == [
        "Missing",
        "Guessed",
        "{count} hour",
    ]


@pytest.mark.parametrize("code", translated_languages())
def test_translations_have_the_placeholders_of_their_message(code: str) -> None:
    """A plural's form for one may leave the number out; any other is needed, and no form invents one."""
    wrong = []
    for message in read_catalogue(code):
        if not message.id:
            continue
        needed = placeholders(forms(message.id)[-1])
        for number, form in enumerate(forms(message.string)):
            may_lack = needed - placeholders(forms(message.id)[0]) if number == 0 else set()
            given = placeholders(form)
            if not needed - may_lack <= given <= needed:
                wrong.append((message.id, form))
    assert not wrong


@pytest.mark.parametrize("code", translated_languages())
def test_translations_end_like_their_message(code: str) -> None:
    """A full stop that is lost, a space that is gained: seen only where it hurts."""
    wrong = [
        (english, said)
        for message in read_catalogue(code)
        if message.id
        for english, said in zip(forms(message.id), forms(message.string), strict=False)
        if ends_like_a_sentence(english) != ends_like_a_sentence(said) or said != said.strip()
    ]
    assert not wrong


def ends_like_a_sentence(text: str) -> bool:
    return text.endswith((".", "?", "!", "…", ":"))


def forms(texts: Any) -> tuple[str, ...]:
    return tuple(texts) if isinstance(texts, tuple | list) else (texts,)


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def key(message: Message) -> tuple[Any, ...]:
    return message.context, *forms(message.id)
