"""How often Python looks for garbage in our long-lived processes."""

import gc


def spare_what_is_there(*, allocations: int) -> None:
    """Leaves all that exists by now out of collections, and has one only after so many new objects.

    For the end of a start. Collections that look through everything made collect wait, and cost ingest a
    third of its time; too rare ones let the pages that people left pile up.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(allocations, 20, 50)
