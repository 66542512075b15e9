"""The few lines that a site's owner pastes into a page."""

import re
from typing import Literal
from urllib.parse import urlsplit

Mode = Literal["cookieless", "consent", "persistent"]


def snippet(
    host_url: str,
    tracking_id: str,
    global_name: str,
    mode: Mode,
    script: str = "s.js",
    *,
    respect_dnt: bool = True,
) -> str:
    """The installation snippet: loads the script from the host and keeps early calls until it is there."""
    origin = urlsplit(host_url)
    if origin.scheme not in {"http", "https"} or not _HOST.fullmatch(origin.netloc):
        raise ValueError(f"{host_url!r} is not the address of a host.")
    if not _TRACKING_ID.fullmatch(tracking_id):
        raise ValueError(f"{tracking_id!r} is not a tracking id.")
    if not is_global_name(global_name):
        raise ValueError(f"{global_name!r} cannot be the name of a global.")
    if not is_script_file(script):
        raise ValueError(f"{script!r} cannot be the name of a script.")
    source = f"{origin.scheme}://{origin.netloc}/{script}"
    options = f"{{mode:'{mode}'{'' if respect_dnt else ',dnt:false'}}}"
    return (
        f"<script>{_LOADER}(window,document,'{source}','{global_name}');"
        f"{global_name}('init','{tracking_id}',{options});</script>"
    )


def is_global_name(name: str) -> bool:
    """Whether the script's object can be called that."""
    return _GLOBAL_NAME.fullmatch(name) is not None and _TAKEN.fullmatch(name) is None


def is_script_file(name: str) -> bool:
    """Whether the script can be served under that name."""
    return _SCRIPT_FILE.fullmatch(name) is not None


_LOADER = (
    "(function(w,d,u,g,s){w[g]=w[g]||function(){(w[g].q=w[g].q||[]).push(arguments)};"
    "s=d.createElement('script');s.async=1;s.src=u;s.dataset.name=g;d.head.appendChild(s)})"
)

# Nothing that could end the string, the script or the page around it comes through these.
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")
_TRACKING_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SCRIPT_FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\.js")
_GLOBAL_NAME = re.compile(r"[A-Za-z_$][\w$]{0,63}", re.ASCII)

# Words of the language, and what every window has already.
_TAKEN = re.compile(
    "arguments|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|"
    "extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|package|"
    "private|protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|"
    "while|with|yield|"
    "close|closed|document|event|external|focus|frames|history|length|location|name|navigator|open|opener|"
    "origin|parent|performance|print|screen|scroll|self|status|stop|top|window"
)
