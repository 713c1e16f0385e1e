"""What a changelog says of the versions that an update passes."""

from packaging.version import Version

from scaffold.blueprint.changelog import passed

KEPT = """# Changelog of x

Newest first.

## Unreleased

- not yet

## [2.0.0](https://example.invalid/2) - 2026-03-01

### Removed

- the old port

```sh
# 1.9.0 is no heading here
```

## v1.1.0 (2026-02-01)

- a port

## 1.0.0

- the first
"""


def versions(text, before, after):
    return [version for version, _ in passed(text, Version(before), Version(after))]


def test_versions_after_the_one_and_up_to_the_other():
    assert versions(KEPT, "1.0.0", "2.0.0") == ["2.0.0", "1.1.0"]
    assert versions(KEPT, "1.0.0", "1.1.0") == ["1.1.0"]
    assert versions(KEPT, "2.0.0", "1.0.0") == []
    assert versions("", "1.0.0", "2.0.0") == []
    assert versions("## 1.5.0\n\n## 1.4.0\nsomething\n", "1.0.0", "2.0.0") == ["1.4.0"]


def test_the_text_below_a_heading_is_its_own_and_what_is_below_that():
    assert dict(passed(KEPT, Version("0"), Version("9"))) == {
        "2.0.0": "### Removed\n\n- the old port\n\n```sh\n# 1.9.0 is no heading here\n```",
        "1.1.0": "- a port",
        "1.0.0": "- the first",
    }


def test_headings_of_other_forms():
    assert versions("Release 2.0rc1\n# 2.0.0rc1\nx\n# 1.0-beta.2: y\nz\n", "0.1", "2.0.0") == ["2.0.0rc1", "1.0b2"]
    assert versions("# A title of 2 words\ntext\n## 1.2\nx\n", "1.0", "1.2") == ["1.2"]
