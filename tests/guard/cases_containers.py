"""What breaks the rules on containers and Kubernetes: an image and a deployment that a team adds to the service."""

from tests.guard.service import Case, Service

IMAGE = "Dockerfile"
WORKLOAD = "deploy/base/workload.yaml"
DIGEST = "sha256:" + "0f" * 32
UPDATES = """\
  - package-ecosystem: docker
    directory: /
    schedule:
      interval: weekly
    cooldown:
      default-days: 7
    groups:
      images:
        patterns: ["*"]
"""
GOOD_IMAGE = f"""\
FROM python:3.14-slim@{DIGEST} AS build
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt

FROM python:3.14-slim@{DIGEST}
COPY --from=build /app /app
USER 10001:10001
CMD ["python", "-m", "orders"]
"""
GOOD = """\
apiVersion: v1
kind: Namespace
metadata:
  name: orders
  labels:
    pod-security.kubernetes.io/enforce: restricted
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: orders
  namespace: orders
automountServiceAccountToken: false
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
  namespace: orders
spec:
  replicas: 3
  selector:
    matchLabels: {app: orders}
  template:
    metadata:
      labels: {app: orders}
    spec:
      serviceAccountName: orders
      automountServiceAccountToken: false
      terminationGracePeriodSeconds: 30
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {type: RuntimeDefault}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {app: orders}
      containers:
        - name: orders
          image: registry.acme.io/orders@sha256:0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f
          ports:
            - containerPort: 8080
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {cpu: "1", memory: 256Mi}
          startupProbe:
            httpGet: {path: /health/live, port: 8080}
          livenessProbe:
            httpGet: {path: /health/live, port: 8080}
          readinessProbe:
            httpGet: {path: /health/ready, port: 8080}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: orders
  namespace: orders
spec:
  minAvailable: 1
  selector:
    matchLabels: {app: orders}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: orders
  namespace: orders
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
"""


def line(text: str, part: str) -> int:
    """Where a text has a part."""
    return text[: text.index(part)].count("\n") + 1


def image(service: Service, text: str = GOOD_IMAGE) -> Service:
    """The service with an image that is in order, and kept up to date."""
    return service.add(IMAGE, text).append(".github/dependabot.yml", UPDATES)


def deployed(service: Service) -> Service:
    """The service with manifests that are in order."""
    return service.add(WORKLOAD, GOOD)


def other_image(old: str, new: str):
    """The image with one thing wrong."""
    assert old in GOOD_IMAGE
    return lambda service: image(service, GOOD_IMAGE.replace(old, new))


def other(old: str, new: str):
    """The manifests with one thing wrong."""
    assert old in GOOD
    return lambda service: service.add(WORKLOAD, GOOD.replace(old, new))


def case(rule: str, what: str, old: str, new: str, at: str, says: str = "") -> Case:
    """One thing wrong with the manifests; `at` is a part of the line where it is found."""
    found = line(GOOD.replace(old, new), at)
    return Case(rule, what, good=deployed, bad=other(old, new), fixed=deployed, at=f"{WORKLOAD}:{found}", says=says)


CASES = [
    Case(
        "SC-08",
        "the image follows a tag",
        good=image,
        bad=other_image(f"python:3.14-slim@{DIGEST}\nCOPY", "python:3.14-slim\nCOPY"),
        fixed=image,
        at="Dockerfile:6",
        says="not pinned",
    ),
    Case(
        "SC-08",
        "the image is from somewhere else",
        good=image,
        bad=other_image(f"FROM python:3.14-slim@{DIGEST} AS", f"FROM ghcr.io/us/python:3.14@{DIGEST} AS"),
        fixed=image,
        at="Dockerfile:1",
        says="none of",
        parameters={"registries": ["docker.io/library"]},
    ),
    Case(
        "OP-01",
        "the image keeps to root",
        good=image,
        bad=other_image("USER 10001:10001\n", ""),
        fixed=image,
        at="Dockerfile:6",
        says="root",
    ),
    case(
        "OP-01",
        "the root may be written to",
        "readOnlyRootFilesystem: true",
        "readOnlyRootFilesystem: false",
        "readOnlyRootFilesystem: false",
        "readOnlyRootFilesystem",
    ),
    case(
        "OP-01", "the pod may be root", "        runAsNonRoot: true\n", "", "          securityContext:", "runAsNonRoot"
    ),
    case(
        "OP-01",
        "the namespace lets everything in",
        "enforce: restricted",
        "enforce: baseline",
        "    pod-security",
        "restricted",
    ),
    case(
        "OP-02",
        "nobody asks whether it is ready",
        "          readinessProbe:\n            httpGet: {path: /health/ready, port: 8080}\n",
        "",
        "        - name: orders",
        "readinessProbe",
    ),
    case(
        "OP-02",
        "both questions are one",
        "path: /health/ready",
        "path: /health/live",
        "          livenessProbe",
        "the same",
    ),
    case("OP-03", "the container may take all memory", ", memory: 256Mi", "", "            limits:", "limits.memory"),
    case("OP-03", "one pod is all there is", "replicas: 3", "replicas: 1", "  replicas: 1", "1 replica"),
    case(
        "OP-03",
        "the policy selects other pods",
        "  podSelector: {}",
        "  podSelector: {matchLabels: {app: other}}",
        "apiVersion: apps/v1",
        "NetworkPolicy",
    ),
]
