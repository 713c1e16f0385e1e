"""Secrets in text: what is one, what only looks like one, and that none is ever repeated."""

from base64 import b64encode

import pytest

from scaffold.guard.readers.secrets import find, is_hidden
from tests.guard.alone import LOCK, found
from tests.guard.service import Service, stamped

# Made up here, and put together so that no scanner takes this file for a leak.
AWS = "AKIA" + "Q7NPLC3XVZ6RJ2MD"
GITHUB = "ghp_" + "v9Qx2LrT8mZpW4nKc7YbH1dSfJ6uGaEoR3iD"
SLACK = "xoxb-" + "731905528467-" + "Gq8vTzR2nWcLk5JxYp7DmHs4"
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----"
BODY = "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgwMbRvI0MBZhpI"
WEBHOOK = "https://hooks.slack.com/services/" + "T7QK2M9XR/B4ZP8VN3L/q9WvT2rLx8Kc4NzB7mYp1DsH"
TELEGRAM = "5839201746" + ":AAG" + "q9WvT2rLx8Kc4NzB7mYp1DsHf3JkUe6w"
RANDOM = "kW9x2vQ7LmZr4TnB8pYc"

SECRETS = [
    ("config.py", f'ID = "{AWS}"', "an AWS access key"),
    ("deploy.sh", f"curl -H 'Authorization: Bearer {GITHUB}' https://api.acme.io", "a GitHub token"),
    ("README.md", f"export SLACK={SLACK}", "a Slack token"),
    ("tests/data/key.pem", f"{KEY}\n{BODY}\n", "a private key"),
    ("service.json", f'{{"private_key": "{KEY}\\n{BODY}\\n"}}', "a private key"),
    ("settings.py", f'DB = "postgresql://orders:{RANDOM}@db.acme.io:5432/orders"', "a password in a connection string"),
    ("config.py", f'API_KEY = "{RANDOM}"', "a value of API_KEY"),
    ("config.py", f'api_key: str = "{RANDOM}"', "a value of api_key"),
    ("config.ts", f"const clientSecret = '{RANDOM}';", "a value of clientSecret"),
    ("config.ts", f"const k = process.env.JWT_SECRET || '{RANDOM}';", "a value of process.env.JWT_SECRET"),
    ("config.py", f'os.environ.get("DB_PASSWORD", "{RANDOM}")', "a value of DB_PASSWORD"),
    ("config.py", 'DB_PASSWORD = "Tr0ub4dor&3x"', "a value of DB_PASSWORD"),
    ("config.py", 'DB_PASSWORD = "Tr0ub$4dor(3x"', "a value of DB_PASSWORD"),
    ("app.go", f'	authToken := "{RANDOM}"', "a value of authToken"),
    ("application.yml", f"spring:\n  password: {RANDOM}", "a value of password"),
    (".env.test", f"STRIPE_SECRET_KEY={RANDOM}", "a value of STRIPE_SECRET_KEY"),
    ("Dockerfile", f"ENV AUTH_TOKEN={RANDOM}", "a value of AUTH_TOKEN"),
    ("app.yml", f"# ENC[AES256_GCM,data:x]\npassword: {RANDOM}", "a value of password"),
    ("app.yml", f"# kind: SealedSecret\npassword: {RANDOM}", "a value of password"),
    ("notes.txt", WEBHOOK, "a Slack webhook"),
    ("notes.txt", f"bot: {SLACK}", "a Slack token"),
    ("notes.txt", f"bot: {TELEGRAM}", "a Telegram token"),
    ("call.sh", f"curl -H 'Authorization: Bearer {RANDOM}' https://api.acme.io", "a token in a header"),
    ("api.http", f"Authorization: Bearer {RANDOM}", "a token in a header"),
    ("README.md", f"    curl -H 'Authorization: Bearer {RANDOM}' https://api.acme.io", "a token in a header"),
    ("bank.py", f'headers = {{"Authorization": "Bearer {RANDOM}"}}', "a token in a header"),
    ("README.md", "The password: `Tr0ub4dor&3x`", "a password or a key in a text"),
    ("notes.txt", f"db_password = {RANDOM}", "a password or a key in a text"),
    ("settings.xml", f"<password>{RANDOM}</password>", "a password or a key in a text"),
    ("beans.xml", f'<property name="db.password" value="{RANDOM}"/>', "a password or a key in a text"),
]
A, B = GITHUB[:14], GITHUB[14:]
SECRETS += [
    ("a.py", f'HEAD = "{A}"\nTAIL = "{B}"\nTOKEN = HEAD + TAIL\n', "a GitHub token"),
    ("a.py", f'K = (\n    "{A}"\n    "{B}"\n)\n', "a GitHub token"),
    ("a.py", f'HEAD = "{A}"\nK = f"{{HEAD}}{B}"\n', "a GitHub token"),
    ("a.py", f'X = "{A}"\nY = "{B}"\nK = "".join([X, Y])\n', "a GitHub token"),
    ("a.ts", f"const a = '{A}';\nexport const k = `${{a}}{B}`;\n", "a GitHub token"),
    ("a.go", f'const head = "{AWS[:8]}"\nvar k = head + "{AWS[8:]}"\n', "an AWS access key"),
    ("a.env", f"X={A}\nY={B}\nK=${{X}}${{Y}}\n", "a GitHub token"),
    ("a.py", f'K = b64decode("{b64encode(GITHUB.encode()).decode()}")\n', "a GitHub token"),
    ("a.py", f'K = bytes.fromhex("{GITHUB.encode().hex()}")\n', "a GitHub token"),
    ("a.yaml", f"client-key-data: {b64encode(f'{KEY}{BODY}'.encode()).decode()}\n", "a private key"),
]
NONE = [
    ("tests/test_a.py", f'HEAD = "{A}"\nTAIL = "{B}"\nTOKEN = HEAD + TAIL\n'),
    ("a.py", 'PREFIX = "ghp_"\nK = PREFIX + name\nL = ["ghp_", "gho_", "ghu_"]\n'),
    ("config.py", 'API_KEY = "your-api-key-goes-here-1234"'),
    ("config.py", 'PASSWORD = os.environ["PASSWORD"]'),
    ("config.py", 'token_url = "https://id.acme.io/oauth2/token/v2"'),
    ("config.py", 'SECRET_NAME = "orders/production/database-2026"'),
    ("config.py", 'PASSWORD_FIELD = "password_confirmation_2"'),
    ("config.py", f'public_key_token = "{RANDOM}"'),
    ("config.py", f'next_page_token = "{RANDOM}"'),
    ("config.py", f'commit = "{RANDOM}"'),
    ("config.py", 'ID = "' + "AKIA" + 'IOSFODNN7EXAMPLE"'),
    ("settings.py", 'DB = "postgresql://orders:orders@db:5432/orders"'),
    ("settings.py", 'DB = "postgresql://user:password@localhost:5432/orders"'),
    ("settings.py", 'DB = f"postgresql://{user}:{password}@db.acme.io/orders"'),
    ("app.yml", "password: ${DB_PASSWORD}"),
    ("app.yml", "password: ENC[AES256_GCM,data:9KxQ2vLm7Rt4]\nsops: {}"),
    ("deployment.yaml", "secretName: orders-tls-20261124"),
    ("app.yml", "token: arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders"),
    ("main.tf", 'password = "${var.db_password_v2}"'),
    ("app.yml", "password: ENC[AES256_GCM,data:9KxQ2vLm7Rt4,iv:x2Q9,tag:k7,type:str]"),
    (
        "sealed.yaml",
        "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBy" + "3i4OJSWK2PiTySYZZA9rO43c" * 30,
    ),
    ("README.md", "Authorization: Bearer <your token of 20 signs>"),
    ("README.md", "curl -H 'Authorization: Bearer $TOKEN_OF_THE_SERVICE_2'"),
    ("README.md", "Authorization: Bearer mF_9.B5f-4.1JqM-your-token"),
    ("README.md", "Authorization: Bearer " + "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.k7Qw9ZtR2xLm4Vb"),
    ("bank.py", 'headers = {"Authorization": f"Bearer {await self.token_2026()}"}'),
    ("README.md", "password: at least 12 characters"),
    ("README.md", "The api_key: d2f31c9b7e0a4d5586c1 is the commit"),
    ("pom.xml", "<password>${env.NEXUS_PASSWORD_2}</password>"),
    ("tests/notes.md", f"password: {RANDOM}"),
    ("notes.md", 'A key begins with "' + KEY + '" and ends so too'),
    ("uv.lock", f'secret = "{RANDOM}"'),
    ("tests/test_login.py", f'password = "{RANDOM}"'),
    ("ci.jsonnet", "getToken: 'acme/workflows/create-token@46f48da11e78ebdba7a8747ae456b11062fac83e'"),
    ("check.py", "tokens = [token for token in line.split() if token not in stop_tokens_2026_list]"),
    ("app.ts", "const token = await this.tokenService.createToken2(user);"),
]


@pytest.mark.parametrize(("path", "text", "kind"), SECRETS, ids=range(len(SECRETS)))
def test_a_secret_is_found_and_never_repeated(path, text, kind):
    assert find(f"# one\n{text}\n".encode(), path)[0].kind == kind
    for said in found("SP-04", {path: f"# one\n{text}\n"}):
        assert not any(hidden in said for hidden in (AWS, GITHUB, SLACK, BODY, RANDOM, "Tr0ub4dor"))


@pytest.mark.parametrize(("path", "text"), NONE, ids=range(len(NONE)))
def test_what_is_made_up_or_elsewhere_is_none(path, text):
    assert find(text.encode(), path) == ()


def test_one_line_is_one_finding_and_the_surest():
    text = f'TOKEN = "{GITHUB}"; OTHER_TOKEN = "{RANDOM}"\n'
    assert [(one.kind, one.line) for one in find(text.encode(), "a.py")] == [("a GitHub token", 1)]


def test_a_file_of_secrets_is_told_of_twenty_times_at_most():
    assert len(list(find(f'A_TOKEN = "{RANDOM}"\n'.encode() * 5_000, "a.py"))) == 20


@pytest.mark.parametrize(
    "junk",
    [
        b"token" * 200_000,
        b"password=" * 100_000,
        b"(" * 1_000_000,
        b"token = '\n" * 90_000,
        b"://a:b@" * 140_000,
        b"\xff" * 99,
    ],
    ids=["words", "signs", "brackets", "open quotes", "addresses", "no text"],
)
def test_junk_holds_no_secret_and_takes_no_time(junk):
    assert find(junk, "a.env") == ()  # where a pattern is quadratic this takes hours


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("certs/orders.p12", b"\x30\x82\x00", "keeps keys"),
        ("id_rsa", "anything", "keeps keys"),
        ("infra/terraform.tfstate", "{}", "keeps keys"),
        (".env", "API_TOKEN=abc\n", "secrets of one place"),
        ("web/.env.production", "export DATABASE_URL=postgres://x\n", "secrets of one place"),
        (".netrc", "machine acme.io login orders password kw9x2vq7\n", "keeps passwords"),
        ("deploy/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  pin: MTc4Mw==\n", "Kubernetes Secret"),
        ("deploy/secret.yaml", "apiVersion: v1\r\nkind: Secret\r\ndata:\r\n  pin: MTc4Mw==\r\n", "Kubernetes Secret"),
        ("secret.yml", "# {{ nothing }}\napiVersion: v1\nkind: Secret # ours\ndata:\n  pin: MTc4Mw==\n", "Kubernetes Secret"),
        ("secret.yml", "# ENC[AES256_GCM,data:x]\napiVersion: v1\nkind: Secret\ndata:\n  pin: MTc4Mw==\n", "Kubernetes Secret"),
        ("deploy/test/secret.yml", "apiVersion: v1\nkind: Secret\ndata:\n  pin: MTc4Mw==\n", "Kubernetes Secret"),
        ("secret.yml", "apiVersion: v1\nkind: SecretList\nitems: [{data: {pin: MTc4Mw==}}]\n", "Kubernetes Secret"),
        ("secret.json", '{"apiVersion": "v1", "kind": "Secret", "stringData": {"pin": "1783"}}', "Kubernetes Secret"),
        ("secret.yml", '{"apiVersion": "v1", "kind": "Secret", "stringData": {"pin": "1783"}}', "Kubernetes Secret"),
    ],
)  # fmt: skip
def test_files_that_hold_nothing_else_are_found(path, content, says):
    assert [says in said for said in found("SP-04", {path: content})] == [True]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (".env.example", "API_TOKEN=\nDB_PASSWORD=changeme\n"),
        (".env", "VITE_TITLE=Orders\nPORT=8080\n"),
        ("tests/.netrc", "machine example.org login example password example-password\n"),
        ("certs/truststore.jks", b"\xfe\xed"),
        ("deploy/secret.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  pin: ${PIN}\n"),
        ("deploy/sops.yaml", "apiVersion: v1\nkind: Secret\ndata:\n  pin: ENC[AES256_GCM,data:x]\nsops: {}\n"),
        ("deploy/store.yaml", "apiVersion: external-secrets.io/v1\nkind: SecretStore\ndata:\n  pin: MTc4Mw==\n"),
    ],
)
def test_files_without_a_secret_are_none(path, content):
    assert found("SP-04", {path: content}) == []


def test_helms_templates_of_secrets_are_none():
    secret = "{{- if .Values.on }}\napiVersion: v1\nkind: Secret\ndata:\n  pin: {{ .Values.pin }}\n{{- end }}\n"
    assert found("SP-04", {"charts/a/Chart.yaml": "name: a\n", "charts/a/templates/secret.yaml": secret}) == []


@pytest.mark.parametrize(("path", "text"), [one[:2] for one in SECRETS], ids=range(len(SECRETS)))
def test_line_ends_do_not_matter(path, text):
    content = f"# one\n{text}\n"
    assert list(find(content.replace("\n", "\r\n").encode(), path)) == list(find(content.encode(), path))


@pytest.mark.parametrize(
    ("name", "value", "hidden"),
    [
        ("db.password", "x", True), ("api_key", "x", True), ("smtp.pwd", "x", True), ("jwt.signing-key", "x", True),
        ("sentry.dsn", "x", True), ("a.connectionString", "x", True), ("key", "x", True), ("a", AWS, True),
        ("a", {"password": "x"}, True), ("a", ["x", GITHUB], True), ("a", f"postgres://u:{RANDOM}@db.acme.io/x", True),
        ("monkey", "x", False), ("a.timeout", 30, False), ("url", "https://acme.io", False), ("keyboard", "x", False),
    ],
)  # fmt: skip
def test_what_may_be_a_secret_is_not_repeated(name, value, hidden):
    assert is_hidden(name, value) is hidden


def test_a_blueprint_may_allow_paths():
    files = {"tests/data/key.pem": f"{KEY}\n{BODY}\n"}
    assert found("SP-04", files) != []
    assert found("SP-04", files, allow=["tests/data/"]) == []
    assert found("SP-04", files, allow=7) == ["unknown None:None `allow` is no list of patterns"]


@pytest.mark.parametrize(
    ("path", "content", "severity"),
    [
        ("key.pem", f"{KEY}\n{BODY}\n", "critical"),
        ("src/testing.pem", f"{KEY}\n{BODY}\n", "critical"),
        ("tests/data/key.pem", f"{KEY}\n{BODY}\n", "medium"),
        ("internal/tls/testdata/key.pem", f"{KEY}\n{BODY}\n", "medium"),
        ("tests/orders.p12", "x", "medium"),
        ("orders.p12", "x", "critical"),
        ("tests/config.py", f'ID = "{AWS}"', "critical"),
    ],
)
def test_a_key_that_was_made_for_a_test_is_no_catastrophe(path, content, severity):
    files = {LOCK: stamped().files[LOCK], path: content.encode()}
    assert [one.severity for one in Service(files, {}).verdict("SP-04").findings] == [severity]
