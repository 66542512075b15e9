"""Errors are sentences with a status: one handler turns them into JSON or a branded page."""

from tenancy.text import gettext
from tenancy.text import gettext_noop as _


class InsightHubError(Exception):
    """What went wrong, as a person may read it."""

    status = 500
    code = "error"
    message = _("Something went wrong on our side. Please try again.")

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        self.message = gettext(self.message) if message is None else message
        self.field = field
        super().__init__(self.message)


class NotFound(InsightHubError):
    """It does not exist, or not for this viewer: the answer is the same."""

    status = 404
    code = "not_found"
    message = _("That does not exist, or you may not see it.")


class Forbidden(InsightHubError):
    status = 403
    code = "forbidden"
    message = _("Your role does not allow that.")


class OnlyReading(Forbidden):
    """Somebody looks at the pages of another as they see them: nothing that they do may write."""

    code = "only_reading"
    message = _("You are only viewing these pages: nothing can be changed.")


class NotSignedIn(InsightHubError):
    status = 401
    code = "not_signed_in"
    message = _("Please sign in.")


class Invalid(InsightHubError):
    status = 422
    code = "invalid"
    message = _("That is not valid.")


class Conflict(InsightHubError):
    status = 409
    code = "conflict"
    message = _("That is already taken.")


class TooManyTries(InsightHubError):
    status = 429
    code = "too_many_tries"
    message = _("Too many attempts. Please wait a few minutes.")

    def __init__(self, message: str | None = None, *, retry_after_s: int = 60) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(InsightHubError, ConnectionError):
    """A store does not answer. Also a ConnectionError, which is what code far from SQLAlchemy expects."""

    status = 503
    code = "unavailable"
    message = _("The database is not available at the moment. Please try again in a minute.")
