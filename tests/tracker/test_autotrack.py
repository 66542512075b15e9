"""What visitors do on a page is seen without a line of code: links, files, forms, videos."""

import io
import wave

from playwright.async_api import Page

from tests.tracker.website import Website, properties

STAY = "<script>addEventListener('click', (event) => event.preventDefault())</script>"


async def test_a_click_on_a_link_that_leads_away(visitor: Page, website: Website) -> None:
    body = STAY + "<a href='http://elsewhere.example/docs?key=1#top'><b> Their docs </b></a>"
    await visitor.goto(website.page("/links", body=body))
    await visitor.click("text=Their docs")
    await leave(visitor)
    click = await website.receives_one("outbound_click")
    assert properties(click) == {
        "url": "http://elsewhere.example/docs",
        "text": "Their docs",
        "page_url": website.address("/links"),
    }


async def test_a_click_counts_though_the_page_is_left_by_it(visitor: Page, website: Website) -> None:
    elsewhere = website.town.website()
    target = elsewhere.bare_page("/welcome")
    await visitor.goto(website.page(body=f"<a href='{target}'>Away</a>"))
    await visitor.click("text=Away")
    await visitor.wait_for_url(target)
    assert properties(await website.receives_one("outbound_click"))["url"] == target


async def test_a_click_with_the_middle_button(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(body="<a href='http://elsewhere.test/'>Away</a>"))
    await visitor.click("text=Away", button="middle")
    await leave(visitor)
    await website.receives_one("outbound_click")


async def test_a_link_in_a_shadow_root(visitor: Page, website: Website) -> None:
    body = STAY + "<div id=host></div><script>host.attachShadow({mode: 'open'}).innerHTML = '%s'</script>"
    await visitor.goto(website.page(body=body % '<a href="http://elsewhere.example/">Away</a>'))
    await visitor.click("text=Away")
    await leave(visitor)
    await website.receives_one("outbound_click")


async def test_links_that_stay_or_write_mail_are_no_outbound_clicks(visitor: Page, website: Website) -> None:
    body = STAY + "<a href='/inside'>Inside</a><a href='mailto:ann@example.org'>Mail</a><a>Nowhere</a>"
    await visitor.goto(website.page(body=body))
    for text in ("Inside", "Mail", "Nowhere"):
        await visitor.click(f"text={text}")
    await visitor.evaluate("stats('track', 'done')")
    await website.receives_one("done")
    assert website.named("outbound_click") == []


async def test_a_file_download(visitor: Page, website: Website) -> None:
    body = STAY + "<a href='/files/Price%20list.v2.PDF?token=secret'>Prices</a>"
    await visitor.goto(website.page("/downloads", body=body))
    await visitor.click("text=Prices")
    await leave(visitor)
    download = await website.receives_one("file_download")
    assert properties(download) == {
        "url": website.address("/files/Price%20list.v2.PDF"),
        "filename": "Price%20list.v2.PDF",
        "extension": "PDF",
        "page_url": website.address("/downloads"),
    }


async def test_a_link_marked_as_download_whatever_its_ending(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(body=STAY + "<a href='/export' download>Export</a>"))
    await visitor.click("text=Export")
    await leave(visitor)
    assert properties(await website.receives_one("file_download"))["filename"] == "export"


async def test_a_file_elsewhere_is_a_download_and_no_outbound_click(visitor: Page, website: Website) -> None:
    await visitor.goto(website.page(body=STAY + "<a href='http://cdn.example/a.zip'>Zip</a>"))
    await visitor.click("text=Zip")
    await leave(visitor)
    await website.receives_one("file_download")
    assert website.named("outbound_click") == []


async def test_a_form_without_a_word_of_what_was_typed(visitor: Page, website: Website) -> None:
    body = """
        <form id=signup name=newsletter action=/thanks onsubmit="return false">
          <input name=id value=field>
          <input name=email value="ann@example.org">
          <input name=password value=hunter2>
          <button>Send</button>
        </form>"""
    await visitor.goto(website.page("/form", body=body))
    await visitor.click("text=Send")
    await leave(visitor)
    submit = await website.receives_one("form_submit")
    assert properties(submit) == {
        "form_id": "signup",
        "form_name": "newsletter",
        "page_url": website.address("/form"),
    }


async def test_a_video_started_and_watched_to_its_end(visitor: Page, website: Website) -> None:
    website.file("/media/tour.wav", silence(seconds=1.2), "audio/wav")
    await visitor.goto(website.page("/tour", body="<video src='/media/tour.wav?v=3' muted></video>"))
    await visitor.evaluate("""async () => {
        const video = document.querySelector('video');
        await video.play();
        video.pause();
        await video.play();
    }""")
    complete = await website.receives_one("video_complete")
    assert properties(complete) == {
        "video_id": "tour.wav",
        "provider": "html5",
        "watch_time": 1,
        "page_url": website.address("/tour"),
    }
    # Going on after a pause was no second start.
    play = await website.receives_one("video_play")
    assert properties(play)["video_id"] == "tour.wav"


async def test_each_of_these_can_be_turned_off(visitor: Page, website: Website) -> None:
    website.file("/tour.wav", silence(seconds=0.2), "audio/wav")
    body = (
        STAY
        + """
        <a href='http://elsewhere.example/'>Away</a><a href='/a.pdf'>File</a>
        <form><button>Send</button></form><video src=/tour.wav muted></video>"""
    )
    off = "outbound:false,downloads:false,forms:false,video:false"
    await visitor.goto(website.page(body=body, options=off))
    await visitor.click("text=Away")
    await visitor.click("text=File")
    await visitor.evaluate("""async () => {
        document.querySelector('form').dispatchEvent(new Event('submit'));
        const video = document.querySelector('video');
        const ended = new Promise((resolve) => video.onended = resolve);
        await video.play();
        await ended;
        stats('track', 'done');
    }""")
    await website.receives_one("done")
    assert {event.name for event in website.events} == {"page_view", "done"}


async def leave(visitor: Page) -> None:
    """Goes away from the page, which sends what waits."""
    await visitor.goto("about:blank")


def silence(seconds: float) -> bytes:
    """A sound file of nothing: what a <video> plays needs no picture."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(b"\x80" * int(8000 * seconds))
    return file.getvalue()
