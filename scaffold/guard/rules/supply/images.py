"""The rule on images: what a container is made from."""

import re
from collections.abc import Iterator

from scaffold.formats.located import Located
from scaffold.formats.lookup import below, elements, line_at, line_of, mapping
from scaffold.guard.finding import Found, Severity
from scaffold.guard.look import Look
from scaffold.guard.readers.compose import services_of
from scaffold.guard.readers.dockerfile import Dockerfile, dockerfiles
from scaffold.guard.readers.gitlab import pipelines
from scaffold.guard.readers.kubernetes import cluster, containers
from scaffold.guard.readers.scripts import in_files, in_makefiles, in_workflows
from scaffold.guard.rule import CannotTell, NotApplicable

PINNED = re.compile(r"@sha256:[0-9a-f]{64}$")
VERSIONED = re.compile(r":(?!(?:[\w.-]*-)?(?:latest|edge|main|master|nightly|dev)\b)[\w.-]+$")
TAGGED = re.compile(r"\s(?:-t|--tag)[=\s]+[\"']?(?:/|\$[({]\w{1,80}[)}]){0,3}([\w.-]{1,200})(?=[:\"'\s]|$)")
MOUNTED = re.compile(r"--(?:mount=\S{0,200}?\bfrom|from)=([^\s,]{1,200})")


def images(look: Look) -> Iterator[Found]:
    """Look at every image that a Dockerfile takes something from, that CI runs jobs in, and that is deployed."""
    registries = look.parameters["registries"]
    if not isinstance(registries, list):
        raise CannotTell("`registries` is no list")
    files, used, run = list(dockerfiles(look)), list(_in_ci(look)), list(_deployed(look))
    made = frozenset((*(stage.name for file in files for stage in file.stages), *_built(look)))
    if not files and not used and not run:
        raise NotApplicable("there is no Dockerfile, and neither CI nor a manifest runs an image")
    for file in files:
        for written, line in _taken(file):
            image = file.resolved(written)
            if image is None:
                why = f"only the build knows which image {written} is: give its argument a default"
                yield Found(why, file.path, line, known=False)
            elif image != "scratch" and image.partition(":")[0] not in made:
                yield from _judged(image, file.path, line, registries)
    for image, path, line in used:
        yield from _judged(image, path, line, registries)
    for image, path, line in dict.fromkeys(run):
        is_own = image.rpartition("/")[2].partition(":")[0] in made or (files and not re.search(r"[/:]", image))
        found = () if is_own and ":" not in image else _judged(image, path, line, registries)
        yield from (one._replace(severity="medium") if "digest" in one.message else one for one in found)


def _built(look: Look) -> Iterator[str]:
    """Yield the names that are given here to images: no registry is asked for one without a host or an owner."""
    for script in (*in_makefiles(look), *in_workflows(look), *in_files(look)):
        for match in TAGGED.finditer(script.text) if "build" in script.text else ():
            yield match[1]


def _judged(image: str, path: str, line: int, registries: list[object]) -> Iterator[Found]:
    if not PINNED.search(image):
        less: Severity | None = "medium" if VERSIONED.search(image) else None
        yield Found(f"the image {image} is not pinned by its digest", path, line, severity=less)
    if registries and not _is_from(image, [str(one) for one in registries]):
        yield Found(f"the image {image} is from none of: {', '.join(map(str, registries))}", path, line)


def _in_ci(look: Look) -> Iterator[tuple[str, str, int]]:
    """Yield the images that jobs run in, and that stand beside them as services."""
    for pipeline in pipelines(look):
        for job in pipeline.jobs:
            for way in (("container",), *(("services", name) for name in mapping(job.at.data.get("services")))):
                yield from _named(below(job.at, *way))


def _deployed(look: Look) -> Iterator[tuple[str, str, int]]:
    """Yield the images that workloads of Kubernetes and services of compose run, as kustomizations change them."""
    changed: set[str] = set()
    for at in (one for path in look.paths("kustomization.yml", "kustomization.yaml") for one in look.documents(path)):
        for image in elements(below(at, "images")):
            said = mapping(image.data)
            changed |= {str(said.get("name"))}
            if said.get("newTag") and not said.get("digest"):
                yield f"{said.get('newName') or said.get('name')}:{said['newTag']}", at.file, line_at(image, "newTag")
    try:
        pods = [pod for _, pod in cluster(look).workloads()]
    except NotApplicable:
        pods = []
    run = [container for pod in pods for _, container in containers(pod)]
    run += [service for service in services_of(look) if "build" not in service.data]
    for one in (found for at in run for found in _named(below(at, "image"))):
        if not re.search(r"\{\{|://", one[0]) and re.split("[:@]", one[0])[0] not in changed:
            yield one


def _named(at: Located | None) -> Iterator[tuple[str, str, int]]:
    inside = at is not None and isinstance(at.data, dict)
    found = below(at, "image") or below(at, "name") if inside else at
    if found is not None and isinstance(found.data, str) and found.data and "$" not in found.data:
        yield found.data, found.file, line_of(found)


def _taken(file: Dockerfile) -> Iterator[tuple[str, int]]:
    """Yield images, and no stages, that a Dockerfile begins from or copies out of."""
    names: set[str] = set()
    for stage in file.stages:
        if stage.base.lower() not in names and "{{" not in stage.base:
            yield stage.base, stage.line
        names |= {stage.name}
        for instruction in stage.instructions:
            if instruction.word in ("COPY", "ADD", "RUN"):
                for match in MOUNTED.finditer(instruction.value):
                    if not match[1].isdecimal() and file.stage(match[1]) is None:
                        yield match[1], instruction.line


def _is_from(image: str, registries: list[str]) -> bool:
    host, slash, _ = image.partition("/")
    if not slash:
        image = f"docker.io/library/{image}"
    elif "." not in host and ":" not in host and host != "localhost":
        image = f"docker.io/{image}"
    return any(image.startswith(f"{one.rstrip('/')}{end}") for one in registries for end in ("/", ":", "@"))
