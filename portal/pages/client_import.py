"""Clients from a CSV file: chosen, looked at line by line, and made only then."""

from markupsafe import Markup
from nicegui import events, ui

from portal.elements import box, button, drawn
from portal.here import Here
from portal.pages.access import current_viewer
from portal.pages.guard import told
from portal.views.icons import icon
from portal.views.markup import filled, joined
from tenancy.client_import import NewClient, create_clients, read_clients
from tenancy.db import session
from tenancy.errors import Invalid
from tenancy.text import gettext as _
from tenancy.text import ngettext

LARGEST = 500_000


def import_button(here: Here) -> None:
    """Opens the dialog."""
    button(_("Import"), icon=icon("file-text", 15)).on_click(lambda: _Import(here).open())


class _Import:
    """One open dialog."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._clients: list[NewClient] = []

    def open(self) -> None:
        """A file to choose; what is in it; and the button that makes it."""
        with ui.dialog(value=True) as self._dialog, ui.card().classes("form-card"):
            ui.label(_("Import clients")).classes("dialog-title").props("role=heading aria-level=2")
            about = _(
                "A CSV file with a header line. The column name is required; language (en, de), "
                "site, max_sites and max_events are optional. You see what will be added before "
                "anything is saved."
            )
            ui.label(about)
            upload = ui.upload(
                on_upload=told(self._read), auto_upload=True, max_file_size=LARGEST, label=_("Choose a file")
            )
            upload.props('accept=".csv,text/csv" flat bordered').classes("wide")
            self._found = drawn("", "wide")
            with box("div", "dialog-buttons"):
                button(_("Cancel"), classes="quiet").on_click(self._dialog.close)
                self._save = button(_("Add clients"), classes="primary")
                self._save.on_click(told(self._create)).disable()
        self._dialog.on("hide", self._dialog.delete)

    async def _read(self, event: events.UploadEventArguments) -> None:
        self._clients = []
        self._save.disable()
        try:
            contents = (await event.file.read()).decode("utf-8")
            self._clients = read_clients(contents)
        except UnicodeDecodeError:
            self._found.set_content(_trouble(_("Save the file as UTF-8.")))
            return
        except Invalid as error:
            self._found.set_content(_trouble(error.message))
            return
        self._found.set_content(_preview(self._clients))
        if self._clients and not any(one.problem for one in self._clients):
            self._save.enable()

    async def _create(self) -> None:
        viewer = await current_viewer(self._here)
        async with session(viewer) as db:
            made = await create_clients(db, viewer, self._clients)
        self._dialog.close()
        words = ngettext("{number} client has been added.", "{number} clients have been added.", len(made))
        ui.notify(words.format(number=len(made)), type="positive", position="top")
        ui.navigate.to("/clients")


def _trouble(words: str) -> Markup:
    return filled('<p class="notice" role="alert">{}</p>', words)


def _preview(clients: list[NewClient]) -> Markup:
    """A line per client, with what is wrong with it."""
    if not clients:
        return _trouble(_("The file has no lines below the header."))
    rows = joined(
        filled(
            '<tr><td class="num">{}</td><td>{}</td><td>{}</td></tr>',
            one.line,
            one.name,
            filled("<b>{}</b>", one.problem) if one.problem else one.site,
        )
        for one in clients[:50]
    )
    if wrong := sum(bool(one.problem) for one in clients):
        words = ngettext("{number} line has an error.", "{number} lines have errors.", wrong)
    else:
        words = ngettext("{number} client would be added.", "{number} clients would be added.", len(clients))
    table = filled('<div class="scroll"><table class="data words told">{}</table></div>', rows)
    said = words.format(number=wrong or len(clients))
    return filled('<p role="status"><b>{}</b></p>{}', said, table)
