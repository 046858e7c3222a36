"""Chat templates: real ones pass, every known way to Python's internals does not, and Jinja agrees on the grammar."""

from __future__ import annotations

import random
from typing import Any

import pytest

from gate.formats.jinja.check import check_template
from gate.formats.jinja.lexer import LENGTH, SyntaxProblem
from gate.formats.jinja.nodes import Node, Statement
from gate.formats.jinja.statements import parse

CODE, UNKNOWN, REFERENCE = "weights/embedded-code", "weights/unscannable", "weights/external-reference"


def found(text: str) -> set[str]:
    return {problem.rule for problem in check_template(text)}


BENIGN = {
    "plain text": "chatml",
    "chatml": "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + "
    "message['content']}}{% endfor %}",
    "alternation": "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ "
    "raise_exception('x') }}{% endif %}",
    "namespace": "{%- set ns = namespace(i=0, found=false) %}{% for m in messages %}{% set ns.i = ns.i + 1 %}"
    "{{ messages[ns.i - 1].content }}{% endfor %}",
    "reversed": "{% for m in messages[::-1] %}{% set i = (messages|length - 1) - loop.index0 %}{{ "
    "messages[i] }}{% endfor %}",
    "filters": "{{ tools | selectattr('type', 'equalto', 'function') | map(attribute='function.name') | join(', ') }}",
    "rejected": "{{ messages | rejectattr('role', 'equalto', 'system') | list | length }}",
    "tojson": "{{ tool | tojson(indent=4) | indent(2) }}{{ x | default('') | trim | upper | replace('a', 'b') }}",
    "thinking": "{% set c = content.split('</think>')[-1].lstrip('\\n') %}{{ c.rstrip() }}",
    "date": "{% if strftime_now is defined %}{% set d = strftime_now('%d %b %Y') %}{% else %}{% set d = "
    "'26 Jul' %}{% endif %}{{ d }}",
    "macro": "{% macro show(x, y='') %}{{ x[y] }}{{ caller() if caller else '' }}{% endmacro %}{{ "
    "show(tool, y='type') }}",
    "call block": "{% macro m() %}{{ caller('a') }}{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}",
    "macros in a list": "{% macro a(x) %}{{ x }}{% endmacro %}{% set all = [] %}{% set all = all + [a] "
    "%}{{ all[0](1) }}",
    "keys of a literal": "{% for k in ['name', 'type'] %}{{ tool[k] }}{% endfor %}",
    "pairs of a literal": "{% for k, v in {'name': 'x'}.items() %}{{ tool[k] }}{{ v }}{% endfor %}",
    "computed, but with a known beginning": "{{ tool['type_' ~ kind] }}",
    "a map": "{% set types = {'string': 'str'} %}{{ types[spec.type] if types[spec.type] is defined else 'Any' }}",
    "format on a literal": "{{ '{}: {:.2f} {0!r} {{x.y}}'.format(a, b) }}{{ '%s' % x }}{{ '%s-%s'|format(a, b) }}",
    "a field called format": "{% if param.format %}{{ param.format }}{% endif %}",
    "generation": "{% generation %}{{ x }}{% endgeneration %}",
    "loop controls": "{% for x in y if x is not none recursive %}{% if x %}{% continue %}{% endif %}{% "
    "break %}{% endfor %}",
    "do": "{% set l = [] %}{% do l.append(1) %}{% set _ = l.append('x') %}{{ l | join }}",
    "raw and comments": "{# {{ x.__class__ }} #}{% raw %}{{ x.__class__ }}{% endraw %}{{- 'x' -}}",
    "joiner and cycler": "{% set comma = joiner(', ') %}{{ comma() }}{% set c = cycler('a', 'b') %}{{ c.next() }}",
    "shadowed": "{% macro f(namespace) %}{{ namespace + 'x' }}{% endmacro %}{{ f('a') }}",
    "with": "{% with a = 1, b = x %}{{ a }}{{ b }}{% endwith %}",
    "set block": "{% set x | trim %} {{ y }} {% endset %}{{ x }}",
    "text that looks like an attack": "{{ 'if __name__ == \"__main__\": x.__class__' }} __import__('os')",
    "special tokens": "{{ bos_token + messages[0].content + eos_token }}",
    "a prefill": "{{ messages[-1]['content'][:3] }}{{ x.y.0 }}{{ (1, 2)[0] }}{{ [1, 2,] }}{{ {} }}",
}


@pytest.mark.parametrize("text", BENIGN.values(), ids=BENIGN)
def test_benign(text: str) -> None:
    assert check_template(text) == []


HOSTILE = {
    "attribute": "{{ x.__class__ }}",
    "item": "{{ x['__class__'] }}",
    "one underscore": "{{ self._TemplateReference__context }}",
    "escapes": r"{{ ''['\x5f\x5fclass\x5f\x5f'] }}",
    "octal escapes": r"{{ ''['\137\137class\137\137'] }}",
    "named escapes": r"{{ ''['\N{LOW LINE}_class__'] }}",
    "unicode escapes": r"{{ ''['\u005f\U0000005fclass__'] }}",
    "adjacent strings": "{{ ''['__cla' 'ss__'] }}",
    "attr": "{{ x|attr('__class__') }}",
    "attr with escapes": r"{{ messages|attr('\x5f\x5fclass\x5f\x5f')|attr('\x5f\x5finit\x5f\x5f') }}",
    "attr of a variable": "{{ x|attr(request.args.x) }}",
    "attr as filter of map": "{{ [x]|map('attr', '__class__')|list }}",
    "map attribute": "{{ [x]|map(attribute='__class__')|list }}",
    "map dotted attribute": "{{ [x]|map(attribute='a.__class__')|list }}",
    "map computed attribute": "{{ [x]|map(attribute='__cl' ~ 'ass__')|list }}",
    "map computed filter": "{{ [x]|map('at' ~ 'tr', '__class__')|list }}",
    "map unpacked": "{{ [x]|map(**{'attribute': '__class__'})|list }}",
    "selectattr": "{{ [x]|selectattr('__class__')|list }}",
    "groupby": "{{ [x]|groupby('__class__') }}",
    "sort": "{{ [x]|sort(attribute='__class__') }}",
    "sum": "{{ [x]|sum(attribute='__class__') }}",
    "unique": "{{ [x]|unique(attribute='__class__')|first }}",
    "concatenation": "{{ x['_' ~ '_class__'] }}",
    "addition": "{{ x['__cla' + 'ss__'] }}",
    "join": "{{ x[['__cla', 'ss__']|join] }}",
    "joined by a method": "{{ x[''.join(['__cla', 'ss__'])] }}",
    "reverse": "{{ x['__ssalc__'|reverse] }}",
    "reversed slice": "{{ x['__ssalc__'[::-1]] }}",
    "lower": "{{ x['__CLASS__'|lower] }}",
    "lower method": "{{ x['__CLASS__'.lower()] }}",
    "replace": "{{ x['##class##'|replace('#', '_')] }}",
    "replace method": "{{ x['##class##'.replace('#', '_')] }}",
    "percent": "{{ x['%sclass%s' % ('_' * 2, '_' * 2)] }}",
    "percent c": "{{ x['%c%cclass'|format(95, 95)] }}",
    "format method": "{{ x['{0}{0}class'.format('_')] }}",
    "format leak": "{{ '{0.__class__}'.format(x) }}",
    "format leak by item": "{{ '{0[a]}'.format(x) }}",
    "format leak in the specification": "{{ '{:{0.__class__}}'.format(x) }}",
    "format leak by a variable": "{% set f = '{0.__class__}' %}{{ f.format(x) }}",
    "format leak by another name": "{% set f = '{0.__class__}'.format %}{{ f(x) }}",
    "format leak by an item": "{{ '{0.__class__}'['format'](x) }}",
    "format leak by a token": "{{ bos_token.format(x) }}",
    "format_map": "{{ '{0}'.format_map(x) }}",
    "variable": "{% set k = '__class__' %}{{ x[k] }}",
    "variable set later": "{% for m in y %}{{ x[k] }}{% set k = '__class__' %}{% endfor %}",
    "variable of two": "{% set a = '__cl' %}{% set b = a ~ 'ass__' %}{{ x[b] }}",
    "set block": "{% set k %}__class__{% endset %}{{ x[k] }}",
    "list": "{{ x[['__class__'][0]] }}",
    "loop over a list": "{% for k in ['a', '__class__'] %}{{ x[k] }}{% endfor %}",
    "the item before": "{% for k in ['__class__', 'b'] %}{{ x[loop.previtem] }}{% endfor %}",
    "appended": "{% set l = [] %}{% set _ = l.append('__class__') %}{{ x[l[0]] }}",
    "appended to another name": "{% set l = [] %}{% set m = l %}{% do m.append('__class__') %}{{ x[l|first] }}",
    "dict values": "{{ x[{'a': '__class__'}['a']] }}",
    "dict values by get": "{{ x[{'a': '__class__'}.get('a')] }}",
    "get with default": "{{ x[{}.get('a', '__class__')] }}",
    "dict keys": "{{ x[dict(__class__=1)|join] }}",
    "dict keys by list": "{{ x[(dict(__class__=1)|list)[0]] }}",
    "dict items": "{% for k, v in {'a': '__class__'}|items %}{{ x[v] }}{% endfor %}",
    "dict update": "{% set d = {} %}{% do d.update({'a': '__class__'}) %}{{ x[d.a] }}",
    "namespace": "{% set ns = namespace() %}{% set ns.k = '__class__' %}{{ x[ns.k] }}",
    "namespace field": "{% set ns.__class__ = 1 %}",
    "macro parameter": "{% macro m(k) %}{{ x[k] }}{% endmacro %}{{ m('__class__') }}",
    "macro default": "{% macro m(k='__class__') %}{{ x[k] }}{% endmacro %}{{ m() }}",
    "macro keyword": "{% macro m(k) %}{{ x[k] }}{% endmacro %}{{ m(k='__class__') }}",
    "macro varargs": "{% macro m() %}{{ x[varargs[0]] }}{% endmacro %}{{ m('__class__') }}",
    "macro result": "{% macro m() %}__class__{% endmacro %}{{ x[m()] }}",
    "caller's argument": "{% macro m() %}{{ caller('__class__') }}{% endmacro %}{% call(k) m() %}{{ x[k] "
    "}}{% endcall %}",
    "inline if": "{{ x['a' if y else '__class__'] }}",
    "or": "{{ x[y or '__class__'] }}",
    "default": "{{ x[y|default('__class__')] }}",
    "with": "{% with k = '__class__' %}{{ x[k] }}{% endwith %}",
    "text of a function": "{{ (lipsum|string|list)[18] }}",
    "special token": "{{ x[bos_token] }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "joiner": "{{ joiner.__init__ }}",
    "namespace function": "{{ namespace.__init__ }}",
    "alias": "{% set c = cycler %}{{ c }}",
    "loop": "{% for x in y %}{{ loop.__init__ }}{% endfor %}",
    "macro attribute": "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "Python 2": "{% macro m() %}{% endmacro %}{{ m.func_globals }}",
    "generator": "{{ (x|map('upper')).gi_frame.f_globals }}",
    "mro": "{{ x.mro() }}",
    "iterable": "{% for k in ().__class__.__bases__[0].__subclasses__() %}{% endfor %}",
    "condition": "{% if x.__class__ %}{% endif %}",
    "loop condition": "{% for a in b if a.__class__ %}{% endfor %}",
    "test argument": "{{ 1 is sameas x.__class__ }}",
    "slice": "{{ x[y.__class__:] }}",
    "keyword argument": "{{ range(stop=x.__class__) }}",
    "unpacked argument": "{{ range(*x.__class__) }}",
    "block filter": "{% filter replace('a', x.__class__) %}{% endfilter %}",
    "unknown function": "{{ get_flashed_messages.__globals__ }}{{ open('/etc/passwd') }}",
    "import by name": "{{ __import__('os') }}",
    "unknown method": "{{ x.popen('id') }}",
    "computed call": "{{ x[y]() }}",
    "called result": "{{ x.get('a')() }}",
    "called variable": "{% set f = x.y %}{{ f() }}",
    "overwritten function": "{% set range = x.y %}{{ range() }}",
    "request": "{{ request.application.__globals__ }}",
    "whitespace": "{{ x\n.\n__class__ }}",
    "behind a real template": BENIGN["chatml"] + "{% if x %}{{ (x|first).__init__ }}{% endif %}",
    "nested quotes": "{{ '}}' ~ x.__class__ }}",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile(text: str) -> None:
    assert CODE in found(text)


@pytest.mark.parametrize(
    "text", ["{% include 'a' %}", "{% import 'a' as b %}", "{% from 'a' import b %}", "{% extends x %}"]
)
def test_other_templates(text: str) -> None:
    assert found(text) == {REFERENCE}


BROKEN = (
    "{{", "{% if x %}", "{% endif %}", "{{ x }", "{{ 'a }}", "{# x", "{% raw %}", "{% nonsense %}", "{{ }}",
    "{{ 1 + }}", "{{ x|f }}", "{{ x is f }}", r"{{ '\x' }}", r"{{ '\N{nothing}' }}", r"{{ '\U99999999' }}",
    "{{ f(a=1, b) }}", "{% set 1 = 2 %}", "{% else %}", "{{ (] }}", "{{ x ! }}", "{% for x of y %}{% endfor %}",
)  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_not_understood_is_not_clean(text: str) -> None:
    assert found(text) == {UNKNOWN}


@pytest.mark.parametrize(
    "text",
    [
        "{{ " + "(" * 10_000 + "x" + ")" * 10_000 + " }}",
        "{{ " + "[" * 10_000,
        "{{ " + "-" * 10_000 + "1 }}",
        "{{ " + "not " * 10_000 + "1 }}",
        "{{ x" + ".a" * 10_000 + " }}",
        "{{ x" + "|trim" * 10_000 + " }}",
        "{{ x" + " if y else z" * 10_000 + " }}",
        "{{ " + "a," * 100_000 + " }}",
        "{{ x }}" + "a" * LENGTH,
        "{% macro m(a) %}{% endmacro %}" * 2000 + "{{ m(x) }}" * 2000,
        "{% set a = [] %}{% set b = a %}" + "{% set b = [] %}" * 50 + "{% do b.append('__class__') %}{{ x[a[0]] }}",
        "{% set a0 = '_' %}"
        + "".join(f"{{% set a{n} = a{n + 1} %}}" for n in range(50))
        + "{% set a50 = ['_'] + a0 %}",
    ],
)
def test_limits_are_not_clean(text: str) -> None:
    assert found(text) == {UNKNOWN}


def test_long_chains_and_deep_bodies_are_read() -> None:
    assert found("{{ " + "x + " * 10_000 + "x }}") == set()
    assert found("{% if x %}" * 2000 + "{% endif %}" * 2000) == set()
    assert found("{{ " + "dict(a=" * 25 + "1" + ")" * 25 + " }}") == set()
    assert found("{% macro m(a) %}{% endmacro %}{{ " + "m(a=" * 25 + "1" + ")" * 25 + " }}") == set()


def test_problems_have_a_place() -> None:
    (problem,) = check_template("äöü {{ x.__class__ }}")
    assert problem.at == len("äöü {{ x.")


def test_messages_are_printable() -> None:
    for problem in check_template("{{ x['__\\x1b[2J'] }}{{ f\u0131(1) }}{{ x|\u0131 }}"):
        assert problem.message.isprintable()


PIECES = ("", "{%", "}}", "'", "(", "|", "\\", "_", "\0", "%}")


def test_mutations_raise_nothing() -> None:
    chance = random.Random(7)
    sources = [*BENIGN.values(), *HOSTILE.values()]
    for _ in range(1500):
        text = list(chance.choice(sources))
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(text) + 1)
            text[place : place + chance.randint(0, 2)] = chance.choice(
                ["", "{%", "}}", "'", "(", "|", "\\", "_", "\0", "%}"]
            )
        check_template("".join(text))


# What Jinja parses is parsed alike. Its tree and ours are both brought into one form, nested tuples.


def ours(node: Node) -> Any:
    parts = [ours(part) for part in node.parts]
    keywords = [(word, ours(value)) for word, value in node.keywords]
    if node.kind == "const":
        return ("const", node.value)
    if node.kind == "name":
        return ("name", node.name)
    if node.kind in ("and", "or", "math"):
        words = node.name.split()
        tree = parts[0]
        for word, part in zip(words, parts[1:], strict=True):
            tree = (word, tree, part)
        return tree
    return (node.kind, node.name, *parts, *keywords)


def theirs(node: Any) -> Any:  # noqa: C901
    from jinja2 import nodes

    def call(first: Any) -> list[Any]:
        found = [theirs(first) if first is not None else ("text", ""), *map(theirs, node.args)]
        if node.dyn_args is not None:
            found.append(("*", theirs(node.dyn_args)))
        if node.dyn_kwargs is not None:
            found.append(("**", theirs(node.dyn_kwargs)))
        return found + [(item.key, theirs(item.value)) for item in node.kwargs]

    if node is None:
        return ("const", None)
    if isinstance(node, nodes.Const):
        return ("const", node.value)
    if isinstance(node, nodes.Name):
        return ("name", node.name)
    if isinstance(node, nodes.NSRef):
        return ("attribute", node.attr, ("name", node.name))
    if isinstance(node, (nodes.And, nodes.Or)):
        return (type(node).__name__.lower(), theirs(node.left), theirs(node.right))
    if isinstance(node, nodes.BinExpr):
        return (node.operator, theirs(node.left), theirs(node.right))
    if isinstance(node, nodes.UnaryExpr):
        return (type(node).__name__.lower(), "", theirs(node.node))
    if isinstance(node, nodes.Concat):
        return ("concat", " ".join("~" * (len(node.nodes) - 1)), *map(theirs, node.nodes))
    if isinstance(node, nodes.Compare):
        words = {"eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">="}
        used = " ".join(words.get(item.op, item.op) for item in node.ops)
        return ("compare", used, theirs(node.expr), *(theirs(item.expr) for item in node.ops))
    if isinstance(node, nodes.CondExpr):
        return ("condition", "", theirs(node.test), theirs(node.expr1), theirs(node.expr2))
    if isinstance(node, (nodes.List, nodes.Tuple)):
        return (type(node).__name__.lower(), "", *map(theirs, node.items))
    if isinstance(node, nodes.Dict):
        return ("dict", "", *(theirs(part) for pair in node.items for part in (pair.key, pair.value)))
    if isinstance(node, nodes.Getattr):
        return ("attribute", node.attr, theirs(node.node))
    if isinstance(node, nodes.Getitem):
        return ("item", "", theirs(node.node), theirs(node.arg))
    if isinstance(node, nodes.Slice):
        return ("slice", "", theirs(node.start), theirs(node.stop), theirs(node.step))
    if isinstance(node, nodes.Call):
        return ("call", "", *call(node.node))
    assert isinstance(node, (nodes.Filter, nodes.Test))
    return (type(node).__name__.lower(), node.name, *call(node.node))


def their_statements(body: list[Any]) -> list[Any]:
    from jinja2 import nodes

    found: list[Any] = []
    for node in body:
        inside = their_statements(getattr(node, "body", []))
        if isinstance(node, nodes.Output):
            found += [("output", theirs(item)) for item in node.nodes if not isinstance(item, nodes.TemplateData)]
        elif isinstance(node, nodes.Assign):
            found.append(("set", theirs(node.target), theirs(node.node)))
        elif isinstance(node, nodes.AssignBlock):
            filters = [theirs(node.filter)] if node.filter is not None else []
            found += [("setblock", theirs(node.target), *filters), *inside]
        elif isinstance(node, nodes.For):
            test = [theirs(node.test)] if node.test is not None else []
            found += [("for", theirs(node.target), theirs(node.iter), *test), *inside, *their_statements(node.else_)]
        elif isinstance(node, nodes.If):
            found += [("if", theirs(node.test)), *inside]
            found += [("elif", *item[1:]) if index == 0 else item for branch in node.elif_
                      for index, item in enumerate(their_statements([branch]))]  # fmt: skip
            found += their_statements(node.else_)
        elif isinstance(node, nodes.Macro):
            names = (node.name, *(item.name for item in node.args))
            found += [("macro", *map(theirs, node.defaults), names), *inside]
        elif isinstance(node, nodes.CallBlock):
            names = tuple(item.name for item in node.args)
            found += [("call", theirs(node.call), *map(theirs, node.defaults), names), *inside]
        elif isinstance(node, nodes.FilterBlock):
            found += [("filter", theirs(node.filter)), *inside]
        elif isinstance(node, nodes.With):
            pairs = zip(node.targets, node.values, strict=True)
            found += [("with", *(theirs(part) for pair in pairs for part in pair)), *inside]
        else:
            assert isinstance(node, nodes.Block), node
            found += [("block",), *inside]
    return found


def our_statements(statements: list[Statement]) -> list[Any]:
    return [
        (item.kind, *map(ours, item.nodes), *([item.names] if item.kind in ("macro", "call") else []))
        for item in statements
        if item.kind not in ("end", "else")
    ]


ATOMS = [
    "x", "y", "'a'", '"b\\n"', "1", "2.5", "1e3", "0x1f", "none", "true", "[]", "{}", "()", "[x, 1,]",
    "{'a': x}", "(x, y)", "loop.index0", "f(x, k=1)", "f(*x, **y)", "'a' \"b\"", "x.0", "-1", "+x", "not x",
    "f()",
]  # fmt: skip
SHAPES = [
    "{} + {}", "{} - {}", "{} * {}", "{} / {}", "{} // {}", "{} % {}", "{} ** {}", "{} ~ {} ~ {}", "{} and {}",
    "{} or {}", "{} == {}", "{} < {} <= {}", "{} in {}", "{} not in {}", "({})", "{} if {} else {}", "{} if {}",
    "{}|trim", "{}|replace({}, {})", "{}|a.b(x={})", "{} is none", "{} is not sameas {}", "{} is in [{}]",
    "{}[{}]", "{}[{}:{}]", "{}[::{}]", "{}[:]", "{}[{}, {}]", "{}.a", "{}.b({})", "not {}", "-{}", "+{}",
    "[{}, {}]", "{{{}: {}}}", "({}, {})", "{}, {}", "{}(y=x)", "{}|f({})(x)", "{} is f.g({})", "not {} is x",
]  # fmt: skip
TAGS = [
    "{{{{ {0} }}}}", "{{{{- {0} -}}}}", "{{% if {0} %}}a{{% elif {1} %}}b{{% else %}}c{{% endif %}}",
    "{{%- for a, b in {0} if {1} recursive -%}}{{{{ {1} }}}}{{% else %}}{{{{ b }}}}{{%+ endfor %}}",
    "{{% set v = {0} %}}", "{{% set n.v = {0} %}}", "{{% set v | f({0}) | g %}}x{{% endset %}}",
    "{{% macro m(a, b={0}) %}}{{{{ {1} }}}}{{% endmacro %}}",
    "{{% call(a, b={0}) f({1}) %}}{{{{ a }}}}{{% endcall %}}", "{{% filter f({0})|g %}}x{{% endfilter %}}",
    "{{% with a={0}, b={1} %}}{{{{ a }}}}{{% endwith %}}", "{{% block b %}}{{{{ {0} }}}}{{% endblock b %}}",
    "{{# {0} #}}", "{{% raw %}}{{{{ {0}{{% endraw %}}", "{{% print {0} %}}", "{{% set a, b = {0} %}}",
    "{{% if {0}: %}}{{% endif %}}", "{{% with %}}{{% endwith %}}",
]  # fmt: skip


def expression(chance: random.Random, depth: int) -> str:
    if depth == 0:
        return chance.choice(ATOMS)
    shape = chance.choice(SHAPES)
    holes = shape.replace("{{", "").replace("}}", "").count("{}")
    return shape.format(*(expression(chance, chance.randint(0, depth - 1)) for _ in range(holes)))


def test_jinja_agrees() -> None:
    jinja2 = pytest.importorskip("jinja2")
    environment = jinja2.Environment(autoescape=True)
    chance = random.Random(11)
    agreed = 0
    for number in range(4000):
        if number < len(BENIGN) + len(HOSTILE):
            text = [*BENIGN.values(), *HOSTILE.values()][number]
        else:
            tag = chance.choice(TAGS)
            text = tag.format(expression(chance, 3), expression(chance, 2))
        if any(word in text for word in ("generation", "{% do", "continue")):
            continue
        try:
            expected = their_statements(environment.parse(text).body)
        except jinja2.TemplateSyntaxError:
            expected = None
        try:
            parsed = our_statements(parse(text))
        except SyntaxProblem:
            parsed = None
        if expected is not None:
            assert parsed == expected, text
            agreed += 1
    assert agreed > 2000
