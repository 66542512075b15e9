"""The elements that a page is made of: boxes, and what views made."""

from markupsafe import Markup
from nicegui import ui

from portal.views.shell import button_face


class Drawn(ui.html):
    """A view's markup as one element. Views escape what they are given: nothing is sanitised again.

    A page has dozens: they go past the bindings and observers of NiceGUI, as nobody looks at a new one yet.
    """

    def __init__(self, markup: str, classes: str, tag: str) -> None:
        ui.element.__init__(self)
        dict.update(self._props, innerHTML=markup, tag=tag, sanitize=False)
        list.extend(self._classes, classes.split())

    @property
    def content(self) -> str:
        """The markup."""
        return str(self._props["innerHTML"])

    def set_content(self, content: str) -> "Drawn":
        """Draws something else."""
        dict.update(self._props, innerHTML=content)
        self.update()
        return self


def drawn(markup: str, classes: str = "", tag: str = "div") -> Drawn:
    """What a view made, as one element."""
    return Drawn(markup, classes, tag)


def box(tag: str = "div", classes: str = "") -> ui.element:
    """A plain element."""
    made = ui.element(tag)
    list.extend(made._classes, classes.split())
    return made


def button(label: str, *, icon: Markup | None = None, classes: str = "", describe: str = "") -> ui.button:
    """A button in our look; `describe` names one that has no label."""
    made = ui.button(color=None).props("unelevated no-caps flat").classes(f"btn {classes}")
    if label or icon is not None:
        with made:
            drawn(button_face(label, icon))
    if describe:
        made.props["aria-label"] = describe
    return made
