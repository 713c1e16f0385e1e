"""Rules on security protocols beside the stamped service: other languages, near-misses, and evasions."""

import pytest

from scaffold.guard.rules.protocols.routes import OPEN
from tests.guard.alone import found, state
from tests.guard.service import stamped

PY = "src/orders/adapters/bank.py"
GO = "internal/bank/client.go"
TS = "src/adapters/bank.ts"
JAVA = "src/main/java/org/acme/Bank.java"


BREACHES = {
    "SP-01": [
        (PY, "import requests\nrequests.get('https://bank.acme.io', verify=False)\n", "verify=False"),
        (PY, "s = requests.Session()\ns.verify = False\n", "verify = False"),
        (PY, "import requests\nrequests.get('https://bank.acme.io', verify=0)\n", "verify=False"),
        (PY, "requests.Session().verify = False\n", "verify = False"),
        (PY, "self._session.verify = 0\n", "verify = False"),
        (PY, "class Settings:\n    ssl_verify: bool = False\n", "ssl_verify = False"),
        (PY, "SSL_VERIFY = False\n", "SSL_VERIFY = False"),
        (PY, "client.ssl_verify = False\n", "ssl_verify = False"),
        (PY, "Elasticsearch(hosts, ssl_verify=False)\n", "ssl_verify=False"),
        (PY, "BANK_URL = 'http://orders:hunter2@bank.acme.io/v1'\n", "to bank.acme.io"),
        (PY, "httpx.post(f'http://orders:hunter2@bank.acme.io/{path}')\n", "to bank.acme.io"),
        (TS, "await fetch('http://orders:hunter2@bank.acme.io/v1');\n", "to bank.acme.io"),
        ("deploy/prod.env", "RATES_URL=http://orders:hunter2@rates.acme.io/v1\r\n", "to rates.acme.io"),
        ("deploy/a.yaml", "  - name: RATES_URL\r\n    value: http://u:hunter2@rates.acme.io\r\n", "to rates.acme.io"),
        (PY, "import ssl\nctx = ssl._create_unverified_context()\n", "_create_unverified_context"),
        (PY, "ctx.check_hostname = False\n", "check_hostname"),
        (PY, "ctx.verify_mode = ssl.CERT_NONE\n", "CERT_NONE"),
        (PY, "pool(cert_reqs='CERT_NONE')\n", "CERT_NONE"),
        (PY, "ctx.minimum_version = ssl.TLSVersion.TLSv1_1\n", "TLSv1_1"),
        (PY, "ctx = ssl.SSLContext(ssl.PROTOCOL_TLSv1)\n", "PROTOCOL_TLSv1"),
        (PY, "aiohttp.TCPConnector(ssl=False)\n", "ssl=False"),
        (PY, "MongoClient(url, tlsAllowInvalidCertificates=True)\n", "tlsAllow"),
        (PY, "httpx.post(\n    f'http://bank.acme.io/{path}',\n)\n", "bank.acme.io"),
        (PY, "BANK_URL = 'http://bank.acme.io/v1'\n", "bank.acme.io"),
        (GO, "c := &tls.Config{InsecureSkipVerify: true}\n", "InsecureSkipVerify"),
        (GO, "c.MinVersion = tls.VersionTLS10\n", "TLS10"),
        (GO, 'resp, err := http.Get("http://bank.acme.io/v1")\n', "bank.acme.io"),
        (TS, "const a = new Agent({ rejectUnauthorized: false });\n", "rejectUnauthorized"),
        (TS, "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';\n", "NODE_TLS"),
        (TS, "createServer({ minVersion: 'TLSv1.1' });\n", "TLSv1.1"),
        (TS, "await fetch(`http://bank.acme.io/v1/${id}`);\n", "bank.acme.io"),
        (JAVA, "public void checkServerTrusted(X509Certificate[] c, String a) {\n  }\n", "checkServerTrusted"),
        (JAVA, 'SSLContext.getInstance("TLSv1.1");\n', "TLSv1.1"),
        (JAVA, "b.hostnameVerifier((host, session) -> true);\n", "erifier"),
        ("scripts/load.sh", "#!/bin/sh\ncurl -fsSLk https://bank.acme.io/rates \\\n  -o rates\n", "curl -fsSLk"),
        ("scripts/load.sh", "x=$(wget --no-check-certificate https://bank.acme.io)\n", "wget"),
        ("Dockerfile", "FROM x\nRUN apt-get update && \\\n    curl --insecure https://bank.acme.io\n", "--insecure"),
        ("Dockerfile", "FROM x\nENV NODE_TLS_REJECT_UNAUTHORIZED=0\n", "NODE_TLS"),
        ("Dockerfile", "FROM x\nRUN pip install --trusted-host pypi.acme.io orders\n", "--trusted-host"),
        ("Makefile", "pull:\n\tgit -c http.sslVerify=false pull\n", "http.sslVerify"),
        ("deploy/prod.env", "RATES_URL=http://rates.acme.io/v1\n", "rates.acme.io"),
        ("deploy/a.yaml", "env:\n  - name: RATES_URL\n    value: http://rates.acme.io\n", "rates.acme.io"),
        ("package.json", '{"scripts": {\n"load": "curl -k https://bank.acme.io"\n}}', "curl -k"),
    ],
    "SP-03": [
        (PY, "import jwt\njwt.decode(t, k, options={'verify_signature': False})\n", "signature"),
        (PY, "import jwt\njwt.decode(t, k, audience='a', issuer='i')\n", "no algorithms"),
        (PY, "import jwt\njwt.decode(t, k, ['none'], audience='a', issuer='i')\n", "none"),
        (PY, "from jwt import decode\ndecode(t, k, algorithms=['RS256'], audience='a')\n", "issuer"),
        (PY, "from jose import jwt as j\nj.decode(t, k, algorithms='ES256', issuer='i')\n", "audience"),
        (
            TS,
            "import jwt from 'jsonwebtoken';\njwt.verify(token, key, { algorithms: ['RS256'] });\n",
            "issuer, audience",
        ),
        (TS, "import jwt from 'jsonwebtoken';\nconst c = jwt.decode(token);\n", "nobody verifies"),
        (TS, "import { jwtVerify } from 'jose';\nawait jwtVerify(t, keys, { issuer: 'i' });\n", "audience"),
        (GO, 'import "github.com/golang-jwt/jwt/v5"\nt, _, err := p.ParseUnverified(s, c)\n', "ParseUnverified"),
        (GO, 'import "github.com/golang-jwt/jwt/v5"\nt, err := jwt.Parse(s, keys)\n', "no algorithms"),
        (
            GO,
            'import "github.com/coreos/go-oidc/v3"\nc := &oidc.Config{SkipClientIDCheck: true}\n',
            "SkipClientIDCheck",
        ),
        (JAVA, "import io.jsonwebtoken.Jwts;\nJwts.parser().build().parseClaimsJwt(t);\n", "parseClaimsJwt"),
    ],
    "SP-05": [
        (PY, "from hashlib import sha1\nx = sha1(b'')\n", "sha1"),
        (PY, "import hashlib\nx = hashlib.new('MD5', b'')\n", "MD5"),
        (PY, "from Crypto.Cipher import DES3\n", "DES3"),
        (PY, "from Crypto.Cipher import AES\nc = AES.new(k, AES.MODE_ECB)\n", "ECB"),
        (PY, "from cryptography.hazmat.primitives.ciphers import modes\nm = modes.ECB()\n", "ECB"),
        (PY, "import random\nreset_token = ''.join(random.choices(letters, k=20))\n", "random.choices"),
        (PY, "import random\ndef make_token():\n    return random.getrandbits(64)\n", "guessed"),
        (GO, 'package x\nimport (\n\t"crypto/md5"\n)\n', "crypto/md5"),
        (GO, 'package x\nimport "math/rand"\nfunc NewToken() int { return rand.Int() }\n', "math/rand"),
        (TS, "const h = createHash('md5').update(x);\n", "md5"),
        (TS, "const sessionId = Math.random().toString(36);\n", "Math.random"),
        (TS, "createCipheriv('aes-128-ecb', k, null);\n", "ecb"),
        (JAVA, 'Cipher.getInstance("AES/ECB/PKCS5Padding");\n', "ECB"),
        (JAVA, 'MessageDigest.getInstance("MD5");\n', "MD5"),
    ],
    "SP-06": [
        (PY, "app.add_middleware(CORSMiddleware, allow_origin_regex='.*')\n", "allow_origin_regex"),
        (PY, "CORS(app)\n", "CORS"),
        (PY, "app = FastAPI(debug=True)\n", "debug"),
        ("orders/settings.py", "DEBUG = True\n", "DEBUG"),
        (PY, "uvicorn.run(app, host='0.0.0.0')\n", "all addresses"),
        (GO, 'log.Fatal(http.ListenAndServe(":8080", mux))\n', "without end"),
        (GO, 'c := cors.Options{AllowedOrigins: []string{"*"}}\n', "AllowedOrigins"),
        (TS, "app.use(cors());\n", "cors()"),
        (TS, "await app.register(cors, { origin: '*' });\n", "origin"),
        (JAVA, '@CrossOrigin(origins = "*")\nclass A {}\n', "@CrossOrigin"),
    ],
}


@pytest.mark.parametrize(
    ("rule", "path", "text", "says"),
    [(rule, *one) for rule, files in BREACHES.items() for one in files],
    ids=[f"{rule} {number}: {one[2]}" for rule, files in BREACHES.items() for number, one in enumerate(files)],
)
def test_a_breach_is_found(rule, path, text, says):
    said = found(rule, {path: text})
    assert len(said) == 1, said
    assert said[0].startswith(f"{path}:")
    assert says in said[0]
    assert "hunter2" not in said[0]
    assert found(rule, {path: text.replace("\r\n", "\n").replace("\n", "\r\n")}) == said


NEAR_MISSES = {
    "SP-01": [
        (PY, "# requests.get(url, verify=False)\nNOTE = 'never verify=False'\n"),
        (PY, "jwt.decode(token, verify=False)\nrequests.get(url, verify=path_to_ca)\n"),
        (PY, "ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\nctx.verify_mode = ssl.CERT_NONE\n"),
        (PY, "requests.get('https://bank.acme.io', verify=None)\nself.verify = False\nSSL_VERIFY = True\n"),
        (PY, "if ctx.verify_mode == ssl.CERT_NONE:\n    raise RuntimeError('verify')\n"),
        (PY, "ctx.minimum_version = ssl.TLSVersion.TLSv1_3\n"),
        (PY, "BANK_URL = 'http://localhost:8000'\nPEER_URL = 'http://bank:8080/x'\n"),
        (PY, "METADATA_URL = 'http://169.254.169.254/latest'\nSVC_URL = 'http://bank.pay.svc.cluster.local'\n"),
        (PY, "XSD_URL = 'http://www.w3.org/2001/XMLSchema'\nhelp_text = 'see http://acme.io'\n"),
        ("tests/test_bank.py", "requests.get('http://bank.acme.io', verify=False)\n"),
        (GO, "// InsecureSkipVerify: true\nc := &tls.Config{MinVersion: tls.VersionTLS12}\n"),
        ("internal/bank/client_test.go", "c := &tls.Config{InsecureSkipVerify: true}\n"),
        (
            TS,
            "const text = 'set rejectUnauthorized: false never'; /* rejectUnauthorized: false */\n".replace(
                ": false never", ""
            ),
        ),
        (JAVA, "void checkServerTrusted(X509Certificate[] c, String a) {\n delegate.check(c, a);\n}\n"),
        (JAVA, '// SSLContext.getInstance("TLSv1")\nSSLContext.getInstance("TLSv1.3");\n'),
        ("scripts/load.sh", "# curl -k https://bank.acme.io\necho 'never curl -k'\ncurl -fsS https://x.acme.io -o k\n"),
        ("scripts/load.sh", "curl -k https://localhost:8443/health\n"),
        ("deploy/prod.env", "# RATES_URL=http://rates.acme.io\nHTTP_PROXY=http://proxy.acme.io:3128\n"),
        ("pom.xml", '<project xmlns="http://maven.apache.org/POM/4.0.0"><url>http://acme.io</url></project>'),
    ],
    "SP-03": [
        (PY, "import jwt\njwt.decode(t, k, algorithms=['ES256'], audience='a', issuer='i')\n"),
        (PY, "import jwt\njwt.decode(t, k, **options)\n"),
        (PY, "import json, jwt\njson.JSONDecoder().decode(text)\n"),
        (TS, "import jwt from 'jsonwebtoken';\njwt.verify(token, key, options);\n"),
        (TS, "import { jwtVerify } from 'jose';\nawait jwtVerify(t, keys, { issuer, audience });\n"),
        (GO, 'import "github.com/golang-jwt/jwt/v5"\njwt.Parse(s, keys, jwt.WithValidMethods(m))\n'),
    ],
    "SP-05": [
        (PY, "import hashlib\nhashlib.md5(b'', usedforsecurity=False)\nhashlib.sha256(b'')\n"),
        (PY, "import random\ndelay = random.uniform(0, 1)\ntoken = random.choice(words)\n"),
        (PY, "import random\nreset_token = random.SystemRandom().choice(letters)\n"),
        ("tests/test_hash.py", "import hashlib\nhashlib.md5(b'')\n"),
        (GO, 'package x\nimport "crypto/sha1" //nolint:gosec // git names objects so\nconst y = "crypto/md5"\n'),
        (GO, 'package x\nimport "math/rand"\nfunc Delay() int { return rand.Int() }\n'),
        (TS, "// createHash('md5')\ncreateHash('sha256');\nconst jitter = Math.random();\n"),
        (JAVA, 'Cipher.getInstance("AES/GCM/NoPadding");\n'),
    ],
    "SP-06": [
        (PY, "app.add_middleware(CORSMiddleware, allow_origins=['https://shop.acme.io'])\n"),
        (PY, "CORS(app, origins=ORIGINS)\nlog(debug=True)\n"),
        ("orders/settings/dev.py", "DEBUG = True\n"),
        (PY, "if host == '0.0.0.0':\n    warn()\n"),
        (GO, "// http.ListenAndServe\nserver := &http.Server{ReadTimeout: time.Second}\n"),
        (TS, "app.use(cors({ origin: allowed }));\nconst s = 'cors()';\n"),
        (JAVA, '@CrossOrigin(origins = "https://shop.acme.io")\nclass A {}\n'),
    ],
}


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [(rule, *one) for rule, files in NEAR_MISSES.items() for one in files],
    ids=[f"{rule} {number}: {one[0]}" for rule, files in NEAR_MISSES.items() for number, one in enumerate(files)],
)
def test_what_merely_looks_like_it_is_none(rule, path, text):
    assert found(rule, {path: text}) == []


@pytest.mark.parametrize("rule", ["SP-01", "SP-02", "SP-03", "SP-05", "SP-06", "SP-07"])
def test_without_code_they_are_about_nothing(rule):
    assert state(rule, {"README.md": "# Words\n"}) == "not_applicable"


@pytest.mark.parametrize(
    ("auth", "text", "came_out"),
    [
        ("none", "app = FastAPI()\n", "not_applicable"),
        ("oidc", "app = FastAPI()\n", "fail"),
        ("oidc", "app = FastAPI()\n# jwt.decode(token)\n# Depends(current_user)\n", "fail"),
        ("oidc", "app = FastAPI()\njwt.decode(token)\nCaller = Annotated[str, Depends(current_user)]\n", "pass"),
        ("mtls", "app = FastAPI()\nuvicorn.Config(app, ssl_cert_reqs=ssl.CERT_REQUIRED)\n", "pass"),
        ("both", "app = FastAPI()\nuvicorn.Config(app, ssl_cert_reqs=ssl.CERT_REQUIRED)\n", "fail"),
        ("password", "app = FastAPI()\n", "unknown"),
    ],
)
def test_the_declared_authentication_is_looked_for(auth, text, came_out):
    assert state("SP-02", {PY: text}, auth=auth) == came_out


GUARDED = """\
app = FastAPI()
routes = APIRouter(dependencies=[Depends(current_user)])


@routes.get("/orders")
def orders():
    return jwt.decode(token)


"""
BARE = "app.include_router(routes)\n"


@pytest.mark.parametrize(
    ("path", "more", "says"),
    [
        (PY, BARE, None),
        (PY, "@app.get('/v1/admin')\ndef admin():\n    return 1\n", "/v1/admin"),
        (PY, "@app.get('/v1/admin')\ndef admin(user: CurrentUser):\n    return 1\n", None),
        (PY, "@app.get('/v1/admin', dependencies=[Depends(current_user)])\ndef admin():\n    return 1\n", None),
        (PY, "@app.get('/health')\ndef health():\n    return 1\n", None),
        (PY, "other = FastAPI()\n@other.post('/x')\ndef x():\n    return 1\napp.mount('/internal', other)\n", "/x"),
        (PY, "more = APIRouter()\n@more.get('/x')\ndef x():\n    return 1\napp.include_router(more)\n", "/x"),
        (
            PY,
            "more = APIRouter()\n@more.get('/x')\ndef x():\n    return 1\napp.include_router(more, dependencies=D)\n",
            None,
        ),
        (PY, "app.add_middleware(AuthMiddleware)\n@app.get('/x')\ndef x():\n    return 1\n", None),
        (PY, "app.dependency_overrides[current_user] = lambda: None\n", "dependency_overrides"),
        ("src/auth.py", "def caller(sent):\n    if sent is None:\n        return {'sub': 'anonymous'}\n", "anonymous"),
    ],
)
def test_a_route_beside_those_that_ask(path, more, says):
    said = found("SP-02", {path: GUARDED + more}, auth="oidc")
    assert said == [] if says is None else [says in line for line in said] == [True]


CODEQL = "on: {pull_request: null}\njobs: {a: {steps: [{uses: github/codeql-action/analyze@v4}]}}\n"
LINTED = "on: {pull_request: null}\njobs: {a: {steps: [{run: golangci-lint run}]}}\n"


@pytest.mark.parametrize(
    ("files", "came_out"),
    [
        ({}, "fail"),
        ({".github/workflows/codeql.yml": CODEQL}, "pass"),
        ({".github/workflows/codeql.yml": CODEQL.replace("pull_request", "schedule")}, "fail"),
        ({".github/workflows/ci.yml": LINTED, ".golangci.yml": "linters:\n  enable:\n    - gosec\n"}, "pass"),
        ({".github/workflows/ci.yml": LINTED, ".golangci.yml": "linters:\n  enable:\n    - revive # gosec\n"}, "fail"),
        ({".github/workflows/ci.yml": LINTED, "ruff.toml": 'lint.select = ["S"]\n'}, "fail"),
        ({".gitlab-ci.yml": "include:\n  - template: Jobs/SAST.gitlab-ci.yml\n"}, "pass"),
    ],
    ids=["nothing", "codeql", "codeql at night only", "gosec", "gosec named only", "ruff that nobody runs", "gitlab"],
)
def test_an_analyser_is_looked_for(files, came_out):
    assert state("SP-07", {GO: "package bank\n", **files}) == came_out


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("Report it to security@acme.io within 90 days.", []),
        ("Report it to security@acme.io; we answer within three (3) business days.", []),
        ("Use [the form](https://acme.io/security/advisories/new); we answer in two working days.", []),
        ("See [the policy](docs/security.md).", []),
        ("Tell security@acme.io.", ["when a report"]),
        ("We fix weaknesses within 30 days.", ["no contact", "no private way"]),
        ("", ["no contact", "no private way", "when a report"]),
        ("Tell security@acme.io.\n\nUpdates wait seven days.", ["when a report"]),
        ("Tell security@acme.io.\n\n## Response\n\n- an answer: 3 days", []),
    ],
)
def test_a_security_policy_says_three_things(text, lacks):
    files = {"SECURITY.md": text, "docs/security.md": "Write to security@acme.io. We answer in 3 days."}
    said = found("SP-08", files)
    assert len(said) == len(lacks)
    assert all(word in line for word, line in zip(lacks, said, strict=True))


BACK_OFF = 'package a\n\nimport r "math/rand"\n\nfunc wait() int {\n	return r.Intn(9)\n}\n\n'


@pytest.mark.parametrize(
    ("text", "finds"),
    [
        ("func getRefreshToken() string {\n	return read()\n}\n", False),
        ("func makeSessionToken() string {\n	return word(r.Intn(9))\n}\n", True),
        ("func makeSessionToken() string { return word(other.Intn(9)) }\n", False),
    ],
)
def test_a_random_number_beside_a_secret_makes_none(text, finds):
    assert [line.split(" ", 1)[0] for line in found("SP-05", {"a.go": BACK_OFF + text})] == ["a.go:10"] * finds


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("from hashlib import md5 as m\nx = m(b)\n", "md5"),
        ("import hashlib as h\nx = h.sha1(b)\n", "sha1"),
        ("import hashlib as h\nx = h.new('md5', b)\n", "md5"),
        ("import random as r\napi_key = r.choice(LETTERS)\n", "random.choice"),
        ("from random import choices as c\napi_key = c(LETTERS)\n", "random.choices"),
        ("import hashlib as h\nx = h.md5(b, usedforsecurity=False)\n", None),
        ("from hashlib import sha256 as md5\nx = md5(b)\n", None),
        ("import secrets as random\napi_key = random.choice(LETTERS)\n", None),
    ],
)
def test_another_name_makes_no_better_cryptography(text, says):
    said = found("SP-05", {"src/a.py": text})
    assert said == [] if says is None else [says in line for line in said] == [True]


def test_the_policy_that_github_shows_is_the_one_that_counts():
    service = stamped().add(".github/SECURITY.md", "# Security\n\nOpen an issue with the label `security`.\n")
    assert {one.path for one in service.verdict("SP-08").findings} == {".github/SECURITY.md"}


@pytest.mark.parametrize(
    ("paths", "is_open"),
    [
        (("/", "/healthz", "/v1/status", "/auth/login", "/users/login", "/payments/webhook", "/.well-known/jwks.json"), True),
        (("/orders/{id}/status", "/customer-info", "/authors", "/livestock", "/assign", "/tokenizers", "/v1/admin"), False),
    ],
    ids=["open", "asked"],
)  # fmt: skip
def test_which_routes_need_not_ask(paths, is_open):
    assert [path for path in paths if (OPEN.search(path) is not None) is not is_open] == []
