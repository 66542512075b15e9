"""`make messages`: finds the texts in the code, brings every catalogue up to date, says what is missing."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from tenancy.catalogues import FOLDER
from tenancy.languages import ENGLISH, OFFERED

ROOT = FOLDER.parent
_KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_noop": None}
_HEADER = (
    "# Texts of the product. `make messages` brings the list up to date; the translations are written here."
)


def messages_in_code() -> Catalog:
    """Every text behind the door, with the files that it stands in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog(fuzzy=False)
    extracted = extract_from_dir(
        ROOT,
        methods,
        options,
        _KEYWORDS,
        ("Translators:",),
        directory_filter=_is_ours,
        strip_comment_tags=True,
    )
    for file_name, line, message, comments, context in extracted:
        found.add(message, None, [(file_name, line)], auto_comments=comments, context=context)
    return found


def read_catalogue(code: str) -> Catalog:
    """A language's translations; none where it is new."""
    path = path_of(code)
    source = io.BytesIO(path.read_bytes() if path.exists() else b"")
    return read_po(source, locale=code)


def path_of(code: str) -> Path:
    """Where a language's translations are."""
    return FOLDER / f"{code}.po"


def translated_languages() -> list[str]:
    """The languages that have a catalogue."""
    return [language.code for language in OFFERED if language is not ENGLISH]


def untranslated(catalog: Catalog) -> Iterator[Message]:
    """The messages that still lack a form, or a look by somebody."""
    for message in catalog:
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        whole = len(forms) == (catalog.num_plurals if message.pluralizable else 1)
        if message.id and (message.fuzzy or not whole or not all(forms)):
            yield message


def renew(code: str, found: Catalog) -> Catalog:
    """Writes a catalogue anew: with the messages of the code, and the translations that it had."""
    catalog = read_catalogue(code)
    catalog.update(found, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.header_comment = _HEADER
    catalog.fuzzy = False
    written = io.BytesIO()
    write_po(written, catalog, width=110, omit_header=True, sort_by_file=True, include_lineno=False)
    # Babel's header would carry the time of each run: a conflict for every two who add a text.
    header = (
        f'{_HEADER}\nmsgid ""\nmsgstr ""\n"Language: {code}\\n"\n'
        f'"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {catalog.plural_forms}\\n"\n\n'
    )
    path_of(code).write_bytes(header.encode() + written.getvalue())
    return catalog


def main() -> None:
    """Brings all catalogues up to date; exits with 1 while something is missing."""
    found = messages_in_code()
    missing = {code: list(untranslated(renew(code, found))) for code in translated_languages()}
    for code, messages in missing.items():
        sys.stdout.write(f"{path_of(code).relative_to(ROOT)}: {len(messages)} to translate\n")
        for message in messages:
            sys.stdout.write(f"  {message.locations[0][0]}: {message.id!r}\n")
    sys.exit(any(missing.values()))


def _is_ours(folder: str) -> bool:
    return not Path(folder).name.startswith((".", "node_modules"))


if __name__ == "__main__":
    main()
