"""Who a remote is told that we are: given to git by a way that neither a list of processes nor a file shows."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from scaffold.process.outputs import output

HELPED = ("http", "https", "ftp", "ftps")  # for what git asks its credential helpers (gitcredentials)
ASKING = 30.0  # seconds that a helper may take
# Nobody is there to be asked: neither in the terminal, nor by a window of git's, of ssh's or of its credential manager.
UNASKED = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS": "", "GCM_INTERACTIVE": "never"}
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


def helped(scheme: str, host: str) -> Login | None:
    """Return what git's credential helpers know of a host, without asking anybody; raises ScriptError."""
    given = f"protocol={scheme}\nhost={host}\n\n".encode()
    done = output(
        ("git", "credential", "fill"), Path.cwd(), seconds=ASKING, environment={**os.environ, **UNASKED}, given=given
    )
    said = dict(line.partition("=")[::2] for line in done.out.splitlines())
    if done.code or not said.get("password"):
        return None
    return Login(f"{scheme}://{host}", said.get("username", ""), said["password"])
