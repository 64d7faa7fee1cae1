"""How a verb ends badly."""

NEGATIVE = 1
WRONG_USE = 2


class Failure(Exception):  # noqa: N818 - an answer, not always an error
    """Ends a verb with a sentence for the user and an exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code
