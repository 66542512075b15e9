"""What is wrong with a field, as a sentence: the framework's own are in English for everybody."""

from collections.abc import Mapping
from typing import Any

from tenancy.errors import Invalid
from tenancy.text import gettext, gettext_noop

_ = gettext_noop
_TEXT = _("This must be text.")
_NUMBER = _("This must be a number.")
_WHOLE = _("This must be a whole number.")
_YES_OR_NO = _("This must be true or false.")
_DAY = _("Write the date like 2026-01-31.")
_MOMENT = _("Write the time like 2026-01-31T09:30:00Z.")
_OBJECT = _("This must be an object.")
_CHOICES = _("Choose one of these: {expected}.")
_LETTER = _("It contains a character that cannot be stored.")
_SENTENCES = {
    "missing": _("This field is missing."),
    "extra_forbidden": _("There is no such field."),
    "string_type": _TEXT,
    "string_unicode": _LETTER,
    "plain_text": _LETTER,
    "string_too_short": _("At least {min_length} characters are required."),
    "string_too_long": _("At most {max_length} characters are allowed."),
    "too_short": _("At least {min_length} are required."),
    "too_long": _("At most {max_length} are allowed."),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "greater_than": _("It must be more than {gt}."),
    "greater_than_equal": _("It must be at least {ge}."),
    "less_than": _("It must be less than {lt}."),
    "less_than_equal": _("It must be at most {le}."),
    "bool_type": _YES_OR_NO,
    "bool_parsing": _YES_OR_NO,
    "list_type": _("This must be a list."),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "enum": _CHOICES,
    "literal_error": _CHOICES,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_aware": _MOMENT,
}


def validation_sentence(error: Mapping[str, Any]) -> str:
    """The sentence for one of Pydantic's errors."""
    sentence = _SENTENCES.get(error["type"])
    if sentence is None:
        return Invalid().message
    # Pydantic joins choices by "or": 'a', 'b' or 'c'.
    context = {
        name: str(value).replace(" or ", ", ").replace("'", "") if name == "expected" else value
        for name, value in error.get("ctx", {}).items()
    }
    return gettext(sentence).format(**context)
