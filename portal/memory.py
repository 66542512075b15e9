"""How often Python looks for garbage in our long-lived processes."""

import gc


def spare_what_is_there() -> None:
    """Leaves all that exists by now out of collections, and makes those rarer: for the end of a start.

    Collections that look through everything made collect wait, and cost ingest a third of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 50, 100)


_YOUNG = 100_000
