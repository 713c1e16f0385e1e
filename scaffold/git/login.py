"""Who a remote is told that we are: given to git by a way that neither a list of processes nor a file shows."""

from collections.abc import Mapping
from typing import NamedTuple

HELPED = ("http", "https", "ftp", "ftps")  # for what git asks its credential helpers (gitcredentials)
HELPER = """!f() { test "$1" = get && printf '%s\\n' "$SCAFFOLD_LOGIN"; }; f"""


class Login(NamedTuple):
    """A user's name or a token, and the password where there is one, for a host and for no other that it leads to."""

    host: str
    user: str
    password: str | None

    def options(self) -> tuple[str, ...]:
        """Return the options by which git asks us, and those of its own helpers that may know a missing password."""
        key = f"credential.{self.host}.helper"
        return (*(() if self.password is None else ("-c", f"{key}=")), "-c", f"{key}={HELPER}")

    def environment(self) -> Mapping[str, str]:
        """Return the environment in which git, and what it starts, find the answer."""
        known = [f"username={self.user}", *([] if self.password is None else [f"password={self.password}"])]
        return {"SCAFFOLD_LOGIN": "\n".join(known)}
