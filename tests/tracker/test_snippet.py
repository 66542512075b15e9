"""The snippet is what a site's owner pastes: exact, and safe whatever it is made of."""

import pytest

from tracker.snippet import snippet


def test_the_snippet_loads_the_script_and_starts_it() -> None:
    assert snippet("https://t.agency.example", "site_7Q2M", "acmeStats", "consent") == (
        "<script>(function(w,d,u,g,s){w[g]=w[g]||function(){(w[g].q=w[g].q||[]).push(arguments)};"
        "s=d.createElement('script');s.async=1;s.src=u;s.dataset.name=g;d.head.appendChild(s)})"
        "(window,document,'https://t.agency.example/s.js','acmeStats');"
        "acmeStats('init','site_7Q2M',{mode:'consent'});</script>"
    )


def test_the_named_script_a_port_and_a_trailing_slash() -> None:
    made = snippet("http://app.localhost:8000/", "abc", "insighthub", "cookieless", "ih.js")
    assert "'http://app.localhost:8000/ih.js','insighthub'" in made


def test_a_site_that_counts_browsers_that_ask_not_to_be() -> None:
    made = snippet("https://t.example", "abc", "stats", "persistent", respect_dnt=False)
    assert "stats('init','abc',{mode:'persistent',dnt:false});" in made


@pytest.mark.parametrize(
    "host", ["t.example", "javascript://x", "https://", "https://a'b", "https://u:p@t.example"]
)
def test_a_host_that_is_none_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="not the address of a host"):
        snippet(host, "abc", "stats", "cookieless")


@pytest.mark.parametrize("tracking_id", ["", "a'b", "</script>", "a b", "a\n"])
def test_a_tracking_id_that_could_break_out_is_refused(tracking_id: str) -> None:
    with pytest.raises(ValueError, match="not a tracking id"):
        snippet("https://t.example", tracking_id, "stats", "cookieless")


@pytest.mark.parametrize("name", ["", "1st", "a-b", "a.b", "class", "location", "naïve", "a;b"])
def test_a_name_that_cannot_be_a_global_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a global"):
        snippet("https://t.example", "abc", name, "cookieless")
