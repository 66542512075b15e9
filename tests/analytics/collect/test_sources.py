"""Who sent a visit: names from referrers and tags, and what is no referrer."""

import pytest

from tests.analytics.collect.arrivals import arrives


@pytest.mark.parametrize(
    ("referrer", "source", "medium"),
    [
        ("https://www.google.com/", "google", "organic"),
        ("https://www.google.co.uk/search?q=shoes", "google", "organic"),
        ("https://images.google.com.br/", "google", "organic"),
        ("https://uk.search.yahoo.com/", "yahoo", "organic"),
        ("https://duckduckgo.com/", "duckduckgo", "organic"),
        ("https://yandex.com.tr/", "yandex", "organic"),
        ("https://search.brave.com/", "brave", "organic"),
        ("https://l.facebook.com/l.php?u=x", "facebook", "social"),
        ("https://t.co/abc", "x", "social"),
        ("https://out.reddit.com/", "reddit", "social"),
        ("https://news.ycombinator.com/item?id=1", "hacker news", "social"),
        ("https://www.pinterest.at/pin/1", "pinterest", "social"),
        ("https://go.bsky.app/", "bluesky", "social"),
        ("https://m.youtube.com/", "youtube", "video"),
        ("https://smile.amazon.co.jp/", "amazon", "referral"),
        ("https://chatgpt.com/", "chatgpt", "ai"),
        ("https://gemini.google.com/app", "gemini", "ai"),
        ("https://copilot.microsoft.com/", "copilot", "ai"),
        ("https://mail.google.com/mail/u/0", "gmail", "email"),
        ("https://outlook.live.com/", "outlook", "email"),
        ("https://us1.list-manage.com/track", "mailchimp", "email"),
        # A house of search engines has other rooms.
        ("https://docs.google.com/document/d/1", "google docs", "referral"),
        ("https://accounts.google.com/", "google accounts", "referral"),
        ("http://HTTPS.Blog.Example.ORG:8080/a", "example.org", "referral"),
    ],
)
def test_a_referrer_by_its_name(referrer: str, source: str, medium: str) -> None:
    found = arrives(referrer=referrer)
    assert (found.source, found.medium) == (source, medium)


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("blog.example.co.uk", "example.co.uk"),
        ("a.b.c.example.com.au", "example.com.au"),
        ("shop.example.com", "example.com"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        # Where anyone may have a name, each name is somebody else.
        ("alice.github.io", "alice.github.io"),
        ("www.alice.github.io", "alice.github.io"),
        ("google.github.io", "google.github.io"),
        ("bob.myshopify.com", "bob.myshopify.com"),
        # A name borrowed as a subdomain lends nothing.
        ("google.com.evil.example.com", "example.com"),
        ("notgoogle.com", "notgoogle.com"),
        ("intranet", "intranet"),
        ("192.0.2.7", "192.0.2.7"),
        ("co.uk", "co.uk"),
    ],
)
def test_who_has_no_name_is_a_registrable_domain(host: str, source: str) -> None:
    found = arrives(referrer=f"https://{host}/")
    assert (found.source, found.channel) == (source, "Referral")


@pytest.mark.parametrize(
    ("package", "source", "channel"),
    [
        ("com.google.android.googlequicksearchbox", "google", "Organic Search"),
        ("com.google.android.gm", "gmail", "Email"),
        ("com.reddit.frontpage", "reddit", "Organic Social"),
        ("com.slack", "slack", "Organic Social"),
        # A package is a domain read backwards: "android" and "app" are top-level domains.
        ("org.thunderbird.android", "org.thunderbird.android", "Referral"),
        ("com.acme.app", "com.acme.app", "Referral"),
    ],
)
def test_an_android_app(package: str, source: str, channel: str) -> None:
    found = arrives(referrer=f"android-app://{package}/")
    assert (found.source, found.channel, found.referrer_domain) == (source, channel, package)


@pytest.mark.parametrize(
    ("tag", "source"),
    [
        ("fb", "facebook"),
        ("Facebook", "facebook"),
        ("FACEBOOK.com", "facebook"),
        ("m.facebook.com", "facebook"),
        ("ig", "instagram"),
        ("twitter", "x"),
        ("Google+Ads", "google"),
        ("bingads", "bing"),
        ("Hacker+News", "hacker news"),
        ("producthunt", "product hunt"),
        ("chatgpt.com", "chatgpt"),
        ("www.example.org", "example.org"),
        ("blog.example.org", "blog.example.org"),
        ("++May+Letter+", "may letter"),
        ("M%C3%BCnchen", "münchen"),
    ],
)
def test_a_tag_is_known_by_its_other_names(tag: str, source: str) -> None:
    assert arrives(f"?utm_source={tag}").source == source


def test_a_tag_goes_before_a_referrer_and_a_referrer_before_a_click_id() -> None:
    google = "https://www.google.com/"
    everything = "&utm_source=a&source=b&ref=c&fbclid=1"
    assert arrives(f"?x=1{everything}", google).source == "a"
    assert arrives("?source=b&ref=c&fbclid=1", google).source == "b"
    assert arrives("?utm_source=&ref=c&fbclid=1", google).source == "c"
    assert arrives("?fbclid=1", google).source == "google"
    assert arrives("?fbclid=1").source == "facebook"
    assert arrives().source == "direct"


@pytest.mark.parametrize(
    ("click_id", "source"),
    [
        ("gclid", "google"),
        ("wbraid", "google"),
        ("msclkid", "bing"),
        ("ttclid", "tiktok"),
        ("twclid", "x"),
        ("li_fat_id", "linkedin"),
        ("igsh", "instagram"),
        ("rdt_cid", "reddit"),
        ("mc_eid", "mailchimp"),
    ],
)
def test_a_click_id_names_its_network(click_id: str, source: str) -> None:
    assert arrives(f"?{click_id}=abc").source == source


def test_a_campaign_without_a_source_is_direct() -> None:
    found = arrives("?utm_campaign=Autumn&utm_term=a+b&utm_content=top")
    assert (found.source, found.medium, found.channel) == ("direct", "none", "Direct")
    assert (found.campaign, found.term, found.content) == ("Autumn", "a b", "top")


@pytest.mark.parametrize(
    "referrer",
    [
        "https://shop.example/before",
        "https://www.shop.example/",
        "http://pay.checkout.example:8443/done",
        "",
        "about:blank",
        "file:///page.html",
        "javascript:alert(1)",
        "https://",
        "https://[::1",
        "//shop.example.org/",
        "\x00",
        f"https://{'a.' * 200}example/",
    ],
)
def test_own_pages_and_what_is_no_page_are_no_referrer(referrer: str) -> None:
    assert arrives(referrer=referrer) == arrives()


def test_a_neighbour_is_a_referrer() -> None:
    assert arrives(referrer="https://workshop.example/").source == "workshop.example"


def test_of_a_foreign_address_neither_query_nor_fragment_is_kept() -> None:
    found = arrives(referrer="https://kim:secret@forum.example.org/t/1?token=abc#me")
    assert (found.referrer, found.referrer_domain) == ("https://forum.example.org/t/1", "forum.example.org")
