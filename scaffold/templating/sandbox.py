"""The Jinja sandbox with Copier's filters and functions; what is not a function of its input is refused."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.compiler import CodeGenerator
from jinja2.sandbox import SandboxedEnvironment, _mutable_spec, modifies_known_mutable

from scaffold.templating import noting
from scaffold.templating.known import Known
from scaffold.templating.limits import MEGABYTE
from scaffold.templating.settled import bare, not_native, refuse_clock, refuse_directives, settled, settled_within
from scaffold.templating.yields import YieldExtension

LOOKING = noting.IMPURE["system"]  # at the user's disk and environment
# Copier has these too. They look at the machine (at its time zone, for one), or give another value each time.
IMPURE = ("ans_random", "random", "random_mac", "shuffle", "strftime", *LOOKING)
KNOWN = (
    "ans_groupby", "b64decode", "b64encode", "basename", "bool", "checksum", "combine", "comment", "dirname",
    "extract", "flatten", "from_json", "from_yaml", "from_yaml_all", "hash", "mandatory", "md5", "quote",
    "regex_escape", "regex_findall", "regex_replace", "regex_search", "relpath", "sha1", "splitext", "subelements",
    "ternary", "to_datetime", "to_json", "to_nice_json", "to_nice_yaml", "to_uuid", "to_yaml",
    "type_debug", "win_basename", "win_dirname", "win_splitdrive",
)  # fmt: skip
LONGEST = 100 * MEGABYTE  # characters that one multiplication may make
UNDEFINED = {"jinja2.Undefined": Undefined, "jinja2.StrictUndefined": StrictUndefined}
PATHS: Mapping[str, type[PurePath]] = {"posix": PurePosixPath, "windows": PureWindowsPath, "native": PurePosixPath}


CHANGES = frozenset(name for _, names in _mutable_spec for name in names)  # methods by which a value is changed
_may_change: ContextVar[bool] = ContextVar("may_change", default=False)


class ChangingError(Exception):
    """A template wants to change a value that it may have been given."""


@contextmanager
def changing() -> Iterator[None]:
    """Let templates change values, which are theirs alone then."""
    before = _may_change.set(True)
    try:
        yield
    finally:
        _may_change.reset(before)


class _Generator(CodeGenerator):
    """Jinja's own, but for paths with quotes: those it puts into code, within quotes, as they are."""

    def position(self, node: nodes.Node) -> str:
        """Say where a node stands, as it may stand within double quotes."""
        return super().position(node).replace("\\", "\\\\").replace('"', '\\"')


class Sandbox(SandboxedEnvironment):
    """An environment whose templates reach neither code, nor clock, nor chance, nor disk."""

    code_generator_class = _Generator
    intercepted_binops = frozenset(["*", "**"])

    def __init__(self, envops: Mapping[str, Any], **options: Any) -> None:
        """Take Copier's `_envops`, and the options of a Jinja environment."""
        given = {"keep_trailing_newline": True, **envops}
        given["undefined"] = UNDEFINED[given.get("undefined", "jinja2.Undefined")]
        extensions = [YieldExtension, *options.pop("extensions", ())]
        self.known = Known(repr(sorted((name, str(value)) for name, value in given.items())) + repr(extensions))
        super().__init__(**given, **options, extensions=extensions, bytecode_cache=self.known)
        self.filters = _Filters(self.filters)
        self.globals |= {"pathjoin": _pathjoin, "lipsum": not_native("the function `lipsum`")}
        self.globals |= {name: settled(value) for name, value in self.globals.items()}
        noting.noting(self)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may read the attribute; raises ChangingError where that would change a value."""
        if attr in CHANGES and not _may_change.get() and modifies_known_mutable(obj, attr):
            raise ChangingError
        refuse_clock(obj, attr)
        return not (isinstance(obj, PurePath) and attr == "parser") and super().is_safe_attribute(obj, attr, value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return an attribute, as a template may see it."""
        return settled(super().getattr(bare(obj), attribute))

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item, as a template may see it."""
        return settled(super().getitem(bare(obj), argument))

    def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template may, and show it the result as it may see it."""
        function = bare(obj)
        refuse_directives(function, args, kwargs)
        return settled(super().call(context, function, *args, **kwargs))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Return a method that formats text in the sandbox, also the text of a time."""
        formats = super().wrap_str_format(value)
        return formats and _formatting(formats, value.__self__)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply and raise to powers within bounds; raises OverflowError."""
        if operator == "**" and isinstance(left, int) and isinstance(right, int) and _digits(left, right) > LONGEST:
            raise OverflowError(f"a number of {_digits(left, right):,} digits")
        if operator == "*" and (size := _size(left, right) or _size(right, left)) > LONGEST:
            raise OverflowError(f"a text or list of {size:,} items")
        return super().call_binop(context, operator, left, right)


def _digits(base: int, exponent: int) -> int:
    return base.bit_length() * exponent * 3 // 10


def _size(sequence: Any, times: Any) -> int:
    repeated = isinstance(sequence, str | bytes | list | tuple) and isinstance(times, int)
    return len(sequence) * times if repeated else 0


class _Filters(dict[str, Any]):
    """Jinja's own filters, and those of Ansible, whose import takes longer than most renders, when one is used."""

    def __missing__(self, name: str) -> Any:
        if name in IMPURE:
            self[name] = not_native(f"the filter `{name}`")
        elif name in KNOWN:
            self[name] = _settling(_ansible(name))
        else:
            raise KeyError(name)
        return self[name]

    def __init__(self, known: Mapping[str, Any]) -> None:
        super().__init__({name: _settling(filter_) for name, filter_ in known.items() if name not in IMPURE})

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in KNOWN or name in IMPURE


def _settling(filter_: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(filter_)
    def settling(*args: Any, **options: Any) -> Any:
        return settled(filter_(*args, **options))

    return settling


def _ansible(name: str) -> Any:
    from jinja2_ansible_filters.core_filters import FilterModule  # 40 ms

    found = FilterModule().filters()[name]
    if name.startswith("from_yaml"):
        return lambda text: settled_within(found(text))
    if name == "to_json":
        return lambda value, *args, **kw: found(value, *args, **{"default": _plain, **kw})
    if name == "relpath":
        here = not_native("the filter `relpath` between an absolute and a relative path")
        return lambda path, start: found(path, start) if path[:1].count("/") == start[:1].count("/") else here()
    return found


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, PurePath) else dict(value)


def _formatting(formats: Callable[..., str], text: str) -> Callable[..., str]:
    def formatting(*args: Any, **options: Any) -> str:
        refuse_directives(formats, (text, *args), options)
        return formats(*args, **options)

    return formatting


def _pathjoin(*path: str, mode: str = "posix") -> str:
    return str(PATHS[mode](*path))
