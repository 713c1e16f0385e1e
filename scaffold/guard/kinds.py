"""Which files people write as text, and which nobody can, as far as their names tell."""

from typing import Literal

Kind = Literal["text", "binary", ""]
BINARY = """
png jpg jpeg jpe jfif gif bmp ico icns cur webp avif heic heif tif tiff psd ai xcf raw cr2 nef sketch fig blend
woff woff2 ttf otf ttc eot pfb mp3 mp4 m4a m4v mov avi mkv webm wav flac ogg oga ogv opus aac wmv mpg mpeg
zip tar gz tgz bz2 tbz xz txz zst lz4 lzma 7z rar jar war ear aar whl egg gem nupkg apk ipa deb rpm dmg iso img
msi cab crate vsix pdf doc docx xls xlsx xlsm ppt pptx odt ods odp epub pages numbers key
exe dll so dylib a o obj lib pdb class pyc pyo pyd wasm node bin dat elf db sqlite sqlite3 mdb rdb parquet
avro orc feather arrow h5 hdf5 npy npz mat pkl pickle joblib pt pth onnx tflite pb safetensors gguf ckpt mo
p12 pfx jks keystore kdbx der gpg pack idx
"""
TEXT = """
py pyi pyx ts tsx mts cts js jsx mjs cjs go java kt kts scala groovy gradle rs c h cc cpp cxx hpp cs fs vb rb php
pl pm swift dart ex exs erl hs clj cljs lua r jl zig cbl cob vue svelte astro
sh bash zsh fish bat cmd ps1 psm1 psd1 sql psql ddl graphql proto
yml yaml json jsonc json5 jsonl ndjson toml ini cfg conf config properties env xml xsd plist csproj tf tfvars hcl
nix rego bicep tfstate md mdx rst adoc txt html htm css scss sass less svg csv tsv log ipynb lock sum mod tpl tmpl
j2 jinja pem http mk cmake dockerfile makefile containerfile jenkinsfile justfile netrc npmrc pypirc
"""
_BINARY, _TEXT = frozenset(BINARY.split()), frozenset(TEXT.split())


def kind_of(path: str) -> Kind:
    """Return what a file is by its name; the empty text where that does not tell."""
    name = path.rpartition("/")[2].lower()
    ending = name.rpartition(".")[2]
    if ending in _TEXT or name.startswith((".env", "dockerfile.")):
        return "text"
    return "binary" if "." in name and ending in _BINARY else ""
