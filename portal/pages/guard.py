"""What happens when something goes wrong in an open page: a sentence, or back to signing in."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import ParamSpec

from nicegui import ui

from tenancy.errors import InsightHubError, NotSignedIn

Given = ParamSpec("Given")


def told(handle: Callable[Given, Awaitable[None]]) -> Callable[Given, Awaitable[None]]:
    """The handler, whose errors are told to the person in front of the page."""

    @wraps(handle)
    async def guarded(*args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            await handle(*args, **kwargs)
        except NotSignedIn:
            ui.run_javascript("location.reload()")
        except InsightHubError as error:
            ui.notify(error.message, type="negative", position="top")

    return guarded
