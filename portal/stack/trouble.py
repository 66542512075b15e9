"""What keeps the stack from starting, in one sentence for the person at the terminal."""


class StackTrouble(Exception):
    """The stack cannot start or go on; the message is the whole answer."""
