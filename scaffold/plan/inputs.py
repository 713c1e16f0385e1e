"""What the blueprint changed is the difference between two renders made with the same inputs, and nothing else.

What was stamped was rendered with a secret, a random value or a time that nobody has any more. Where a file depends on
such an input, the version that was applied is rendered again, with the inputs of the new one, and only the difference
between these two is carried onto what was stamped.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from scaffold.lock import Lock, Locked
from scaffold.merge.markers import Conflict
from scaffold.merge.text import merge_whole
from scaffold.templating.inputs import SECRET
from scaffold.tree import SYMLINK, File, Tree, is_text

FindBase = Callable[[str, Locked], bytes | None]
WORDS = {  # in the order in which a reason names them
    "secret": "a secret",
    "chance": "a random value",
    "clock": "a time",
    "hook": "what code of the template made",
    "folder": "the folder's name",
    "data": "data of another file",
    "answer": "an answer that nothing asks for any more",
    "system": "the operating system",
}
LONGEST = 100_000  # bytes of a file in which secrets are looked for by what stands around them
DRAWN = 8  # letters of a word that nobody has written by hand
DIGIT = re.compile(rb"[0-9]")
WORD, FIELD = re.compile(rb"\w+|\s|[^\w\s]"), re.compile(rb"\S+|\s")


class StandIns(NamedTuple):
    """Both versions rendered with stand-ins for secrets, each with the secret that is given in its place, if one is.

    `revealed` are those of answers that are secrets no more.
    """

    then: Tree
    now: Tree
    told: Mapping[bytes, bytes | None]
    revealed: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Rerendered:
    """The applied version rendered again, with the inputs that the new tree was rendered with.

    `tree` is None where that version cannot be had. `without_scripts`: neither tree has what scripts make, but what
    was stamped may.
    """

    tree: Tree | None
    without_scripts: bool = False
    stand_ins: tuple[StandIns, ...] = ()

    @property
    def each(self) -> tuple["Rerendered", ...]:
        """The same with one set of stand-ins each: what depends on which one it is, is made of a secret."""
        return tuple(replace(self, stand_ins=(one,)) for one in self.stand_ins) or (self,)


class Doubt(NamedTuple):
    """A file of which nobody can tell what it would have been with the inputs of what was stamped, and why."""

    then: File | None
    why: str


def carry(
    before: Lock, new: Tree, again: Rerendered, moved: Mapping[str, str], find_base: FindBase
) -> tuple[Tree, Mapping[str, Doubt]]:
    """Return the new tree as the inputs of what was stamped would have made it, and of what that cannot be told.

    What changed between both renders is carried onto what was stamped; `moved` has old path -> new path.
    """
    came_from = {path: old for old, path in moved.items()}
    files: dict[str, File] = {}
    doubts: dict[str, Doubt] = {}

    def take(path: str, old: str, now: File | None) -> None:
        found, *others = (_carried(before, old, path, now, one, find_base) for one in again.each)
        if isinstance(found, File) and not all(isinstance(one, File) and one.same_as(found) for one in others):
            then = again.tree.get(old) if again.tree is not None else None
            found = Doubt(then, _why(_kinds(before, before.files[old], then, now, again), again))
        if isinstance(found, Doubt):
            doubts[path] = found
        elif found is not None:
            files[path] = found

    for path, now in new.items():
        old = came_from.get(path, path)
        files[path] = now
        if old in before.files and (old != path or path not in moved):
            take(path, old, now)
        elif _was_not_wanted(path, now, again):
            del files[path]
    for path in before.files.keys() - moved.keys() - new.keys():
        take(path, path, None)
    return Tree(files, new.folders), doubts


def _was_not_wanted(path: str, now: File, again: Rerendered) -> bool:
    """Whether a file is new only because of the inputs: the applied version makes it with these as well.

    A secret that is given is wanted.
    """
    return again.tree is not None and path in again.tree and bool(now.placed - {"given"} or again.without_scripts)


def _carried(
    before: Lock, old: str, path: str, now: File | None, again: Rerendered, find_base: FindBase
) -> File | Doubt | None:
    """Return what the file would be with its own inputs, or why nobody can tell; None: the blueprint has dropped it."""
    locked = before.files[old]
    then = again.tree.get(old) if again.tree is not None else None
    kinds = _kinds(before, locked, then, now, again)
    if not kinds or (now is None and then is not None):
        return now
    was, new, told = _compared(locked, then, now, old, path, again)
    if now is None and (was is None or new is None):
        return Doubt(None, _why(kinds, again, made=True)) if was is None else None
    content = find_base(old, locked)
    if was is None and now and now.recipe and now.recipe == locked.recipe:
        was = then = now  # the old version cannot be rendered, but it is the same template with the same answers
    if content is None or was is None or new is None:
        return now if now is not None and now.content == content else Doubt(then, _why(kinds, again))
    inputs = (now or new).inputs | (locked.inputs & {"hook"} if again.without_scripts else frozenset())
    stamped = File(content, locked.mode, locked.origin, inputs, (now or new).recipe)
    if now is not None and (stamped.same_as(now) or stamped.same_as(then)):
        return replace(now, inputs=inputs)
    if any(word in new.content for one in again.stand_ins for word in one.revealed):
        return Doubt(then, f"it holds {words_for(kinds)}, which is asked for as no secret now")
    if was.same_as(new):
        return stamped
    noisy = "hook" in was.inputs & new.inputs
    moved_on = _filled(stamped, was, new, told) or _moved_on(stamped, was, new, told, noisy=noisy)
    return moved_on or Doubt(then, _why(kinds, again))


def _kinds(before: Lock, locked: Locked, then: File | None, now: File | None, again: Rerendered) -> frozenset[str]:
    """Return the hidden inputs of a file, also those that show only in what the applied version makes of it now."""
    kinds = hidden(before, locked, then, now)
    made_by_scripts = again.without_scripts and not locked.matches(then)
    nowhere = now is None and then is None and again.tree is not None
    return kinds | {"hook"} if made_by_scripts or (nowhere and not kinds) else kinds


def _filled(stamped: File, then: File, now: File, told: Mapping[bytes, bytes | None]) -> File | None:
    """Return the new version with the secrets in it that what was stamped has where the old one has stand-ins."""
    words = [word for word in told if word in then.content]
    if not words or len(then.content) > LONGEST or SYMLINK in (stamped.mode, then.mode, now.mode):
        return None
    names = {word: f"w{number}".encode() for number, word in enumerate(words)}
    any_text = b".*?" if len(words) == 1 else b"[^\n]*?"  # several of any length would be looked for without end
    pattern, seen = b"", set[bytes]()
    for part in re.split(b"(" + b"|".join(map(re.escape, words)) + b")", then.content):
        if part not in names:
            pattern += re.escape(part)
            continue
        pattern += b"(?P=%b)" % names[part] if part in seen else b"(?P<%b>%b)" % (names[part], any_text)
        seen.add(part)
    found = re.fullmatch(pattern, stamped.content, re.DOTALL)
    if found is None:
        return None
    content = now.content
    for word, name in names.items():
        secret = told[word]
        content = content.replace(word, found[name.decode()] if secret is None else secret)
    if any(word in content for word in told):  # of a secret that is new here
        return None
    mode = now.mode if now.mode != then.mode else stamped.mode
    return replace(stamped, content=content, mode=mode)


def _compared(
    locked: Locked, then: File | None, now: File | None, old: str, path: str, again: Rerendered
) -> tuple[File | None, File | None, Mapping[bytes, bytes | None]]:
    """Return the two renders that say what changed: of a file with a secret those with stand-ins for it."""
    read = locked.inputs | (now.inputs if now else frozenset()) | (then.inputs if then else frozenset())
    if not again.stand_ins or not read & SECRET or "hook" in read:
        return then, now, {}
    (stand_ins,) = again.stand_ins
    was, new = stand_ins.then.get(old), stand_ins.now.get(path)
    if now is not None and (was is None or new is None):  # it is made only without a secret
        return then, now, {}
    return was, new, stand_ins.told


def _moved_on(stamped: File, then: File, now: File, told: Mapping[bytes, bytes | None], *, noisy: bool) -> File | None:
    """Return what was stamped with what changed between two renders, line by line and then word by word, or None.

    `told` has what is to be there now for a stand-in. `noisy`: code of the template has made both renders, and may draw
    another value each time.
    """
    sides = (then, stamped, now)
    if not all(is_text(side.content) for side in sides) or SYMLINK in {side.mode for side in sides}:
        return None
    parts = merge_whole(then.content, stamped.content, now.content)
    settled = [_by_word(part, told, noisy=noisy) if isinstance(part, Conflict) else part for part in parts]
    content = b"".join(part for part in settled if part is not None)
    mode = now.mode if now.mode != then.mode else stamped.mode
    whole = None not in settled and not any(word in content for word in told)  # no stand-in is ever written
    return replace(stamped, content=content, mode=mode) if whole else None


def _by_word(conflict: Conflict, told: Mapping[bytes, bytes | None], *, noisy: bool) -> bytes | None:
    """Merge lines whose words differ in different places: the input in one, what the blueprint changed in another.

    What is drawn may hold signs, as an UUID does, and is then seen as one only between spaces.
    """
    sides = (conflict.base, conflict.ours, conflict.theirs)
    for cut in (WORD, FIELD) if noisy else (WORD,):
        words = merge_whole(*(b"".join(word.hex().encode() + b"\n" for word in cut.findall(side)) for side in sides))
        settled = [_settled(part, told, noisy=noisy) if isinstance(part, Conflict) else _words(part) for part in words]
        if None not in settled:
            return b"".join(word for words in settled if words is not None for word in words)
    return None


def _words(part: bytes) -> list[bytes]:
    return [bytes.fromhex(word.decode()) for word in part.split()]


def _settled(part: Conflict, told: Mapping[bytes, bytes | None], *, noisy: bool) -> list[bytes] | None:
    """Return the words of ours where all look drawn, with what theirs adds before or after them, or None.

    Where a secret is told in place of its stand-in, the words are those of theirs.
    """
    base, ours, theirs = _words(part.base), _words(part.ours), _words(part.theirs)
    if theirs and told.get(b"".join(base)) == b"".join(theirs):
        return theirs
    count = len(base)
    if not noisy or len(ours) != count or len(theirs) < count:
        return None
    if all(map(_are_drawn, base, ours, theirs)):
        return ours + theirs[count:]
    return theirs[:-count] + ours if all(map(_are_drawn, base, ours, theirs[-count:])) else None


def _are_drawn(*words: bytes) -> bool:
    """Whether words are as long as each other, another one each time, and with digits or not short."""
    (length, *others), different = {len(word) for word in words}, len({*words}) == len(words)
    return different and not others and (length >= DRAWN or (length > 1 and all(map(DIGIT.search, words))))


def words_for(inputs: frozenset[str]) -> str:
    """Name hidden inputs in words."""
    return " and ".join(words for kind, words in WORDS.items() if kind in recorded(inputs))


def recorded(inputs: frozenset[str]) -> frozenset[str]:
    """Return the hidden inputs of a file as the lock keeps them."""
    return (inputs - {"given"}) | {"secret"} if "given" in inputs else inputs


def hidden(before: Lock, locked: Locked, then: File | None, now: File | None) -> frozenset[str]:
    """Return the hidden inputs of a file of which the present values are not those that it was stamped with."""
    here = now.inputs if now else frozenset()
    kinds = recorded(locked.inputs | here | (then.inputs if then else frozenset()))
    if "given" in here and "secret" not in here:  # who tells a secret wants it in the file
        kinds -= {"secret"}
    return kinds if before.folder is None else kinds - {"folder"}


def _why(kinds: frozenset[str], again: Rerendered, *, made: bool = False) -> str:
    held = words_for(kinds)
    if again.tree is None:
        return f"it holds {held}, and the version it was stamped from cannot be rendered again to compare"
    return f"it is made with {held}, which is not at hand" if made else f"the blueprint has changed what holds {held}"


def comparable(before: Lock, new: Tree, again: Rerendered) -> tuple[Lock, Tree]:
    """Return lock and tree as what has moved is to be told from: rendered with the same inputs, and nothing else."""
    if again.tree is None:
        return before, new
    files = {}
    for path, locked in before.files.items():
        then = again.tree.get(path)
        if then is not None and locked.inputs | then.inputs and not locked.matches(then):
            files[path] = locked._replace(blob=then.blob, mode=then.mode)
        elif then is not None or path in new:
            files[path] = locked
    wanted = {p: file for p, file in new.items() if p in before.files or not _was_not_wanted(p, file, again)}
    return replace(before, files=files), Tree(wanted, new.folders)


def settled_paths(before: Lock, new: Tree, again: Rerendered) -> tuple[Tree, Rerendered]:
    """Return both trees with the paths that were stamped, where a path was made by chance or the clock."""
    if again.tree is None:
        return new, again
    then = again.tree
    added = {
        path: file.origin for path, file in new.items() if file.placed and path in then and path not in before.files
    }
    gone = {path: locked.origin for path, locked in before.files.items() if path not in new and path not in then}
    ones = [{origin for origin, count in Counter(side.values()).items() if count == 1} for side in (added, gone)]
    stood = {origin: path for path, origin in gone.items()}
    to = {path: stood[origin] for path, origin in added.items() if origin in ones[0] & ones[1]}
    if not to:
        return new, again
    return _renamed(new, to), replace(again, tree=_renamed(then, to))


def _renamed(tree: Tree, to: Mapping[str, str]) -> Tree:
    return Tree({to.get(path, path): file for path, file in tree.items()}, tree.folders)
