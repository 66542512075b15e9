"""Why a request is refused as a whole: the status, the code and the field that a developer needs to see."""


class Refused(Exception):
    """A request that is not accepted; nothing of it is stored."""

    status = 400
    code = "invalid"
    message = "The request is not valid."
    retry_after: int | None = None

    def __init__(self, message: str | None = None, field: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.field = field


class Malformed(Refused):
    """The body is not what the contract says."""

    code = "malformed"
    message = "The body is not valid JSON of the expected shape."


class HostNotAllowed(Refused):
    """The event's page is on a host that the site does not list."""

    status = 403
    code = "host_not_allowed"
    message = "Events of this site are not accepted from that host. Add it to the site's allowed hosts."


class UnknownSite(Refused):
    """No site has this tracking id."""

    status = 404
    code = "unknown_site"
    message = "No site has this tracking id."


class MethodNotAllowed(Refused):
    """Events are posted."""

    status = 405
    code = "method_not_allowed"
    message = "Send events with POST."


class TooLarge(Refused):
    """The body is over its limit."""

    status = 413
    code = "too_large"
    message = "The body is larger than 256 KB."


class TooMany(Refused):
    """More requests than one address, or one site, may send."""

    status = 429
    code = "too_many_requests"
    message = "Too many requests. Try again in a few seconds."
    retry_after = 10


class NotReady(Refused):
    """A part behind collect does not answer; the client keeps the events and tries again."""

    status = 503
    code = "not_ready"
    message = "Events cannot be accepted right now. Try again in a few seconds."
    retry_after = 5
