"""Short forms in a dialog: fields, a button, and errors beside the field they are about."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from nicegui import ui

from portal.elements import box, button, drawn
from tenancy.errors import InsightHubError
from tenancy.text import gettext as _

Values = Mapping[str, str]
Submit = Callable[[Values], Awaitable[None]]


@dataclass(frozen=True)
class Field:
    """A text, or a choice where there are options (value: words)."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    is_secret: bool = False


def form_dialog(
    title: str,
    fields: Sequence[Field],
    *,
    submit: str,
    on_submit: Submit,
    about: Markup | None = None,
    more: Callable[[], object] | None = None,
) -> ui.dialog:
    """An open dialog; `about` stands above the fields, and then what `more` draws.

    `on_submit` may raise InsightHubError, which is shown where it belongs.
    """
    with ui.dialog(value=True) as dialog, ui.card().classes("form-card"):
        ui.label(title).classes("dialog-title").props("role=heading aria-level=2")
        if about is not None:
            drawn(about, "form-about")
        if more is not None:
            more()
        inputs = {one.name: _input(one) for one in fields}
        trouble = ui.label().classes("notice").props("role=alert")
        trouble.visible = False

        async def send() -> None:
            for one in inputs.values():
                one.error = None
            trouble.visible = False
            save.props("loading")
            try:
                await on_submit({name: str(one.value or "") for name, one in inputs.items()})
            except InsightHubError as error:
                at = inputs.get(error.field or "")
                if at is not None:
                    at.error = error.message
                else:
                    trouble.text, trouble.visible = error.message, True
            else:
                dialog.close()
            finally:
                save.props(remove="loading")

        with box("div", "dialog-buttons"):
            button(_("Cancel"), classes="quiet").on_click(dialog.close)
            save = button(submit, classes="primary").on_click(send)
        for one in inputs.values():
            if isinstance(one, ui.input):
                one.on("keydown.enter", send)
    dialog.on("hide", dialog.delete)
    return dialog


def _input(one: Field) -> ui.input | ui.select:
    made: ui.input | ui.select
    if one.options:
        made = ui.select(
            dict(one.options), label=one.label, value=one.value, with_input=len(one.options) > 10
        )
    else:
        made = ui.input(one.label, value=one.value, password=one.is_secret)
    made.props("outlined dense" + (" bottom-slots" if one.hint else "")).classes("wide")
    if one.hint:
        made.props["hint"] = one.hint
    return made
