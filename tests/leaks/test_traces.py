"""The detector itself: it finds every kind of trace in every disguise, and nothing in an innocent page."""

import base64
import html
import json
import zlib
from collections.abc import Callable
from importlib import resources
from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.leaks.traces import Traces, words_of
from themes.assets import favicon_href, letter_mark
from themes.pdf import Cover, branded_pdf
from themes.pictures import Picture, as_icon, as_touch_icon
from themes.theme import PLATFORM_NAME, PLATFORM_THEME, Theme

HOST = "portal.platform.example"
RIVAL = ("fernhill & söhne", "client-7", "0d9ac1e2-6f3b-4c55-8d3e-1f2a3b4c5d6e")
TRACES = Traces(frozenset({HOST}), frozenset(RIVAL))
PAGE = "<!doctype html><html><head><title>Sites · Acme</title>{head}</head><body><p>{body}</p></body></html>"
MARK = letter_mark(PLATFORM_THEME).encode()


def page(body: str = "Nothing to see", head: str = "") -> str:
    return PAGE.format(body=body, head=head)


def a_picture(words: str) -> bytes:
    file, about = BytesIO(), PngInfo()
    about.add_text("Software", words)
    Image.new("RGB", (4, 4)).save(file, "PNG", pnginfo=about)
    return file.getvalue()


@pytest.mark.parametrize("name", ["InsightHub", "insighthub", "INSIGHTHUB", "Insight Hub", "insight-hub",
    "insight_hub", "Insight\u00a0Hub", "Insight&shy;Hub", "Insight&nbsp;Hub", "<b>Insight</b>Hub",
    "Insight\u200bHub", "&#73;nsightHub", "%49nsightHub", "\\u0049nsightHub", "\\x49nsightHub"])  # fmt: skip
def test_the_platforms_name_is_found_however_it_is_written(name: str) -> None:
    assert TRACES.in_html(page(name))
    assert TRACES.in_html(page(head=f'<meta name="description" content="{name}">'))


@pytest.mark.parametrize("secret", [*RIVAL, HOST])
@pytest.mark.parametrize(
    "disguise",
    [str, str.upper, html.escape, quote, json.dumps, lambda text: html.escape(json.dumps(text)),
     lambda text: html.escape(html.escape(text)), lambda text: f"/x?to={quote(text, safe='')}"],
)  # fmt: skip
def test_somebody_elses_words_are_found(secret: str, disguise: Callable[[str], str]) -> None:
    assert TRACES.in_html(page(disguise(secret)))
    assert TRACES.in_text(disguise(secret))
    assert TRACES.in_answer({"content-type": "application/json"}, disguise(secret).encode())


@pytest.mark.parametrize(
    "words",
    [
        "<title>NiceGUI</title>",
        "<title></title>",
        '<meta name="generator" content="Some Builder 4">',
        '<meta content="Some Builder 4" name="Generator">',
        f'<link rel="icon" href="{html.escape(favicon_href(PLATFORM_THEME))}">',
        f'<link rel="icon" href="data:image/svg+xml;base64,{base64.b64encode(MARK).decode()}">',
    ],
)
def test_a_head_that_gives_the_frame_or_the_platform_away_is_found(words: str) -> None:
    assert TRACES.in_html(page(head=words))


@pytest.mark.parametrize(
    "body",
    [
        MARK,
        as_icon(Picture("image/svg+xml", MARK)),
        as_touch_icon(Picture("image/svg+xml", MARK), "#ffffff"),
        (resources.files("nicegui") / "static" / "favicon.ico").read_bytes(),
        a_picture(f"{PLATFORM_NAME} 3"),
    ],
)
def test_a_picture_of_the_platforms_is_found(body: bytes) -> None:
    assert TRACES.in_answer({"content-type": "image/x-icon"}, body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("server", "uvicorn"),
        ("X-Powered-By", "Express"),
        ("via", "1.1 Caddy"),
        ("x-frame-by", PLATFORM_NAME),
        ("location", f"http://{HOST}/login"),
        ("location", "/login?next=%2Fclients%2Fclient-7"),
        ("set-cookie", "insighthub_session=1; Path=/"),
        ("set-cookie", "nicegui=1; Path=/"),
    ],
)
def test_a_header_that_gives_something_away_is_found(name: str, value: str) -> None:
    assert TRACES.in_headers([(name, value)])


@pytest.mark.parametrize(
    "words",
    [
        "Traceback (most recent call last):",
        "For further information visit https://errors.pydantic.dev/2.14/v/missing",
        "permission denied for table users: role ih_app",
        "sqlalchemy.exc.ProgrammingError",
    ],
)
def test_the_words_of_programs_are_found(words: str) -> None:
    assert TRACES.in_answer({"content-type": "application/json"}, json.dumps({"error": words}).encode())


@pytest.mark.parametrize("secret", [PLATFORM_NAME, "client-7"])
def test_a_pdf_is_read_whole(secret: str) -> None:
    theme, innocent = Theme("Acme"), Cover("Report", "October")
    assert TRACES.in_pdf(branded_pdf(theme, {}, innocent)) == []
    assert TRACES.in_pdf(branded_pdf(Theme(secret), {}, innocent))
    assert TRACES.in_pdf(branded_pdf(theme, {}, Cover(secret)))
    packed = zlib.compress(secret.encode())
    hidden = branded_pdf(theme, {}, innocent) + b"\n9 0 obj\nstream\n" + packed + b"\nendstream\nendobj"
    assert TRACES.in_pdf(hidden)
    assert TRACES.in_pdf(branded_pdf(theme, {}, innocent) + b"\n% ReportLab generated")


def test_an_innocent_answer_is_left_alone() -> None:
    drawn = favicon_href(Theme("Acme", "#a8472a"))
    body = f'client-70 my-client-77 xclient-7 <svg><title></title></svg><img src="{html.escape(drawn)}">'
    assert TRACES.in_html(page(body, '<meta name="robots" content="noindex">')) == []
    headers = [("content-type", "text/html"), ("set-cookie", "session=x"), ("set-cookie", "__Host-form=y")]
    assert TRACES.in_headers(headers) == []
    assert (
        TRACES.in_picture(as_icon(Picture("image/svg+xml", letter_mark(Theme("Acme", "#a8472a")).encode())))
        == []
    )
    assert TRACES.in_picture(a_picture("a camera")) == []


def test_words_are_found_at_any_depth_of_a_column() -> None:
    row = {"name": "Fernhill", "terms": {"hosts": ["a.example", {"note": "secretly"}]}, "on": True, "n": 7}
    assert set(words_of(row)) == {"fernhill", "a.example", "secretly"}
