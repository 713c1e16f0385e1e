"""Languages whose grammars tree-sitter has, and what the nodes of each are."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Language:
    """A grammar, and what its nodes are: `free` definitions may stand in any order, `named` entries have a name.

    Those at the `top` of a file that only give a name a value may too, where they do not read each other.
    """

    module: str
    free: frozenset[str]
    named: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    function: str = "language"
    by_letter: bool = False  # space and line ends count everywhere
    top: frozenset[str] = frozenset()
    marks: bool = False  # annotations stand before a definition


_TYPESCRIPT = Language(
    "tree_sitter_typescript",
    frozenset({
        "function_declaration", "generator_function_declaration", "class_declaration", "abstract_class_declaration",
        "interface_declaration", "type_alias_declaration", "enum_declaration", "method_definition", "method_signature",
    }),
    frozenset({"lexical_declaration", "variable_declaration", "public_field_definition", "property_signature"}),
    frozenset({"import_statement"}),
    "language_typescript",
    top=frozenset({"lexical_declaration"}),
)  # fmt: skip
_TSX = replace(_TYPESCRIPT, function="language_tsx")
_GO = Language(
    "tree_sitter_go",
    frozenset({"function_declaration", "method_declaration", "type_declaration"}),
    frozenset({"var_declaration", "const_declaration", "field_declaration"}),
    frozenset({"import_declaration", "import_spec"}),
    top=frozenset({"var_declaration", "const_declaration"}),
)
_JAVA = Language(
    "tree_sitter_java",
    frozenset({
        "class_declaration", "interface_declaration", "enum_declaration", "record_declaration",
        "annotation_type_declaration", "method_declaration", "constructor_declaration",
    }),
    frozenset({"field_declaration", "local_variable_declaration"}),
    frozenset({"import_declaration"}),
    marks=True,
)  # fmt: skip
_SHELL = Language(
    "tree_sitter_bash", frozenset({"function_definition"}), frozenset({"variable_assignment"}), by_letter=True
)
_SUFFIXES = {
    **dict.fromkeys(("ts", "mts", "cts"), _TYPESCRIPT),
    **dict.fromkeys(("js", "mjs", "cjs", "jsx", "tsx"), _TSX),
    **dict.fromkeys(("sh", "bash"), _SHELL),
    "go": _GO,
    "java": _JAVA,
}


def has_grammar(path: str) -> bool:
    """Whether a file is of a language that a grammar may be installed for."""
    return path.rpartition(".")[2] in _SUFFIXES and "." in path


def language_of(path: str) -> Language:
    """Return the language of a file that has one."""
    return _SUFFIXES[path.rpartition(".")[2]]
