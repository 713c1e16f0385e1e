import pytest

from scaffold.answers.secrets import masked, texts_of


def test_the_texts_of_a_value():
    value = {"a": ["b", 1, True, None, ""], "c": {"d": 2.5}}
    assert sorted(texts_of(value)) == ["1", "2.5", "a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("text", "secret", "shown"),
    [
        ("it is hunter2: no", "hunter2", "it is ***: no"),
        ("hunter2hunter2", "hunter2", "***"),
        ("it is abc", "abc", "it is abc"),
        ("at: two words here", "two\nwords here", "at: ***"),
        ("a piece: ...345678901234...", "0123456789012345678901234567890", "a piece: ...***..."),
        ("", "hunter2", ""),
    ],
)
def test_a_secret_is_masked(text, secret, shown):
    assert masked(text, [secret]) == shown
