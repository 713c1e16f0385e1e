"""What a script fetches and then runs, installs or unpacks without having compared its digest or its signature."""

import re
from collections.abc import Iterator, Sequence
from posixpath import basename

from scaffold.guard.readers.dockerfile import instructions
from scaffold.guard.readers.shell import SHELLS, Command
from scaffold.guard.tables import table

COMMANDS = table("rules/supply/commands")
FETCHERS, UNPACKERS, PLACERS = (frozenset(COMMANDS[name]) for name in ("fetchers", "unpackers", "placers"))
INTERPRETERS = SHELLS | frozenset(COMMANDS["interpreters"])
# What compares a digest, or verifies a signature.
CHECKS = re.compile(
    r"\b(?:(?:sha\d{1,3}|b2|md5)sum|shasum|sha\d{3}|cksum|openssl dgst|gpgv?|cosign|minisign|slsa-verifier|Get-FileHash"
    r"|attestation|rekor-cli|signify|certutil)\b"
)
FETCHED = re.compile(r"(?:^|[\s=])(?:-o|-O|--output|--output-document|-[A-Za-z]*o)[=\s]+([^\s;|&]+)|>\s*([^\s;|&>]+)")
REMOTE_CODE = re.compile(
    r"(?:urlopen|urlretrieve|requests\.get|httpx\.get|fetch\(|open-uri|URI\.open|https?\.get|LWP::Simple|file_get_contents"
    r"|DownloadString|Invoke-WebRequest|iwr\b|irm\b)"
)
RUNS_TEXT = re.compile(r"\b(?:exec|eval|system|Function|iex|Invoke-Expression|require)\b")
EXACT_TAG = re.compile(r"(?:@sha256:[0-9a-f]{64}|:v?\d+\.\d+\.\d+[\w.+-]*)$")


def used_unseen(commands: Sequence[tuple[int, Command]], text: str) -> Iterator[tuple[int, str]]:
    """Yield line and sentence of what is fetched and used, in a script that compares no digest."""
    checked = CHECKS.search(text) is not None
    fetched: dict[str, str] = {}
    for line, command in commands:
        if command.program in FETCHERS:
            fetched |= {basename(name): command.program for name in _targets(command)}
        elif not checked and (source := _unpacked_from_pipe(command)):
            yield line, f"what {source} fetches is unpacked unseen"
        elif not checked and (name := _used(command, fetched)):
            yield line, f"what {fetched.pop(name)} fetches is used unseen: {name} has no digest to compare"
        if message := _remote_code(command) or _image(command, text):
            yield line, message


def _targets(command: Command) -> Iterator[str]:
    """Yield the files that a command writes what it fetches to."""
    written = " ".join(command.words)
    for match in FETCHED.finditer(written):
        yield match[1] or match[2]
    bare = {"-O", "--remote-name", "-LO", "-sLO", "-OL", "-fsSLO", "-sSLO", "-fLO", "-sSfLO", "-SsfLO"} & set(
        command.words
    )
    if bare or command.program in ("wget", "aria2c"):
        yield from (basename(word.partition("?")[0]) for word in command.words if "://" in word)


def _used(command: Command, fetched: dict[str, str]) -> str:
    """Return the fetched file that a command runs, unpacks, installs or makes ready to run; else nothing."""
    takes = command.program in INTERPRETERS | UNPACKERS | {"source", ".", "sudo"}
    named = [basename(word) for word in (command.words[1:] if takes else command.written[:1])]
    if command.program in PLACERS and not takes:
        placed = " ".join(command.words)
        named = [basename(word) for word in command.words[1:]] if re.search(r"\+x|/bin\b|-m\s*0?7", placed) else []
    return next((name for name in named if name in fetched), "")


def _unpacked_from_pipe(command: Command) -> str:
    if command.program not in UNPACKERS or {"-t", "--list", "-tz", "tz"} & set(command.words):
        return ""
    return next((source for source in command.sources if source in FETCHERS), "")


def _remote_code(command: Command) -> str:
    """Say that an interpreter is given a line that fetches code and runs it, or nothing."""
    if command.program not in INTERPRETERS or not {"-c", "-e", "-r", "-Command", "-command"} & set(command.words):
        return ""
    line = " ".join(command.words[1:])
    runs = REMOTE_CODE.search(line) and RUNS_TEXT.search(line)
    return f"{command.program} runs code that it fetches unseen" if runs else ""


def _image(command: Command, text: str) -> str:
    """Say which image a container is run from without a version, or nothing."""
    runs = command.words[1:2] == ("run",) or command.words[1:3] == ("container", "run")
    if command.program not in ("docker", "podman", "nerdctl") or not runs:
        return ""
    words = command.words[command.words.index("run") + 1 :]
    image = next(iter(_operands(words)), "")
    name = image.partition(":")[0]
    built = re.search(rf"(?:-t|--tag)[=\s]+[\"']?{re.escape(name)}\b", text) is not None
    if not image or "$" in image or built or EXACT_TAG.search(image) or image.startswith("."):
        return ""
    return f"`{command.program} run {image}` takes whatever image has that name today"


def _operands(words: Sequence[str]) -> Iterator[str]:
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = word in COMMANDS["valued"]["docker"]
        else:
            yield word


def added(text: str) -> Iterator[tuple[int, str]]:
    """Yield line and sentence of each address that a Dockerfile adds without a checksum."""
    for one in instructions(text):
        if one.word == "ADD" and "--checksum=" not in one.value:
            for word in one.value.split():
                if word.startswith(("http://", "https://")) and not word.endswith(".git"):
                    yield one.line, f"what ADD fetches has no --checksum: {word.partition('?')[0][:80]}"
