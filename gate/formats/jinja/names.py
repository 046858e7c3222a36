"""What chat templates may name. Everything that is not here is a problem, except data: variables and their fields."""

from __future__ import annotations

FUNCTIONS = frozenset(("range", "namespace", "dict", "cycler", "joiner", "lipsum", "raise_exception", "strftime_now"))
"""Functions of Jinja (`jinja2/defaults.py`) and of loaders of chat templates (`chat_template_utils.py` of transformers,
`llama_chat_format.py` of llama-cpp-python)."""
HELD_BACK = FUNCTIONS | {"super", "request", "url_for", "get_flashed_messages", "current_app"}
"""Names whose values lead to Python's functions and modules: they may be called, tested, or overwritten, no more.
The last ones are Flask's, which no chat template has."""

FILTERS = frozenset((
    "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape",
    "filesizeformat", "first", "float", "forceescape", "format", "from_json", "fromjson", "groupby", "indent",
    "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "pprint", "random",
    "reject", "rejectattr", "replace", "reverse", "round", "safe", "select", "selectattr", "slice", "sort",
    "string", "striptags", "sum", "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode",
    "urlize", "wordcount", "wordwrap", "xmlattr",
))  # fmt: skip
"""Jinja's own (`jinja2/filters.py`), and the JSON parser that some servers add."""
NUMBERS = frozenset(("abs", "count", "float", "int", "length", "round", "wordcount"))
"""Filters whose result is never a text."""
KEEPING = frozenset(("capitalize", "e", "escape", "forceescape", "from_json", "fromjson", "lower", "safe", "striptags",
                     "title", "trim", "upper"))  # fmt: skip
"""Filters that change letters of one text."""
ITEMS = frozenset(("first", "last", "max", "min", "random"))
"""Filters that pick an item."""
SEQUENCES = frozenset((
    "batch", "d", "default", "dictsort", "groupby", "items", "list", "map", "reject", "rejectattr", "reverse",
    "select", "selectattr", "slice", "sort", "sum", "unique",
))  # fmt: skip
"""Filters whose result has the items of their input. All others make a text."""
BY_ATTRIBUTE = {"attr": 0, "selectattr": 0, "rejectattr": 0, "groupby": 0, "join": 1, "map": None, "sort": None,
                "sum": 0, "unique": None, "min": None, "max": None}  # fmt: skip
"""Filters that take the name of an attribute, and at which place if not only as `attribute=`."""

TESTS = frozenset((
    "boolean", "callable", "defined", "divisibleby", "eq", "equalto", "escaped", "even", "false", "filter",
    "float", "ge", "greaterthan", "gt", "in", "integer", "iterable", "le", "lessthan", "lower", "lt",
    "mapping", "ne", "none", "number", "odd", "sameas", "sequence", "string", "test", "true", "undefined",
    "upper", "==", "!=", ">", ">=", "<", "<=",
))  # fmt: skip
"""Jinja's own (`jinja2/tests.py`)."""

METHODS = frozenset((
    "append", "capitalize", "casefold", "center", "clear", "copy", "count", "endswith", "expandtabs",
    "extend", "find", "format", "get", "index", "insert", "isalnum", "isalpha", "isascii", "isdecimal",
    "isdigit", "isidentifier", "islower", "isnumeric", "isspace", "istitle", "isupper", "items", "join",
    "keys", "ljust", "lower", "lstrip", "partition", "pop", "popitem", "remove", "removeprefix",
    "removesuffix", "replace", "reverse", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip",
    "setdefault", "sort", "split", "splitlines", "startswith", "strip", "swapcase", "title", "update",
    "upper", "values", "zfill", "next", "reset", "changed", "cycle", "strftime", "isoformat",
))  # fmt: skip
"""Methods of texts, lists, mappings, dates and Jinja's own helpers that neither run code nor reveal attributes."""
STORING = frozenset(("append", "extend", "insert", "setdefault", "update"))
READING = frozenset(("copy", "cycle", "get", "items", "keys", "next", "pop", "popitem", "setdefault", "values"))
"""Methods that answer what their object holds."""
STRIPPING = frozenset((
    "capitalize", "casefold", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "rpartition",
    "rsplit", "rstrip", "split", "splitlines", "strip", "swapcase", "title", "upper",
))  # fmt: skip
"""Methods whose result is text only of what they are called on."""
ANSWERING = frozenset(("append", "changed", "clear", "count", "endswith", "extend", "find", "index", "insert", "remove",
                       "reset", "reverse", "rfind", "rindex", "sort", "startswith", "update"))  # fmt: skip
"""Methods whose result is a number, true, false or nothing; so is that of all whose name begins with `is`."""

INTERNALS = frozenset((
    "mro", "func_closure", "func_code", "func_dict", "func_defaults", "func_globals", "func_name", "im_class",
    "im_func", "im_self", "gi_frame", "gi_code", "gi_yieldfrom", "cr_frame", "cr_code", "cr_await",
    "cr_origin", "ag_code", "ag_frame", "ag_await", "f_back", "f_builtins", "f_code", "f_globals", "f_locals",
    "f_trace", "tb_frame", "tb_next", "co_code", "co_consts", "co_names", "format_map",
))  # fmt: skip
"""Attributes of Python's own objects without an underscore in front (`jinja2/sandbox.py`, `UNSAFE_*_ATTRIBUTES`)."""
