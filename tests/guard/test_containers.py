"""Rules on images and manifests beside the stamped service: near-misses, evasions, kustomize and Helm."""

import json

import pytest
from yaml import safe_load

from scaffold.guard.readers.dockerfile import parse
from tests.guard.alone import found, state
from tests.guard.cases_containers import DIGEST, GOOD, GOOD_IMAGE, WORKLOAD

PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  template:
    spec:
      containers:
        - name: orders
          image: registry.acme.io/orders:2.0.0
"""
PARTIAL = PATCH.replace("          image: registry.acme.io/orders:2.0.0\n", "          env: []\n")
KUSTOMIZATION = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\n"


def test_a_dockerfile_is_split_into_stages():
    file = parse(
        "# syntax=docker/dockerfile:1\nARG BASE=python:3.14\n"
        "FROM --platform=$BUILDPLATFORM ${BASE} AS Build\nRUN a \\\n  # why\n  && b\n\n"
        "RUN <<EOF\nFROM nothing\nEOF\nfrom build\nuser 7\n",
        "Dockerfile",
    )
    assert [(stage.base, stage.name, stage.line) for stage in file.stages] == [
        ("${BASE}", "build", 3),
        ("build", "", 11),
    ]
    assert [one.word for one in file.stages[0].instructions] == ["RUN", "RUN"]
    assert file.stages[0].instructions[0].value == "a  && b"
    assert file.resolved("${BASE}") == "python:3.14"
    assert file.resolved("$OTHER") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("FROM python:3.14\n", ["python:3.14 is not pinned"]),
        ("FROM python:latest AS a\nFROM a\n", ["python:latest"]),
        ("ARG V=3.14\nARG BASE=python:${V}\nFROM $BASE\n", ["python:3.14 is not pinned"]),
        ("ARG BASE\nFROM ${BASE}\n", ["unknown"]),
        (f"ARG D={DIGEST}\nFROM python@$D\n", []),
        (f"FROM python:3.14@{DIGEST} AS build\nFROM build\nFROM scratch\nCOPY --from=build /a /a\n", []),
        (f"FROM x@{DIGEST}\nCOPY --from=ghcr.io/astral-sh/uv:0.9 /uv /uv\n", ["ghcr.io/astral-sh/uv:0.9"]),
        (f"FROM x@{DIGEST}\nRUN --mount=type=bind,from=tools:1,target=/t make\n", ["tools:1"]),
        (f"FROM x@{DIGEST} AS a\nFROM x@{DIGEST}\nCOPY --from=0 /a /b\nCOPY --from=A /a /b\n", []),
        ("FROM python:3.14@sha256:abc\n", ["not pinned"]),
    ],
)
def test_images_are_pinned(text, says):
    said = found("SC-08", {"Dockerfile": text})
    assert len(said) == len(says)
    assert all(word in line for word, line in zip(says, said, strict=True))


@pytest.mark.parametrize(
    ("image", "is_allowed"),
    [
        ("python", True), ("docker.io/library/node", True), ("gcr.io/distroless/static", True), ("gcr.io/other", False),
        ("gcr.io/distroless-evil/x", False), ("acme/python", False), ("ghcr.io/acme/python", False),
    ],
)  # fmt: skip
def test_images_come_from_registries_on_the_list(image, is_allowed):
    allowed = ["docker.io/library", "gcr.io/distroless/"]
    said = found("SC-08", {"Dockerfile": f"FROM {image}@{DIGEST}\n"}, registries=allowed)
    assert (said == []) is is_allowed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("FROM x AS a\nUSER 7\nFROM y\n", "runs as root"),
        ("FROM x\nUSER 7\nUSER root\n", "USER root"),
        ("FROM x\nUSER 0:0\n", "USER 0:0"),
        ("FROM x\nUSER 00\n", "USER 00"),
        ("FROM x\nUSER 000:0\n", "USER 000:0"),
        ("FROM x\nUSER 7\nONBUILD USER root\n", "ONBUILD USER root"),
        ("FROM x\nUSER 7\nONBUILD USER 8\n", None),
        ("FROM x\nUSER app\n", "is a name"),
        ("FROM x\nUSER $WHO\n", "unknown"),
        ("FROM x\nARG WHO=root\nUSER ${WHO}\n", "runs as root"),
        ("FROM x AS a\nUSER 7\nFROM a\n", None),
        ("FROM x\nARG UID=10001\nUSER ${UID}:${UID}\n", None),
        ("FROM x\nENV UID 10001\nUSER $UID\n", None),
        ("FROM gcr.io/distroless/static-debian13:nonroot\n", None),
        ("FROM scratch\nCOPY a /a\n", None),
        ('FROM scratch\nCOPY a /a\nENTRYPOINT ["/a"]\n', "runs as root"),
    ],
)
def test_an_image_ends_with_a_numeric_user(text, says):
    said = found("OP-01", {"Dockerfile": text})
    assert said == [] if says is None else [says in line for line in said] == [True]


@pytest.mark.parametrize("path", [".devcontainer/Dockerfile", "Dockerfile.dev", "tests/image/Dockerfile"])
def test_images_that_no_cluster_runs_may_be_root(path):
    assert found("OP-01", {path: "FROM x\n"}) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("            allowPrivilegeEscalation: false\n", "", "allowPrivilegeEscalation"),
        ("drop: [ALL]", "drop: [NET_RAW]", "drop ALL"),
        ("drop: [ALL]", "drop: [ALL]\n              add: [SYS_ADMIN]", "SYS_ADMIN"),
        ("drop: [ALL]", "drop: [all]\n              add: [NET_BIND_SERVICE]", None),
        ("        seccompProfile: {type: RuntimeDefault}\n", "", "seccompProfile"),
        ("seccompProfile: {type: RuntimeDefault}", "seccompProfile: {type: Unconfined}", "seccompProfile"),
        ("runAsUser: 10001", "runAsUser: 0", "runAsUser"),
        ("            readOnlyRootFilesystem: true\n", "            readOnlyRootFilesystem: true\n            privileged: true\n", "privileged"),
        ("      serviceAccountName: orders\n", "      serviceAccountName: orders\n      hostNetwork: true\n", "hostNetwork"),
        ("      serviceAccountName: orders\n", "      serviceAccountName: orders\n      volumes: [{name: v, hostPath: {path: /}}]\n", "folder of the machine"),
        ("      containers:\n", "      initContainers: [{name: first, image: x}]\n      containers:\n", "the container first"),
    ],
)  # fmt: skip
def test_pods_are_restricted(old, new, says):
    assert old in GOOD
    said = found("OP-01", {WORKLOAD: GOOD.replace(old, new)})
    assert said == [] if says is None else [says in line for line in said] == [True]


@pytest.mark.parametrize("kind", ["StatefulSet", "DaemonSet", "Job", "Rollout"])
def test_other_workloads_are_looked_at_too(kind):
    broken = GOOD.replace("kind: Deployment", f"kind: {kind}").replace("drop: [ALL]", "drop: []")
    assert [f"{kind} orders" in line for line in found("OP-01", {WORKLOAD: broken})] == [True]


def test_a_cron_job_is_looked_at_too():
    job = "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: tidy}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: b}]}}}}}\n"
    assert "CronJob tidy: the container a may run as root" in found("OP-01", {"k8s/job.yaml": job})[0]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("          livenessProbe:\n            httpGet: {path: /health/live, port: 8080}\n", "", ["livenessProbe"]),
        ("          startupProbe:\n            httpGet: {path: /health/live, port: 8080}\n", "", ["startupProbe"]),
        ("terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 0", ["killed at once"]),
        ("          ports:\n            - containerPort: 8080\n", "", []),
        ("kind: Deployment", "kind: Job", None),
    ],
)
def test_containers_that_serve_are_asked(old, new, says):
    assert old in GOOD
    files = {WORKLOAD: GOOD.replace(old, new)}
    if says is None:
        assert state("OP-02", files) == "not_applicable"
    else:
        said = found("OP-02", files)
        assert len(said) == len(says)
        assert all(word in line for word, line in zip(says, said, strict=True))


BUDGET = GOOD[GOOD.index("---\napiVersion: policy/v1") : GOOD.index("---\napiVersion: networking")]
SCALER = "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\nspec: {minReplicas: %d, scaleTargetRef: {name: orders}}\n"
ROLE = "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: a}\nsubjects: [{kind: ServiceAccount, name: orders}]\n"
TOKEN = "      automountServiceAccountToken: false\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("            requests: {cpu: 100m, memory: 128Mi}\n", ""), None),
        (GOOD.replace('cpu: "1", ', ""), "limits.cpu"),
        (GOOD.replace("  replicas: 3\n", ""), "1 replica"),
        (GOOD.replace("replicas: 3", "replicas: 0").replace(BUDGET, ""), None),
        (GOOD.replace("  replicas: 3\n", "") + SCALER % 2, None),
        (GOOD.replace("  replicas: 3\n", "") + SCALER % 1, "1 replica"),
        (GOOD.replace(BUDGET, ""), "PodDisruptionBudget"),
        (GOOD.replace("  minAvailable: 1\n  selector:\n    matchLabels: {app: orders}", "  selector:\n    matchLabels: {app: x}"), "PodDisruptionBudget"),
        (GOOD.replace("topologySpreadConstraints", "topologySpread"), "one node"),
        (GOOD.replace("kind: NetworkPolicy", "kind: Nothing"), "NetworkPolicy"),
        (GOOD.replace("namespace: orders", "namespace: default"), "namespace of its own"),
        (GOOD.replace(TOKEN, ""), None),
        (GOOD.replace("automountServiceAccountToken: false", "automountServiceAccountToken: true"), "token of the cluster"),
        (GOOD.replace("automountServiceAccountToken: false", "automountServiceAccountToken: true") + ROLE, None),
    ],
    ids=range(14),
)  # fmt: skip
def test_workloads_have_limits_company_and_walls(text, says):
    said = found("OP-03", {WORKLOAD: text})
    assert said == [] if says is None else [says in line for line in said] == [True]


@pytest.mark.parametrize(
    "files",
    [
        {"deploy/overlays/prod/patch.yaml": PARTIAL},
        {"deploy/prod/p.yaml": PATCH, "deploy/prod/kustomization.yaml": f"{KUSTOMIZATION}patches: [{{path: p.yaml}}]\n"},
        {"deploy/prod/p.yaml": PATCH, "deploy/prod/kustomization.yaml": f"{KUSTOMIZATION}patchesStrategicMerge: [./p.yaml]\n"},
        {"deploy/p.yaml": PATCH, "deploy/prod/kustomization.yaml": f"{KUSTOMIZATION}patches: [{{path: ../p.yaml}}]\n"},
        {"deploy/chart/Chart.yaml": "name: a\n", "deploy/chart/templates/d.yaml": PATCH},
        {"Chart.yaml": "name: a\n", "templates/d.yaml": "{{- if .Values.on }}\n" + PATCH + "{{- end }}\n"},
        {"tests/data/deploy/d.yaml": PATCH},
        {"docs/deploy/d.yaml": PATCH},
        {"deploy/values.yaml": "kind: a\ncontainers: [{image: b}]\n"},
        {".github/kind/d.yaml": PATCH},
        {"examples/d.yaml": PATCH},
        {"operator/hack/d.yaml": PATCH},
        {"catalog-info.yaml": "apiVersion: backstage.io/v1alpha1\nkind: Component\nspec: {containers: [{image: b}]}\n"},
    ],
    ids=[
        "partial", "patches", "strategic", "from above", "chart", "chart at the top", "test data", "docs", "values",
        "github", "examples", "hack", "of another tool",
    ],
)  # fmt: skip
@pytest.mark.parametrize("rule", ["OP-01", "OP-02", "OP-03"])
def test_patches_and_templates_are_no_manifests(rule, files):
    assert found(rule, {WORKLOAD: GOOD, **files}) == []


@pytest.mark.parametrize(
    "files",
    [
        {"deploy/d.yaml": f"# {{{{ nothing }}}}\n{PATCH}"},
        {"deploy/d.yaml": PATCH.replace("2.0.0", "{{ tag }}")},
        {"infra/cluster/d.yml": PATCH.replace("\n", "\r\n")},
        {"d.yaml": PATCH},
        {"deploy/d.yaml": PATCH, "deploy/chart/Chart.yaml": "name: a\n"},
        {"ops/d.yaml": PATCH.replace("kind: Deployment", '"kind" : Deployment')},
    ],
    ids=["comment", "tag", "any folder", "at the top", "beside a chart", "quoted"],
)
def test_a_manifest_is_found_wherever_it_is(files):
    path = next(iter(files))
    assert [line.partition(":")[0] for line in found("OP-01", files)] == [path]


@pytest.mark.parametrize("rule", ["OP-01", "OP-02", "OP-03", "SP-04"])
def test_what_becomes_of_a_template_is_unknown(rule):
    template = (
        "{% if on %}\n"
        + PATCH.replace("2.0.0", "{{ tag }}").replace("kind: Deployment", "kind: Secret")
        + "{% endif %}\n"
    )
    said = "unknown ops/d.yaml:1 this is a template, and what becomes of it cannot be told"
    assert found(rule, {"ops/d.yaml": template}) == [said]


@pytest.mark.parametrize("rule", ["OP-01", "OP-02", "OP-03"])
def test_kinds_of_other_tools_are_no_manifests(rule):
    assert state(rule, {"slo.yaml": "apiVersion: openslo/v1\nkind: SLO\nspec: {}\n"}) == "not_applicable"


def test_what_a_kustomization_sets_is_set():
    bare = (
        GOOD.replace("  replicas: 3\n", "")
        .replace("  namespace: orders\n", "")
        .replace("kind: Namespace", "kind: Nothing")
    )
    assert [line.split(" has ")[1] for line in found("OP-03", {WORKLOAD: bare})] == [
        "1 replica, so that it is away whenever that one is",
        "no namespace of its own",
    ]
    kustomization = f"{KUSTOMIZATION}namespace: orders\nreplicas: [{{name: orders, count: 3}}]\n"
    assert found("OP-03", {WORKLOAD: bare, "deploy/prod/kustomization.yaml": kustomization}) == []


@pytest.mark.parametrize("rule", ["SC-08", "OP-01", "OP-02", "OP-03"])
def test_without_images_and_manifests_they_are_about_nothing(rule):
    assert state(rule, {"README.md": "", "docker-compose.yml": "services: {}\n"}) == "not_applicable"


@pytest.mark.parametrize("rule", ["SC-08", "OP-01", "OP-02", "OP-03"])
@pytest.mark.parametrize(
    "text",
    [
        "FROM\n", "FROM \\\n", "USER\n" * 9, "FROM ${A:-${B}}\n", "FROM x\nUSER\n", "RUN <<A\n" * 99,
        "apiVersion: v1\nkind: Deployment\nmetadata: []\nspec: {template: {spec: {containers: [1, {image: 2}]}}}\n",
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: a, securityContext: 3, ports: 1, livenessProbe: 7}]}\n",
        "apiVersion: v1\nkind: Pod\nspec: {volumes: [1], containers: [{image: a, securityContext: {capabilities: [x]}}]}\n",
        "apiVersion: v1\nkind: List\nitems: [1, {apiVersion: v1, kind: 3}]\n",
        "apiVersion: v1\nkind: [\n",
    ],
    ids=range(11),
)  # fmt: skip
def test_odd_files_never_break_a_rule(rule, text):
    files = {"Dockerfile": text, "deploy/a.yaml": text, "deploy/kustomization.yaml": "patches: 3\nreplicas: [1]\n"}
    assert not [line for line in found(rule, files) if "the rule itself failed" in line]


def test_the_image_and_the_manifests_of_the_cases_are_in_order():
    for rule in ("SC-08", "OP-01", "OP-02", "OP-03"):
        assert state(rule, {"Dockerfile": GOOD_IMAGE, WORKLOAD: GOOD}) == "pass"


ALONE = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: i}]}}"
IN_JSON = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}'
OF_ONE_KIND = (
    "apiVersion: v1\nkind: PodList\nitems:\n  - {metadata: {name: a}, spec: {containers: [{name: c, image: i}]}}\n"
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deploy/a.yaml", ALONE.replace("kind", '"kind"')),
        ("deploy/a.yaml", IN_JSON),
        ("deploy/a.json", IN_JSON),
        ("a.json", IN_JSON),
        ("a.yaml", ALONE),
        ("deploy/test/a.yaml", ALONE),
        ("deploy/testing/a.yaml", ALONE),
        ("k8s/overlays/test/a.yaml", ALONE),
        ("infra/test/a.yaml", ALONE),
        ("infra/a.yaml", f"# kind: Nothing, image: {{{{ x }}}}\n{ALONE}"),
        ("deploy/a.yaml", OF_ONE_KIND),
        ("deploy/a.yaml", f"{{apiVersion: v1, kind: List, items: [{ALONE}]}}"),
        ("deploy/a.json", f'{{"apiVersion": "v1", "kind": "PodList", "items": [{IN_JSON}]}}'),
    ],
)
@pytest.mark.parametrize("rule", ["OP-01", "OP-03"])
def test_a_manifest_is_found_however_it_is_written(rule, path, text):
    said = found(rule, {path: text})
    assert said
    assert all(line.startswith(f"{path}:") and "Pod a" in line for line in said)


@pytest.mark.parametrize("path", ["tests/deploy/test/a.yaml", "deploy/examples/a.yaml", "docs/deploy/test/a.json"])
def test_examples_and_data_of_tests_are_no_manifests(path):
    assert state("OP-01", {path: IN_JSON}) == "not_applicable"


def test_json_of_other_kinds_is_no_manifest():
    files = {"openapi.json": '{"apiVersion": "x", "kind": 3}', "broken.json": '{"apiVersion": '}
    assert state("OP-01", files) == "not_applicable"


OVER = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: orders}\nspec: {template: {spec: %s}}\n"
WEAKER = [
    ("{hostNetwork: true}", "hostNetwork"),
    ("{hostPID: true}", "hostPID"),
    ("{volumes: [{name: v, hostPath: {path: /}}]}", "folder of the machine"),
    ("{securityContext: {runAsNonRoot: false}}", "runAsNonRoot"),
    ("{securityContext: {runAsUser: 0}}", "runAsUser"),
    ("{containers: [{name: a, securityContext: {privileged: true}}]}", "privileged"),
    ("{containers: [{name: a, securityContext: {allowPrivilegeEscalation: true}}]}", "allowPrivilegeEscalation"),
    ("{containers: [{name: a, securityContext: {readOnlyRootFilesystem: false}}]}", "readOnlyRootFilesystem"),
    ("{containers: [{name: a, securityContext: {capabilities: {add: [SYS_ADMIN]}}}]}", "SYS_ADMIN"),
    ("{initContainers: [{name: a, securityContext: {seccompProfile: {type: Unconfined}}}]}", "seccompProfile"),
    ("{containers: [{name: a, securityContext: null}]}", "takes securityContext away"),
]
HARMLESS = [
    "{hostNetwork: false, terminationGracePeriodSeconds: 9}",
    "{containers: [{name: a, env: [{name: privileged, value: 'true'}]}]}",
    "{containers: [{name: a, securityContext: {capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}, runAsUser: 7}}]}",
]


def _ways(text):
    """Every way in which kustomize takes a patch."""
    inside = "".join(f"      {line}\n" for line in text.splitlines())
    yield {"deploy/a/kustomization.yaml": f"{KUSTOMIZATION}patches:\n  - patch: |-\n{inside}"}
    yield {"deploy/a/Kustomization": f"{KUSTOMIZATION}patchesStrategicMerge:\n  - |\n{inside}"}
    yield {"deploy/a/kustomization.yaml": f"{KUSTOMIZATION}patches: [{{path: p.yaml}}]\n", "deploy/a/p.yaml": text}
    yield {"deploy/overlays/a/p.yaml": text}


@pytest.mark.parametrize("way", range(4))
@pytest.mark.parametrize(("spec", "says"), WEAKER)
def test_what_a_patch_sets_is_judged(spec, says, way):
    files = list(_ways(OVER % spec))[way]
    said = found("OP-01", files)
    assert [says in line and "a patch of Deployment orders" in line for line in said] == [True], said
    assert [line.partition(": ")[0] for line in found("OP-01", {WORKLOAD: GOOD, **files})] == [
        said[0].partition(": ")[0]
    ]


@pytest.mark.parametrize("way", range(4))
@pytest.mark.parametrize("spec", HARMLESS)
def test_what_a_patch_leaves_out_is_not_judged(spec, way):
    assert found("OP-01", list(_ways(OVER % spec))[way]) == []


ON = "/spec/template/spec"


@pytest.mark.parametrize(
    ("operation", "says"),
    [
        (f"{{op: add, path: {ON}/hostNetwork, value: true}}", "hostNetwork"),
        (f"{{op: replace, path: {ON}/containers/0/securityContext/privileged, value: true}}", "privileged"),
        (f"{{op: add, path: {ON}/containers/0/securityContext, value: {{runAsUser: 0}}}}", "runAsUser"),
        (f"{{op: add, path: {ON}/volumes/-, value: {{name: v, hostPath: {{path: /}}}}}}", "folder of the machine"),
        (f"{{op: add, path: {ON}/containers/0/securityContext/capabilities/add/-, value: SYS_ADMIN}}", "SYS_ADMIN"),
        (f"{{op: remove, path: {ON}/containers/0/securityContext}}", "takes securityContext away"),
        (f"{{op: add, path: {ON}/containers/0/securityContext/capabilities/drop/-, value: NET_RAW}}", None),
        ("{op: replace, path: /spec/replicas, value: 0}", None),
        ("{op: remove, path: /spec/replicas}", None),
        ("{op: 1, path: [], value: 3}", None),
    ],
)
@pytest.mark.parametrize("name", ["p.yaml", "p.json"])
def test_what_an_operation_of_a_json_patch_sets_is_judged(operation, says, name):
    kustomization = f"{KUSTOMIZATION}patches: [{{path: {name}, target: {{kind: Deployment}}}}]\n"
    text = json.dumps(safe_load(f"[{operation}]")) if name == "p.json" else f"- {operation}\n"
    said = found("OP-01", {"deploy/a/kustomization.yaml": kustomization, f"deploy/a/{name}": text})
    assert said == [] if says is None else [says in line for line in said] == [True]


def test_a_patch_that_cannot_be_read_is_unknown():
    kustomization = f"{KUSTOMIZATION}patches:\n  - patch: '[a: {{'\n"
    said = found("OP-01", {"deploy/a/kustomization.yaml": kustomization})
    assert said == ["unknown deploy/a/kustomization.yaml:5 a patch in this file cannot be read"]


@pytest.mark.parametrize(
    ("policy", "is_wall"),
    [
        ("policyTypes: [Ingress, Egress]\n  ingress: [{}]\n  egress: [{}]", False),
        ("ingress: [{}]", False),
        ("ingress: [{}]\n  egress: [{}]", False),
        ("policyTypes: [Ingress, Egress]\n  ingress: [{}]", True),
        ("ingress: [{from: [{podSelector: {}}]}]", True),
    ],
)
def test_a_policy_that_allows_all_is_no_wall(policy, is_wall):
    files = {WORKLOAD: GOOD.replace("policyTypes: [Ingress, Egress]", policy)}
    assert ["NetworkPolicy" in line for line in found("OP-03", files)] == ([] if is_wall else [True])


PINNED = f"image: registry.acme.io/orders:1.0.0@{DIGEST}"


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("deploy/a.yaml", "image: ghcr.io/acme/orders:1.4.0", 1),
        ("deploy/a.yaml", "image: nginx", 1),
        ("deploy/a.yaml", "image: ghcr.io/acme/orders:latest", 1),
        ("deploy/a.yaml", PINNED, 0),
        ("deploy/a.yaml", "image: ${IMAGE}", 0),
        ("deploy/a.yaml", "image: ko://example.com/orders/cmd/orders", 0),
        ("examples/a.yaml", "image: nginx", 0),
    ],
)
def test_what_a_cluster_runs_is_pinned(path, text, count):
    pod = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n    - name: c\n      {text}\n"
    assert len(found("SC-08", {path: pod})) == count


@pytest.mark.parametrize(
    ("image", "count"),
    [
        ("{name: orders, newTag: 1.4.0}", 1),
        (f"{{name: orders, newName: ghcr.io/acme/orders, digest: '{DIGEST}'}}", 0),
    ],
)
def test_a_kustomization_may_pin_it(image, count):
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: 'orders:dev'}]}\n"
    said = found(
        "SC-08", {"deploy/a.yaml": pod, "deploy/kustomization.yaml": f"resources: [a.yaml]\nimages: [{image}]\n"}
    )
    assert len(said) == count
    assert all("deploy/kustomization.yaml:2 the image orders:1.4.0" in line for line in said)


@pytest.mark.parametrize(
    ("path", "service", "count"),
    [
        ("compose.yaml", "image: quay.io/someone/postgres:17", 1),
        ("docker-compose.yml", "image: postgres", 1),
        ("compose.yaml", PINNED, 0),
        ("compose.yaml", "image: 'orders:1'\n    build: .", 0),
        ("compose.dev.yaml", "image: postgres:17", 0),
    ],
)
def test_what_compose_runs_is_pinned(path, service, count):
    assert len(found("SC-08", {path: f"services:\n  db:\n    {service}\n"})) == count
