"""Every error the gateway raises on purpose.

::

    BartaError                  a clear sentence for a person; the command line prints it and exits 1
    ├── SettingsError           barta.toml or the environment is wrong: names the setting
    ├── DomainError             a value that cannot be what it claims to be
    │   ├── InvalidMsisdn       not a telephone number
    │   ├── InvalidValue        a date, a registration number, a row's field that cannot be read
    │   └── TooManyRows         a document would be longer than anybody prints
    ├── StoreError              the database cannot serve
    │   ├── NotInitialised      run ``barta init``
    │   └── WrongVersion        the database belongs to another version of the program
    ├── RegistrationClash       two commands claim the same keyword, two channels the same name
    └── SubmitError             a provider did not take a message (see ``bot.channel`` for what follows from each)
        ├── Unreachable         certainly not taken: try again later
        ├── Throttled           certainly not taken: too fast, says when to come back
        │   └── Busy            likewise, but only for this recipient
        ├── Refused             certainly not taken, and never will be
        │   └── Gone            because the recipient is no longer there
        └── OutcomeUnknown      may have been taken: never send again blindly
"""

from __future__ import annotations


class BartaError(Exception):
    """A failure that a person can act on; ``str(error)`` is one clear sentence without numbers or secrets."""


class SettingsError(BartaError):
    """A setting is missing, malformed or contradicts another."""


class DomainError(BartaError, ValueError):
    """A value that cannot be what it claims to be."""


class InvalidMsisdn(DomainError):  # noqa: N818 - named for what the value is
    """Not a telephone number that can be reached."""


class InvalidValue(DomainError):  # noqa: N818 - named for what the value is
    """A date, a registration number or another field that cannot be read."""


class TooManyRows(DomainError):  # noqa: N818 - named for what the document would have
    """A document would be longer than anybody prints.

    Attributes:
        rows: how many it would have.
        most: how many it may have.
    """

    def __init__(self, rows: int, most: int) -> None:
        super().__init__(
            f"The document would have {rows} rows and may have {most}: ask for a smaller area or fewer days, or for xlsx."
        )
        self.rows = rows
        self.most = most


class StoreError(BartaError):
    """The database cannot serve."""


class NotInitialised(StoreError):  # noqa: N818 - named for the state
    """The database has no tables yet."""


class WrongVersion(StoreError):  # noqa: N818 - named for the state
    """The database was made by another version of the program."""


class RegistrationClash(BartaError):  # noqa: N818 - named for the event
    """Two parts of the program claim the same name."""


class SubmitError(BartaError):
    """A provider did not, or may not, have taken a message."""


class Unreachable(SubmitError):  # noqa: N818 - named for the outcome
    """Certainly not taken; the same message may be sent again later."""


class Throttled(SubmitError):  # noqa: N818 - named for the outcome
    """Certainly not taken because we are too fast; burns no attempt.

    Attributes:
        retry_after: seconds to wait before anything else is sent on this channel.
    """

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Busy(Throttled):
    """Certainly not taken because this recipient has had enough for the moment; everybody else is served meanwhile."""


class Refused(SubmitError):  # noqa: N818 - named for the outcome
    """Certainly not taken, and sending it again would be refused again."""


class Gone(Refused):
    """Certainly not taken: the recipient has left, or has blocked us. What links him to the address ends."""


class OutcomeUnknown(SubmitError):  # noqa: N818 - named for the outcome
    """The provider may or may not have taken the message: only a receipt can tell."""
