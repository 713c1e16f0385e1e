"""What clusters, charts and compose files let processes do, and what comes in unencrypted; with how bad each is."""

import pytest

from tests.guard.alone import LOCK, state
from tests.guard.cases_containers import GOOD, WORKLOAD
from tests.guard.service import Service, stamped

RBAC = "apiVersion: rbac.authorization.k8s.io/v1\nmetadata: {name: a}\n"


def found(rule, files):
    """What a rule finds, each as `severity path:line message`."""
    contents = {path: text.encode() for path, text in files.items()}
    verdict = Service({LOCK: stamped().files[LOCK], **contents}, {}).verdict(rule)
    return [f"{one.severity} {one.path}:{one.line} {one.message}" for one in verdict.findings]


def is_said(said, severity, part):
    """Whether exactly that is found; nothing where no severity is given."""
    if severity is None:
        return said == []
    return len(said) == 1 and said[0].startswith(severity) and part in said[0]


def role(rule, kind="ClusterRole"):
    return f"{RBAC}kind: {kind}\nrules: [{rule}]\n"


def binding(name, subject, kind="ClusterRoleBinding"):
    return f"{RBAC}kind: {kind}\nroleRef: {{kind: ClusterRole, name: {name}}}\nsubjects: [{subject}]\n"


@pytest.mark.parametrize(
    ("text", "severity", "part"),
    [
        (binding("cluster-admin", "{kind: ServiceAccount, name: ci}"), "critical", "lets ServiceAccount ci do everything"),
        (binding("cluster-admin", "{kind: ServiceAccount, name: ci}", "RoleBinding"), "high", "cluster-admin"),
        (binding("view", "{kind: Group, name: 'system:masters'}"), "critical", "system:masters"),
        (binding("admin", "{kind: Group, name: 'system:serviceaccounts'}"), "critical", "everybody in"),
        (binding("edit", "{kind: Group, name: 'system:serviceaccounts:a'}", "RoleBinding"), "high", "everybody in"),
        (binding("view", "{kind: User, name: 'system:anonymous'}"), "high", "without a name"),
        (binding("system:public-info-viewer", "{kind: Group, name: 'system:unauthenticated'}"), None, ""),
        (binding("admin", "{kind: Group, name: checkout}", "RoleBinding"), None, ""),
        (binding("orders", "{kind: ServiceAccount, name: orders}"), None, ""),
        (role("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}"), "high", "lets its holders do everything"),
        (role("{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", "Role"), "medium", "in its namespace"),
        (role("{apiGroups: [''], resources: [pods/exec], verbs: [create]}"), "high", "run commands in pods"),
        (role("{apiGroups: [''], resources: [pods/exec], verbs: [create]}", "Role"), "medium", "run commands in pods"),
        (role("{apiGroups: [''], resources: [secrets, pods], verbs: [list]}"), "high", "read all secrets"),
        (role("{apiGroups: [''], resources: [secrets], verbs: [get]}", "Role"), None, ""),
        (role("{apiGroups: [''], resources: [secrets], resourceNames: [one], verbs: [get]}"), None, ""),
        (role("{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate]}"), "high", "give itself"),
        (role("{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind]}", "Role"), "medium", "give itself"),
        (role("{apiGroups: [''], resources: [users], verbs: [impersonate]}"), "high", "act as others"),
        (role("{apiGroups: [''], resources: [serviceaccounts/token], verbs: [create]}"), "high", "tokens"),
        (role("{apiGroups: [''], resources: [nodes/proxy], verbs: [get]}"), "high", "on nodes"),
        (role("{apiGroups: ['*'], resources: ['*'], verbs: [get, list]}"), "high", "read all secrets"),
        (role("{apiGroups: [apps], resources: [deployments], verbs: ['*']}"), "medium", "every verb"),
        (role("{apiGroups: [acme.io], resources: ['*'], verbs: [get]}"), "medium", "every resource"),
        (role("{apiGroups: [apps], resources: [deployments], verbs: [get, list, patch]}"), None, ""),
        (role("{nonResourceURLs: [/metrics], verbs: [get]}"), None, ""),
        (role("3") + "---\n" + role("{apiGroups: 7, resources: {a: b}, verbs: all}"), None, ""),
    ],
)  # fmt: skip
def test_rights_in_the_cluster_are_named(text, severity, part):
    said = found("OP-01", {"deploy/rbac.yaml": text})
    assert is_said(said, severity, part), said


def test_a_role_that_is_bound_in_namespaces_only_holds_in_them():
    secrets = role("{apiGroups: [''], resources: [secrets], verbs: [get]}")
    assert found("OP-01", {"deploy/a.yaml": f"{secrets}---\n{binding('a', '{name: x}', 'RoleBinding')}"}) == []
    both = f"{secrets}---\n{binding('a', '{name: x}', 'RoleBinding')}---\n{binding('a', '{name: x}')}"
    assert is_said(found("OP-01", {"deploy/a.yaml": both}), "high", "read all secrets")


@pytest.mark.parametrize(
    ("old", "new", "severity", "part"),
    [
        ("            readOnlyRootFilesystem: true\n", "", "low", "readOnlyRootFilesystem"),
        ("        seccompProfile: {type: RuntimeDefault}\n", "", "low", "seccompProfile"),
        ("drop: [ALL]", "drop: [NET_RAW]", "medium", "drop ALL"),
        ("        runAsNonRoot: true\n", "", "medium", "runAsNonRoot"),
        ("drop: [ALL]", "drop: [ALL]\n              add: [CAP_SYS_ADMIN]", "critical", "add: CAP_SYS_ADMIN"),
        ("drop: [ALL]", "drop: [ALL]\n              add: [SYS_PTRACE]", "high", "SYS_PTRACE"),
        ("drop: [ALL]", "drop: [ALL]\n              add: [NET_ADMIN]", "medium", "NET_ADMIN"),
        ("drop: [ALL]", "drop: [ALL]\n              add: [CHOWN]", "low", "CHOWN"),
        ("            readOnlyRootFilesystem: true\n", "            readOnlyRootFilesystem: true\n            privileged: true\n", "critical", "the container orders sets privileged: true"),
        ("runAsUser: 10001", "runAsUser: 0", "high", "runAsUser: 0"),
        ("      containers:\n", "      hostNetwork: true\n      containers:\n", "high", "hostNetwork"),
        ("      containers:\n", "      hostPID: true\n      containers:\n", "high", "hostPID"),
        ("      containers:\n", "      volumes: [{hostPath: {path: /etc}}]\n      containers:\n", "high", "hostPath: /etc"),
        ("      containers:\n", "      volumes: [{hostPath: {path: /var/run/docker.sock, type: Socket}}]\n      containers:\n", "critical", "docker.sock"),
        ("      containers:\n", "      volumes: [{hostPath: {path: /run/containerd/containerd.sock}}]\n      containers:\n", "critical", "that socket"),
        ("            - containerPort: 8080", "            - {containerPort: 8080, hostPort: 8080}", "medium", "hostPort"),
        ("enforce: restricted", "enforce: baseline", "low", "Namespace orders"),
        ("enforce: restricted", "enforce: privileged", "medium", "Namespace orders"),
    ],
)  # fmt: skip
def test_each_setting_of_a_pod_is_as_bad_as_it_is(old, new, severity, part):
    assert old in GOOD
    said = found("OP-01", {WORKLOAD: GOOD.replace(old, new)})
    assert is_said(said, severity, part), said


@pytest.mark.parametrize(
    ("kind", "severity"),
    [
        ("Prometheus", "high"),
        ("ClusterPolicy", None),
        ("PodSecurityPolicy", None),
        ("SecurityContextConstraints", None),
    ],
)
def test_other_kinds_are_judged_by_what_they_set_unless_they_say_what_others_may(kind, severity):
    text = f"apiVersion: a/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {{hostNetwork: true}}\n"
    assert is_said(found("OP-01", {WORKLOAD: GOOD, "deploy/a.yaml": text}), severity, f"{kind} a sets hostNetwork")


IMAGES = [
    ("FROM python:3.14\nCMD python\n", "high"),
    ('FROM docker.io/library/debian:13\nENTRYPOINT ["a"]\n', "high"),
    ('FROM gcr.io/distroless/static\nENTRYPOINT ["a"]\n', "high"),
    ("FROM nginx:1.29\nCOPY a /a\n", "high"),
    ("FROM python:3.14\nUSER root\nCMD python\n", "high"),
    ("FROM golang:1.26\nRUN go install tool\n", "medium"),
    ("FROM ghcr.io/acme/base:1\nCMD a\n", "medium"),
    ("FROM postgres:18\nCOPY a.sql /docker-entrypoint-initdb.d/\n", "medium"),
    ("ARG ON=first\nFROM ghcr.io/acme/base:1 AS first\nUSER 7\nFROM ${ON:-first}\nCMD a\n", None),
    ("FROM nginxinc/nginx-unprivileged:1\nCMD a\n", None),
    ("FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled\nENTRYPOINT a\n", None),
    ("FROM elasticsearch:9.1\nCMD a\n", None),
    ("FROM python:3.14\nUSER app\nCMD python\n", "low"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "severity"), IMAGES)
def test_an_image_is_as_bad_as_what_it_begins_from(text, severity):
    said = found("OP-01", {"Dockerfile": text})
    assert is_said(said, severity, "Dockerfile:"), said


@pytest.mark.parametrize(
    ("service", "severity", "part"),
    [
        ("privileged: true", "critical", "the service a sets privileged: true"),
        ("volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']", "critical", "docker.sock"),
        ("volumes: ['${SOCK}:/var/run/docker.sock']", "critical", "docker.sock"),
        ("volumes: [{type: bind, source: /var/run/docker.sock, target: /s}]", "critical", "docker.sock"),
        ("volumes: ['/:/host:ro']", "high", "a folder of the machine"),
        ("volumes: ['/etc:/etc']", "high", "a folder of the machine"),
        ("network_mode: host", "high", "network"),
        ("pid: host", "high", "processes"),
        ("ipc: host", "high", "memory"),
        ("cap_add: [ALL]", "critical", "cap_add: ALL"),
        ("cap_add: [SYS_ADMIN]", "critical", "SYS_ADMIN"),
        ("cap_add: [NET_ADMIN]", "medium", "NET_ADMIN"),
        ("user: root", "high", "user: root"),
        ("user: '0:0'", "high", "user: 0:0"),
        ("security_opt: ['seccomp:unconfined']", "medium", "seccomp"),
        ("ports: ['5432:5432']", "medium", "a database"),
        ("ports: ['0.0.0.0:6379:6379/tcp']", "medium", "a database"),
        ("ports: ['${PORT:-3306}:3306']", "medium", "a database"),
        ("ports: [{target: 5432, published: 5432}]", "medium", "a database"),
        ("ports: ['127.0.0.1:5432:5432']", None, ""),
        ("ports: [{target: 5432, published: 5432, host_ip: 127.0.0.1}]", None, ""),
        ("ports: ['8080:8080']", None, ""),
        ("volumes: ['./data:/etc', '/etc/localtime:/etc/localtime:ro', 'db:/var/lib/data']", None, ""),
        ("environment: {user: root, privileged: true, pid: host}", None, ""),
        ("user: '1000:0'", None, ""),
        ("cap_add: [NET_BIND_SERVICE]", None, ""),
        ("{}", None, ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["docker-compose.yml", "deploy/compose.prod.yaml"])
def test_services_of_compose_are_restricted(path, service, severity, part):
    said = found(
        "OP-01", {path: f"services:\n  a: {{image: b, {service.strip('{}') if service == '{}' else service}}}\n"}
    )
    assert is_said(said, severity, part), said


@pytest.mark.parametrize(
    "path",
    ["tests/compose.yaml", "examples/docker-compose.yml", "compose.override.yaml", "docker-compose.dev.yml", "dev/compose.yaml"],
)  # fmt: skip
def test_compose_files_of_tests_examples_and_developers_may_do_more(path):
    assert state("OP-01", {path: "services: {a: {image: b, privileged: true}}\n"}) == "not_applicable"


@pytest.mark.parametrize(
    "text", ["services: 3\n", "services: {a: 1, b: {volumes: 7, ports: [{}], user: [x]}}\n", "- a\n"]
)
def test_odd_compose_files_never_break_the_rule(text):
    assert found("OP-01", {"compose.yaml": text}) == []


TEMPLATE = """\
apiVersion: apps/v1
kind: {{ .Values.kind | default "Deployment" }}
metadata:
  name: {{ include "orders.fullname" . }}
  labels:
    {{- include "orders.labels" . | nindent 4 }}
spec:
  template:
    spec:
      {{- with .Values.podSecurityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
%s
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image }}:{{ .Values.tag }}"
          securityContext:
%s
"""
CHART = {
    "charts/orders/Chart.yaml": "name: orders\n",
    "charts/orders/values.yaml": "on: true\noff: false\nlist: []\nmode: pod\n",
}
AT = "charts/orders/templates/deployment.yaml"


@pytest.mark.parametrize(
    ("pod", "container", "severity", "part"),
    [
        ("", "            privileged: true", "critical", "privileged"),
        ("      hostNetwork: true", "", "high", "hostNetwork"),
        ("", "            runAsNonRoot: false", "medium", "runAsNonRoot"),
        ("", "            allowPrivilegeEscalation: true", "medium", "allowPrivilegeEscalation"),
        ("", "            readOnlyRootFilesystem: false", "low", "readOnlyRootFilesystem"),
        ("", "            runAsUser: 0 # why not", "high", "runAsUser"),
        ("      volumes:\n        - name: a\n          hostPath:\n            path: /var/run/docker.sock", "", "critical", "docker.sock"),
        ("      volumes:\n        - name: a\n          hostPath:\n            path: {{ .Values.logs }}", "", "high", "hostPath"),
        ("", "            capabilities:\n              add:\n                - SYS_ADMIN", "critical", "SYS_ADMIN"),
        ("      {{- if .Values.on }}\n      hostPID: true\n      {{- end }}", "", "high", "hostPID"),
        ("      {{- if not .Values.off }}\n      hostPID: true\n      {{- end }}", "", "high", "hostPID"),
        ("      {{- if .Values.off }}\n      a: b\n      {{- else }}\n      hostPID: true\n      {{- end }}", "", "high", "hostPID"),
        ("      {{- if .Values.off }}\n      hostPID: true\n      {{- end }}", "", None, ""),
        ("      {{- if and .Values.on .Values.off }}\n      hostPID: true\n      {{- end }}", "", None, ""),
        ("      {{- if .Values.on }}\n      a: b\n      {{- else if .Values.off }}\n      hostPID: true\n      {{- end }}", "", None, ""),
        ("      {{- if .Values.on }}\n      a: b\n      {{- else if .Values.off }}\n      c: d\n      {{- else }}\n      hostPID: true\n      {{- end }}", "", None, ""),
        ("      {{- if eq .Values.of.others 'host' }}\n      hostPID: true\n      {{- end }}", "", "high", "hostPID"),
        ("      {{- if gt (len .Values.mode) 9 }}\n      hostPID: true\n      {{- end }}", "", None, ""),
        ('      {{- if eq .Values.mode "host" }}\n      hostPID: true\n      {{- end }}', "", None, ""),
        ('      {{- if ne .Values.mode "host" }}\n      hostPID: true\n      {{- end }}', "", "high", "hostPID"),
        ("      {{- if .Values.off }}\n      {{- if .Values.on }}\n      hostPID: true\n      {{- end }}\n      {{- end }}", "", None, ""),
        ("      {{- range .Values.list }}\n      hostPID: true\n      {{- end }}", "", None, ""),
        ("      {{- /* hostPID: true\n      hostIPC: true */}}\n      # hostNetwork: true", "", None, ""),
        ("      hostPID: {{ .Values.on }}", "            privileged: false", None, ""),
        ("  : [\n      hostPID: true", "", "high", "hostPID"),
    ],
)  # fmt: skip
def test_what_a_chart_says_word_for_word_is_judged(pod, container, severity, part):
    text = TEMPLATE % (pod, container)
    said = found("OP-01", {**CHART, AT: text})
    assert is_said(said, severity, part), said
    if severity:
        line = int(said[0].split(":")[1].split()[0])
        assert (part in text.split("\n")[line - 1]) or part in ("hostPath", "docker.sock")


@pytest.mark.parametrize(
    ("values", "severity", "part"),
    [
        ("securityContext: {runAsUser: 0}", "high", "runAsUser"),
        ("containerSecurityContext:\n  privileged: true", "critical", "the chart sets privileged"),
        ("podSecurityContext: {runAsNonRoot: false}", "medium", "runAsNonRoot"),
        ("worker: {hostNetwork: true}", "high", "hostNetwork"),
        ("worker: {enabled: false, hostNetwork: true}", None, ""),
        ("securityContext: {}\nhostNetwork: false\npersistence: {hostPath: ''}\nother: {hostPath: null}", None, ""),
        ("user: root\npid: host", None, ""),
    ],
)
def test_what_a_chart_sets_by_itself_is_judged(values, severity, part):
    said = found("OP-01", {**CHART, "charts/orders/values.yaml": f"{values}\n"})
    assert is_said(said, severity, part), said
    assert found("OP-01", {"config/values.yaml": f"{values}\n"}) == []


def test_a_template_of_no_chart_is_unknown_but_for_what_it_says():
    said = found("OP-01", {"ops/d.yaml": TEMPLATE % ("{% if on %}", "            privileged: true")})
    assert [line.split(" ops/")[0] for line in said] == ["critical", "critical"]
    assert "sets privileged: true" in said[0]
    assert "this is a template" in said[1]


def test_a_chart_that_binds_cluster_admin_is_found():
    said = found(
        "OP-01",
        {
            **CHART,
            "charts/orders/templates/rbac.yaml": binding(
                "cluster-admin", "{kind: ServiceAccount, name: '{{ .Values.on }}'}"
            ),
        },
    )
    assert is_said(said, "critical", "cluster-admin")


NET = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a, annotations: {%s}}\nspec: {%s}\n"
GATEWAY = "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {listeners: [%s]}\n"
ISTIO = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: a}\nspec: {servers: [%s]}\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: a, annotations: {%s}}\nspec: {type: %s, ports: [%s]}\n"
ROUTE = "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec: {rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}]}]}\n"


@pytest.mark.parametrize(
    ("text", "severity", "part"),
    [
        (NET % ("", "rules: [{host: a.io}]"), "high", "has no TLS for a.io"),
        (NET % ("", "rules: [{http: {}}]"), "high", "has no TLS for every host"),
        (NET % ("", "rules: [{host: a.io}, {host: b.io}], tls: [{hosts: [a.io]}]"), "high", "b.io"),
        (NET % ("", "rules: [{host: x.a.io}], tls: [{hosts: ['*.a.io']}]"), None, ""),
        (NET % ("", "rules: [{host: a.io}], tls: [{secretName: a}]"), None, ""),
        (NET % ("alb.ingress.kubernetes.io/certificate-arn: x", "rules: [{host: a.io}]"), None, ""),
        (NET % ("networking.gke.io/managed-certificates: x", "rules: [{host: a.io}]"), None, ""),
        (NET % ("nginx.ingress.kubernetes.io/ssl-redirect: 'false'", "rules: [{host: a.io}], tls: [{hosts: [a.io]}]"), "high", "ssl-redirect"),
        (NET % ("nginx.ingress.kubernetes.io/ssl-redirect: 'true'", "rules: [{host: a.io}], tls: [{hosts: [a.io]}]"), None, ""),
        (GATEWAY % "{protocol: HTTP, port: 80}", "high", "protocol HTTP"),
        (GATEWAY % "{protocol: HTTP, port: 80}, {protocol: HTTPS, port: 443}", None, ""),
        (GATEWAY % "{protocol: HTTP, port: 80}" + ROUTE, None, ""),
        (GATEWAY % "{protocol: TLS, port: 443}", None, ""),
        (ISTIO % "{port: {protocol: HTTP, number: 80}}", "high", "protocol HTTP"),
        (ISTIO % "{port: {protocol: HTTP}}, {port: {protocol: HTTPS}}", "high", "protocol HTTP"),
        (ISTIO % "{port: {protocol: HTTP}, tls: {httpsRedirect: true}}, {port: {protocol: HTTPS}}", None, ""),
        (SERVICE % ("", "LoadBalancer", "{port: 80}"), "medium", "LoadBalancer on port 80"),
        (SERVICE % ("", "LoadBalancer", "{port: 80}, {port: 443}"), None, ""),
        (SERVICE % ("", "ClusterIP", "{port: 80}"), None, ""),
        (SERVICE % ("networking.gke.io/load-balancer-type: Internal", "LoadBalancer", "{port: 80}"), None, ""),
        (SERVICE % ("", "3", "7"), None, ""),
    ],
)  # fmt: skip
def test_what_comes_from_outside_is_encrypted(text, severity, part):
    said = found("OP-03", {"deploy/door.yaml": text})
    assert is_said(said, severity, part), said


@pytest.mark.parametrize(
    ("old", "new", "severity"),
    [
        (", memory: 256Mi", "", "medium"),
        ('cpu: "1", ', "", "low"),
        ("replicas: 3", "replicas: 1", "low"),
        ("kind: NetworkPolicy", "kind: Nothing", "medium"),
        ("automountServiceAccountToken: false\n      ter", "automountServiceAccountToken: true\n      ter", "medium"),
    ],
)
def test_what_a_workload_lacks_is_as_bad_as_it_is(old, new, severity):
    assert old in GOOD
    assert is_said(found("OP-03", {WORKLOAD: GOOD.replace(old, new)}), severity, "Deployment orders")


@pytest.mark.parametrize("path", ["prow/config/a.yaml", "scripts/kind/a.yaml", "ops/dev-tilt/a.yaml"])
def test_clusters_of_ci_and_of_developers_are_theirs(path):
    text = "apiVersion: v1\nkind: Pod\nspec: {hostNetwork: true, containers: [{name: a, image: b}]}\n"
    assert state("OP-01", {path: text}) == "not_applicable"
