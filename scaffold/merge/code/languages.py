"""Languages whose grammars tree-sitter has, and what the nodes of each are."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Language:
    """A grammar, and what its nodes are: `free` definitions may stand in any order, `named` entries have a name.

    Those of `blocks` hold entries between brackets, or between the words that the language has for them.
    """

    module: str
    free: frozenset[str]
    blocks: frozenset[str]
    named: frozenset[str] = frozenset()
    imports: frozenset[str] = frozenset()
    function: str = "language"
    by_letter: bool = False  # space and line ends count everywhere
    marks: bool = False  # annotations stand before a definition
    named_by: int = 0  # which word of a parameter is its name


_TYPESCRIPT = Language(
    "tree_sitter_typescript",
    frozenset({
        "function_declaration", "generator_function_declaration", "class_declaration", "abstract_class_declaration",
        "interface_declaration", "type_alias_declaration", "enum_declaration", "method_definition", "method_signature",
    }),
    frozenset({"statement_block", "class_body", "interface_body", "object_type", "enum_body", "switch_body"}),
    frozenset({"lexical_declaration", "variable_declaration", "public_field_definition", "property_signature"}),
    frozenset({"import_statement"}),
    "language_typescript",
)  # fmt: skip
_TSX = replace(_TYPESCRIPT, function="language_tsx")
_GO = Language(
    "tree_sitter_go",
    frozenset({"function_declaration", "method_declaration", "type_declaration"}),
    frozenset({
        "block", "import_spec_list", "field_declaration_list", "interface_type", "const_declaration", "var_spec_list",
        "type_declaration", "expression_switch_statement", "type_switch_statement", "select_statement",
    }),
    frozenset({"var_declaration", "const_declaration", "field_declaration"}),
    frozenset({"import_declaration", "import_spec"}),
)  # fmt: skip
_JAVA = Language(
    "tree_sitter_java",
    frozenset({
        "class_declaration", "interface_declaration", "enum_declaration", "record_declaration",
        "annotation_type_declaration", "method_declaration", "constructor_declaration",
    }),
    frozenset({
        "block", "class_body", "interface_body", "enum_body", "annotation_type_body", "constructor_body",
        "switch_block",
    }),
    frozenset({"field_declaration", "local_variable_declaration"}),
    frozenset({"import_declaration"}),
    marks=True,
    named_by=-1,
)  # fmt: skip
_SHELL = Language(
    "tree_sitter_bash",
    frozenset({"function_definition"}),
    frozenset({"compound_statement", "do_group", "if_statement", "elif_clause", "else_clause", "case_statement"}),
    frozenset({"variable_assignment"}),
    by_letter=True,
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
