"""How an operation refuses: raised anywhere below the door, answered as the contract's error body."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 -- an answer, not a fault of the program
    """An error answer: its HTTP ``status``, a short ``code`` and a ``message`` for humans."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    @property
    def body(self) -> dict[str, object]:
        return {"code": self.code, "message": self.message}


def not_found(what: str) -> Refusal:
    return Refusal(404, "document_not_found", f"{what} not found")


def unprocessable(message: str) -> Refusal:
    """A business rule refused the call."""
    return Refusal(422, "unprocessable_entity", message)


def missing_dependency(message: str) -> Refusal:
    """Something the call depends on is not there (424)."""
    return Refusal(424, "failed_dependency", message)
