"""An image made without an engine: what a stamped Dockerfile says is done, step by step, in folders of this machine.

No registry gives the base image here: the machine's own system, which can only be read, and a copy of its Python stand in
for it. Each step has a mount namespace of its own, with the folder of its stage as its root.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

import pathspec

LINKS = ("bin", "lib", "lib64", "sbin")  # into /usr, as in the image
SYSTEM = (
    "ca-certificates.conf",
    "group",
    "hosts",
    "ld.so.conf",
    "ld.so.conf.d",
    "nsswitch.conf",
    "passwd",
    "resolv.conf",
    "ssl",
)
NETWORK = ("PIP_", "SSL_", "UV_DEFAULT_INDEX", "UV_INDEX", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
FOLDERS = ("dev", "etc", "proc", "run", "tmp", "usr", "var/tmp")
PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"
PIP = "#!/usr/local/bin/python3\nfrom pip._internal.cli.main import main\n\nraise SystemExit(main())\n"


@dataclass
class Stage:
    """A stage of a Dockerfile, as far as it has come: its disk, and what the container of an image is started with."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    place: str = "/"
    user: str = "0:0"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.folder / "root"


def why_not() -> str:
    """Return why no image can be made and started here, or nothing where it can."""
    if sys.platform != "linux" or not shutil.which("unshare") or not shutil.which("setpriv"):
        return "there are no namespaces here"
    if any(Path("/", link).exists() and not Path("/", link).is_symlink() for link in LINKS):
        return "the machine's system is not laid out like the image's"
    tried = "mount -t tmpfs none /mnt && mount -t proc none /proc"
    done = subprocess.run([*NAMESPACE, "sh", "-c", tried], capture_output=True, text=True, check=False)
    return f"no namespace can be had here: {done.stderr.strip()}" if done.returncode else ""


NAMESPACE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private")


def contained(
    stage: Stage,
    words: Sequence[str],
    *,
    environment: dict[str, str] | None = None,
    mounts: Sequence[tuple[Path, str, bool]] = (),
    read_only: bool = False,
    limits: Sequence[str] = (),
) -> list[str]:
    """Return the command that runs another as the image says; `mounts` are folder, place, and whether it is only read."""
    root = shlex.quote(str(stage.root))
    lines = [
        "set -e",
        "umask 022",
        f"mount --bind {root} {root}",
        *bound("/usr", f"{root}/usr", read_only=True),
        *bound(shlex.quote(str(stage.folder / "local")), f"{root}/usr/local", read_only=read_only),
        f"mount --rbind /dev {root}/dev",
        f"mount -t proc proc {root}/proc",
        *(
            line
            for folder, place, reads in mounts
            for line in bound(shlex.quote(str(folder)), f"{root}{place}", read_only=reads)
        ),
        *([f"mount -o remount,bind,ro {root}"] if read_only else []),
    ]
    user, group = stage.user.split(":")
    who = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *limits, "--", *words]
    given = [f"{name}={value}" for name, value in (stage.environment | (environment or {})).items()]
    lines.append(f"exec chroot {root} {shlex.join(['env', '-i', '-C', stage.place, *given, *who])}")
    return [*NAMESPACE, "sh", "-c", "\n".join(lines)]


def bound(source: str, target: str, *, read_only: bool) -> Iterator[str]:
    """Yield what puts a folder at another place."""
    yield f"mkdir -p {target}"
    yield f"mount --bind {source} {target}"
    if read_only:
        yield f"mount -o remount,bind,ro {target}"


def build(context: Path, folder: Path) -> Stage:
    """Do what a Dockerfile says, and return its last stage; raises where it says what is not known here."""
    stages: dict[str, Stage] = {}
    files = sent(context)
    stage = Stage(folder)
    for word, rest in instructions((context / "Dockerfile").read_text()):
        match word:
            case "FROM":
                image, _, name = rest.partition(" AS ")
                assert re.match(rf"{PYTHON[:6]}:{PYTHON[6:]}-[\w.-]+@sha256:[0-9a-f]{{64}}$", image), image
                stage = base(folder / str(len(stages)))
                stages[name or "last"] = stage
            case "RUN":
                known = {name: value for name, value in os.environ.items() if name.startswith(NETWORK)}
                run(contained(stage, ["sh", "-c", rest], environment=known))
            case "COPY":
                copy(rest, stage, stages, context, files)
            case "ENV":
                for one in shlex.split(rest):
                    name, _, value = one.partition("=")
                    stage.environment[name] = Template(value).substitute(stage.environment)
            case "WORKDIR":
                stage.place = rest
                (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            case "USER":
                stage.user = rest
            case "ENTRYPOINT":
                stage.command = json.loads(rest)
            case "HEALTHCHECK":
                stage.health = json.loads(rest.partition("CMD ")[2])
            case "LABEL" | "EXPOSE":
                pass
            case _:
                raise AssertionError(f"{word} is not known here")
    return stage


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction of a Dockerfile, on one line."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        yield word, rest.strip()


def base(folder: Path) -> Stage:
    """Make what stands in for the base image: links into the system, and a Python with nothing but pip."""
    prefix, local, root = Path(sys.base_prefix), folder / "local", folder / "root"
    for name in FOLDERS:
        (root / name).mkdir(parents=True)
    for link in LINKS:
        if Path("/", link).is_symlink():
            (root / link).symlink_to(Path("/", link).readlink())
    for name in SYSTEM:
        source = Path("/etc", name)
        if source.is_dir():
            shutil.copytree(source, root / "etc" / name, symlinks=True, ignore=shutil.ignore_patterns("private"))
        elif source.exists():
            shutil.copy(source, root / "etc" / name)
    left_out = shutil.ignore_patterns("__pycache__", "site-packages", "test", "config-*", "idlelib", "tkinter")
    shutil.copytree(prefix / "lib" / PYTHON, local / "lib" / PYTHON, symlinks=True, ignore=left_out)
    for library in (prefix / "lib").glob("libpython3*"):
        shutil.copy(library, local / "lib")
    (local / "bin").mkdir()
    shutil.copy(prefix / "bin" / PYTHON, local / "bin")
    for name in ("python", "python3"):
        (local / "bin" / name).symlink_to(PYTHON)
    (local / "bin/pip").write_text(PIP)
    (local / "bin/pip").chmod(0o755)
    for package in Path(sys.prefix).glob("lib/python3*/site-packages/pip*"):
        shutil.copytree(package, local / "lib" / PYTHON / "site-packages" / package.name)
    stage = Stage(folder, {"PATH": "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"})
    run(contained(stage, ["ldconfig"]))
    return stage


def sent(context: Path) -> list[str]:
    """Return the files that reach the build: those that .dockerignore lets through."""
    kept = pathspec.PathSpec.from_lines("gitignore", (context / ".dockerignore").read_text().splitlines())
    walked = (path.relative_to(context).as_posix() for path in context.rglob("*") if path.is_file())
    return [path for path in walked if not kept.match_file(path)]


def copy(words: str, stage: Stage, stages: dict[str, Stage], context: Path, files: Sequence[str]) -> None:
    """Copy files of the context, or a folder of another stage."""
    *sources, target = words.split()
    place = stage.root / (Path(stage.place) / target).relative_to("/")
    if sources[0].startswith("--from="):
        (source,) = sources[1:]
        shutil.copytree(stages[sources[0][7:]].root / source.lstrip("/"), place, symlinks=True)
        return
    for source in sources:
        found = [path for path in files if path == source or path.startswith(f"{source}/")]
        assert found, f"{source} does not reach the build"
        for path in found:
            to = place / (os.path.relpath(path, source) if path != source else path)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(context / path, to)


def run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, f"{command[-1]}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
