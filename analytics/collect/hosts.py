"""Which hosts a site's events may come from."""

from functools import lru_cache


def host_allowed(host: str, own_hosts: tuple[str, ...]) -> bool:
    """Whether one of the site's hosts, or a subdomain of one, is the page's host."""
    return any(host_matches(host, own) for own in own_hosts)


@lru_cache(maxsize=4096)
def own_hosts(domain: str, allowed_hosts: tuple[str, ...]) -> tuple[str, ...]:
    """The bare names of a site's domain and of its further allowed hosts."""
    names = (_bare(name) for name in (domain, *allowed_hosts))
    return tuple(dict.fromkeys(name for name in names if name))


def host_matches(host: str, own: str) -> bool:
    """example.com lets in itself, www.example.com and any other subdomain."""
    return host == own or host.endswith(f".{own}")


def _bare(name: str) -> str:
    """shop.localhost of "https://*.Shop.localhost:8000/"."""
    bare = name.strip().lower().rpartition("://")[2].split("/")[0].removeprefix("*.").removeprefix("www.")
    name_only = bare[1:].split("]")[0] if bare.startswith("[") else bare.split(":")[0]
    return name_only.rstrip(".")
