"""A stamped service started as its manifest for Kubernetes starts the container of its image, without a cluster.

Who it runs as, what it may do, what it may write to, its variables and its secrets are read from the manifest; the network
is this machine's, and a socket leads to the database.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import yaml

from tests.golden.image import Stage, contained

SOCKETS = "/run/postgresql"
TRUSTED = "trusted.pem"


class Contained(subprocess.Popen[str]):
    """A process that is the first of its namespace: signals go to it, and not to what made the namespace."""

    @property
    def inner(self) -> int:
        (number,) = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return int(number)

    def send_signal(self, sig: int) -> None:
        os.kill(self.inner, sig)


class Pod:
    """Its volumes, and what is started in its containers."""

    def __init__(
        self, service: Path, stage: Stage, folder: Path, database: str, trusted: Path, settings: Mapping[str, str]
    ) -> None:
        """Take the image, a database behind a socket, a certificate to trust, and the values of variables."""
        self.spec = yaml.safe_load((service / "deploy/base/deployment.yaml").read_text())["spec"]["template"]["spec"]
        self.stage, self.settings = stage, {**settings, "SSL_CERT_FILE": f"/var/tmp/{TRUSTED}"}
        address, _, sockets = database.partition("?host=")
        Path(sockets).chmod(0o711)
        self.sockets = (Path(sockets), SOCKETS, True)
        self.volumes = {one["name"]: folder / one["name"] for one in self.spec["volumes"]}
        group = self.spec["securityContext"]["fsGroup"]
        for one in self.spec["volumes"]:
            place = self.volumes[one["name"]]
            place.mkdir()
            if "secret" in one:
                (place / "url").write_text(f"{address}?host={SOCKETS}\n")
                os.chown(place / "url", 0, group)
                (place / "url").chmod(one["secret"]["defaultMode"])
            else:
                os.chown(place, 0, group)
                place.chmod(0o2770)
        shutil.copy(trusted, self.volumes["tmp"] / TRUSTED)

    def command(self, *words: str, of: str = "containers", program: list[str] | None = None) -> list[str]:
        """Return what runs the image's command with these words, or another program, in one of its containers."""
        (container,) = self.spec[of]
        pod, own = self.spec["securityContext"], container["securityContext"]
        assert f"{pod['runAsUser']}:{pod['runAsGroup']}" == self.stage.user
        assert pod["runAsNonRoot"]
        assert own["runAsNonRoot"]
        mounts = [
            (self.volumes[one["name"]], one["mountPath"], one.get("readOnly", False))
            for one in container["volumeMounts"]
        ]
        return contained(
            self.stage,
            program or [*self.stage.command, *container.get("args", []), *words],
            environment=dict(self._variables(container["env"])) | self.settings,
            mounts=[*mounts, self.sockets],
            read_only=own["readOnlyRootFilesystem"],
            limits=[
                *(["--bounding-set=-all", "--inh-caps=-all"] if own["capabilities"]["drop"] == ["ALL"] else []),
                *([] if own["allowPrivilegeEscalation"] else ["--no-new-privs"]),
            ],
        )

    def call(self, *words: str, of: str = "containers") -> str:
        """Give the image's command words, which it must do; return what it writes."""
        return subprocess.run(
            self.command(*words, of=of), check=True, stdout=subprocess.PIPE, stderr=sys.stderr, text=True
        ).stdout

    def execute(self, *program: str) -> subprocess.CompletedProcess[str]:
        """Run a program where the service runs, as a probe does."""
        return subprocess.run(self.command(program=[*program]), capture_output=True, text=True, check=False)

    def start(self, log: IO[str]) -> Contained:
        """Start the service."""
        return Contained(self.command(), stdout=log, stderr=subprocess.STDOUT, text=True)

    def _variables(self, given: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
        for one in given:
            chosen = one.get("valueFrom", {}).get("configMapKeyRef", {})
            if "value" in one:
                yield one["name"], one["value"]
            elif not chosen.get("optional"):
                yield one["name"], self.settings[chosen["key"]]


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of this machine, such as a browser's authorities would give; return it and its key."""
    made, key = folder / "certificate.pem", folder / "key.pem"
    words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", made]
    subprocess.run(["openssl", *words.split(), *names], check=True, capture_output=True)
    return made, key
