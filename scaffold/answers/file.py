"""`.scaffold/answers.yml`: what a service is stamped from; a person may edit it, and `update` applies the edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scaffold.answers import KEPT
from scaffold.errors import AnswerError, without_credentials
from scaffold.formats import yaml
from scaffold.formats.equal import digest
from scaffold.formats.located import Located, text, texts
from scaffold.merge.drivers import UNSAID, Switches, parse_switches
from scaffold.process.loading import later

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scaffold.answers import pause
    from scaffold.answers.pause import Pause
    from scaffold.blueprint import globs
    from scaffold.formats import edit
else:
    pause = later("scaffold.answers.pause")
    globs, edit = later("scaffold.blueprint.globs"), later("scaffold.formats.edit")

PATH = KEPT
TAKEN_OUT = f"the credentials in the source are taken out of {PATH}; a credential helper of git's can keep them"
HEAD = "# What this service was stamped from. Edit an answer, then run `scaffold update` to apply it.\n"


class Wishes(NamedTuple):
    """What the file asks for.

    `follow` is the branch or tag that updates go to instead of the newest version; `own` are patterns of files that the
    team has made its own, and `updates` says for how long a fleet is to offer no updates. `require_signature`: only to
    releases that are signed by whom the machine or the user allows.
    """

    blueprint: str
    source: str
    answers: Mapping[str, Any]
    keep_copier: bool = False
    merge: Switches = UNSAID
    follow: str = ""
    own: tuple[str, ...] = ()
    updates: Pause | None = None
    require_signature: bool = False

    @property
    def public(self) -> str:
        """The source as it is recorded and shown; credentials that stand in the file are for git alone."""
        return without_credentials(self.source)

    @property
    def is_in_lock(self) -> bool:
        """Whether the lock says all of it too."""
        return not (self.merge or self.follow or self.own or self.updates or self.require_signature)


def parse(content: bytes, file: str = PATH) -> Wishes:
    """Read the file; raises FormatError with the line of a mistake."""
    document = yaml.load(content, file)
    document.only(
        {"blueprint", "source", "answers", "keep_copier", "merge", "follow", "own", "updates", "require_signature"}
    )
    return Wishes(
        blueprint=document.required("blueprint", text),
        source=document.required("source", text),
        answers=document.optional("answers", lambda at: {name: value.data for name, value in at.items()}, {}),
        keep_copier=document.optional("keep_copier", lambda at: at.a(bool), default=False),
        merge=document.optional("merge", parse_switches, {}),
        follow=document.optional("follow", text, ""),
        own=document.optional("own", _patterns, ()),
        updates=document.optional("updates", _pause, None),
        require_signature=document.optional("require_signature", lambda at: at.a(bool), default=False),
    )


def placed(error: AnswerError, content: bytes) -> AnswerError:
    """Return the error about an answer of last time with its place in the file, where it stands there."""
    if error.source != KEPT or error.where:
        return error
    answers = yaml.load(content, PATH).optional("answers", lambda at: at, None)
    if answers is None or error.question not in answers.data:
        return error
    message = error.message.replace(f" ({KEPT})", "", 1)
    hint = f"write another one there, or {error.hint}"
    return AnswerError(message, where=answers.child(error.question).where, hint=hint, question=error.question)


def told_of(wishes: Wishes) -> list[str]:
    """Say what becomes of credentials in the file."""
    return [TAKEN_OUT] if wishes.source != wishes.public else []


def rewritten(content: bytes, wishes: Wishes, wished: Wishes) -> bytes:
    """Return the file with only what is wished otherwise now touched, so that comments stay; credentials do not."""
    content = content if wished.own == wishes.own else edit.sync_list(PATH, content, "own", wished.own)
    before, after = (wishes.blueprint, wishes.source), (wished.blueprint, wished.public)
    if before == after and digest(wished.answers) == digest(wishes.answers):
        return content
    if content == dump(said := parse(content)):  # nobody has edited it: nothing to keep but the order of the answers
        kept = {name: wished.answers[name] for name in said.answers if name in wished.answers}
        return dump(wished._replace(source=wished.public, answers={**kept, **wished.answers}))
    content = edit.set_values(PATH, content, {"blueprint": wished.blueprint, "source": wished.public})
    return edit.sync_mapping(PATH, content, "answers", wished.answers)


def _pause(at: Located) -> Pause:
    return pause.parse_pause(at)


def _patterns(at: Located) -> tuple[str, ...]:
    found = texts(at)
    for number, pattern in enumerate(found):
        globs.check(pattern, at.child(number).where)
    return found


def dump(wishes: Wishes) -> bytes:
    """Write a new file."""
    stamp: dict[str, Any] = {"blueprint": wishes.blueprint, "source": wishes.source}
    if wishes.follow:
        stamp["follow"] = wishes.follow
    if wishes.keep_copier:
        stamp["keep_copier"] = True
    if wishes.merge:
        stamp["merge"] = dict(wishes.merge)
    if wishes.own:
        stamp["own"] = list(wishes.own)
    if wishes.updates:
        stamp["updates"] = {"pause_until": wishes.updates.until, "reason": wishes.updates.reason}
    if wishes.require_signature:
        stamp["require_signature"] = True
    stamp["answers"] = dict(wishes.answers)
    return (HEAD + yaml.dump(stamp)).encode()
