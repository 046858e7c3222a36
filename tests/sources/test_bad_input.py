"""Files that cannot be read as they should: the rest of them, and of the repository, is checked all the same."""

from __future__ import annotations

import pytest

from tests.sources.conftest import Sources
from tests.support import Repo

LOAD = "import joblib\nx = joblib.load('x')\n"
DEEP = {
    "parentheses": "x = " + "(" * 500 + ")" * 500 + "\n",
    "operators": "x = 1" + " + 1" * 60_000 + "\n",
    "attributes": "x = a" + ".b" * 60_000 + "\n",
    "signs": "x = " + "-" * 60_000 + "1\n",
    "branches": "if a:\n    pass\n" + "elif a:\n    pass\n" * 20_000,
}


@pytest.mark.parametrize("broken", ["def f(:\n    pass\n", "print 'hello'\n", "x = = 1\n", "class\n", "t'{x}'\n"])
def test_a_broken_statement_hides_nothing_beside_it(repo: Repo, sources: Sources, broken: str) -> None:
    repo.write("load.py", f"import joblib\n{broken}\n\n\nx = joblib.load('x')\n")
    assert len(sources().at("sources/unsafe-load")) == 1


def test_a_call_within_a_broken_statement_is_found_or_undecided(repo: Repo, sources: Sources) -> None:
    repo.write(
        "load.py", "import joblib\ndef f():\n    x = = 1\n    y = joblib.load('x')\n    z = joblib.load('y' 1)\n"
    )
    found = sources()
    assert found.at("sources/unsafe-load") == ["load.py:4:9"]
    assert found.at("gate/undecided") == ["load.py:5:0"]


@pytest.mark.parametrize("kind", DEEP)
def test_nesting_ends_in_no_crash_and_hides_nothing(repo: Repo, sources: Sources, kind: str) -> None:
    repo.write("deep.py", LOAD + DEEP[kind])
    repo.write("other.py", LOAD)
    found = sources()
    assert {"deep.py:2:5", "other.py:2:5"} == set(found.at("sources/unsafe-load"))


@pytest.mark.parametrize(
    "before",
    [
        'y = f"""{joblib.load("y")}"""',
        'y = \'# """ \'',
        "y = \"it's\"  # don't",
        "y = 'a\\\\'",
        "y = r'\\'  # '",
        '"""a \\""" b"""',
    ],
)
def test_no_string_before_a_call_hides_it(repo: Repo, sources: Sources, before: str) -> None:
    repo.write("load.py", f"import joblib\n{before}\nx = joblib.load('x')\n")
    assert "load.py:3:5" in sources().at("sources/unsafe-load")


def test_a_large_generated_file_is_read_line_by_line(repo: Repo, sources: Sources) -> None:
    repo.write("large.py", LOAD + "DATA = [\n" + "    1234567,\n" * 800_000 + "]\n")
    assert sources().at("sources/unsafe-load") == ["large.py:2:5"]


def test_a_line_of_megabytes_is_not_repeated(repo: Repo, sources: Sources) -> None:
    repo.write("long.py", "import joblib; x = '" + "a" * 2_000_000 + "'; y = joblib.load('x')\n")
    (finding,) = sources().report["findings"]
    assert finding["location"]["line"] == 1
    assert len(finding["location"]["snippet"]) < 1_000


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\0\0\0joblib.load(\0\0import joblib",
        b"",
        b"\xff\xfe" + LOAD.encode("utf-16-le"),
        b"\0" * 100,
        b"\xc3\x28\n",
    ],
)
def test_bytes_that_are_no_python_do_no_harm(repo: Repo, sources: Sources, content: bytes) -> None:
    repo.write("odd.py", content)
    repo.write("other.py", LOAD)
    assert "other.py:2:5" in sources().at("sources/unsafe-load")


def test_nul_bytes_hide_nothing(repo: Repo, sources: Sources) -> None:
    repo.write("nul.py", LOAD.encode() + b"# \0\n")
    assert sources().at("sources/unsafe-load") == ["nul.py:2:5"]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_other_line_ends_keep_the_lines(repo: Repo, sources: Sources, ends: str) -> None:
    repo.write("load.py", LOAD.replace("\n", ends))
    assert sources().at("sources/unsafe-load") == ["load.py:2:5"]


@pytest.mark.parametrize("content", [b"[]", b'"from_pretrained_"', b'{"cells": 1}', b"", b"\xff\xfe{\0}\0"])
def test_a_notebook_that_is_none_is_told(repo: Repo, sources: Sources, content: bytes) -> None:
    repo.write("odd.ipynb", content)
    found = sources()
    assert found.code == 0
    assert "odd.ipynb:1 (it is no notebook: " in found.notes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_no_notebook_and_names_a_call_is_undecided(repo: Repo, sources: Sources, encoding: str) -> None:
    repo.write("odd.ipynb", "[1] from_pretrained".encode(encoding))
    assert sources().at("gate/undecided") == ["odd.ipynb:1:0"]


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"cells": 1}', '{"cells": [1, {"cell_type": "code", "source": 5}]}', "[" * 100_000]
)
def test_a_broken_notebook_is_told(repo: Repo, sources: Sources, content: str) -> None:
    repo.write("broken.ipynb", content + "\n(")
    repo.write("other.py", LOAD)
    found = sources()
    assert found.at("sources/unsafe-load") == ["other.py:2:5"]
    assert found.at("gate/undecided")


@pytest.mark.parametrize(
    "content",
    [
        "model_name_or_path: [\n",
        "a: &x\n  model_name_or_path: acme/a\nb: *x\n",
        "{{ template }}\nmodel_name_or_path: acme/a\n",
        "\tmodel_name_or_path: acme/a\n",
    ],
)
def test_odd_yaml_is_read_as_far_as_it_goes(repo: Repo, sources: Sources, content: str) -> None:
    repo.write("config.yaml", content)
    found = sources()
    assert found.sources == (["https://huggingface.co/acme/a"] if "acme/a" in content else [])


def test_large_json_is_data_and_that_is_told(repo: Repo, sources: Sources) -> None:
    repo.write("data.json", '[{"dataset": "http://example.org/x.zip"}' + ', {"a": 1}' * 200_000 + "]")
    found = sources()
    assert found.places == []
    assert "data.json" in found.notes


def test_a_notebook_that_nobody_wrote_is_told(repo: Repo, sources: Sources) -> None:
    line = '"x = f(1)\\n", '
    cell = '{"cell_type": "code", "source": [' + line * 120_000 + '"import joblib; joblib.load(1)"]}'
    repo.write("huge.ipynb", '{"cells": [' + cell + "]}")
    repo.write("other.py", LOAD)
    found = sources()
    assert found.at("sources/unsafe-load") == ["other.py:2:5"]
    assert "huge.ipynb" in str([f for f in found.report["findings"] if f["rule"] == "gate/undecided"])


def test_a_notebook_whose_letters_are_escaped_in_some_lines_keeps_its_lines(repo: Repo, sources: Sources) -> None:
    lines = ",\n".join("\"x = '\\u00e9'\\n\"" for _ in range(2_000))
    repo.write(
        "escaped.ipynb",
        '{"cells": [{"cell_type": "code", "source": [\n' + lines + ',\n"import joblib\\n",\n"joblib.load(1)"]}]}',
    )
    assert sources().at("sources/unsafe-load") == ["escaped.ipynb:2003:2"]


def test_a_script_that_nobody_wrote_is_told(repo: Repo, sources: Sources) -> None:
    repo.write("huge.sh", "wget x; A=(" * 100_000)
    repo.write("other.py", LOAD)
    found = sources()
    assert found.at("sources/unsafe-load") == ["other.py:2:5"]
    assert "huge.sh" in str([f for f in found.report["findings"] if f["rule"] == "gate/undecided"])


def test_more_addresses_than_anybody_writes_are_told(repo: Repo, sources: Sources) -> None:
    links = "".join(f'    "https://files.example.org/{i}.tar.gz",\n' for i in range(200_000))
    repo.write("links.py", f"LINKS = [\n{links}]\n")
    found = sources()
    assert len(found.places) == 2_000
    assert "links.py" in str([f for f in found.report["findings"] if f["rule"] == "gate/undecided"])


def test_thousands_of_wrappers_and_their_callers_end(repo: Repo, sources: Sources) -> None:
    names = range(400)
    repo.write(
        "lib.py", "import requests\n" + "".join(f"def w{i}(url):\n    requests.get(url, stream=True)\n" for i in names)
    )
    for k in range(8):
        calls = "".join(f'w{i}("https://files.example.org/{k}/{i}.tar")\n' for i in names)
        repo.write(f"c{k}.py", "from lib import *\n" + calls)
    assert sources().places


def test_a_link_is_not_followed(repo: Repo, sources: Sources) -> None:
    repo.write("load.py", LOAD)
    repo.link("linked.py", "load.py")
    assert sources().at("sources/unsafe-load") == ["load.py:2:5"]


def test_a_function_that_passes_itself_on_ends(repo: Repo, sources: Sources) -> None:
    code = "from transformers import AutoModel\n"
    code += "".join(f"def f{i}(name):\n    f{(i + 1) % 40}(name)\n    f{(i + 7) % 40}(name)\n" for i in range(40))
    code += "def load(name):\n    f1(name)\n    return AutoModel.from_pretrained(name)\n"
    code += "def f41(name):\n    load(name)\nf1('a/b')\n"
    repo.write("load.py", code)
    assert len(sources().places) == 1


def test_commands_in_large_yaml_are_undecided(repo: Repo, sources: Sources) -> None:
    padding = "".join(f"key_{n}: value\n" for n in range(100_000))
    repo.write("data.yaml", f"{padding}model_name_or_path: acme/a\n")
    repo.write("ci.yaml", f"{padding}jobs:\n  - run: wget https://files.example.org/a.tar\n")
    found = sources()
    assert found.sources == ["https://huggingface.co/acme/a"]
    assert found.at("gate/undecided") == ["ci.yaml:1:0"]
    assert "data.yaml" in found.notes
    assert "ci.yaml" in str([f for f in found.report["findings"] if f["rule"] == "gate/undecided"])


def test_callers_without_end_are_followed_up_to_a_limit_and_that_is_told(repo: Repo, sources: Sources) -> None:
    wrappers = range(200)
    for i in wrappers:
        repo.write(f"lib{i}.py", f"import requests\ndef w{i}(url):\n    requests.get(url, stream=True)\n")
    imports = "".join(f"from lib{i} import w{i}\n" for i in wrappers)
    calls = "".join(f'w{i}("https://files.example.org/{i}.tar")\n' for i in wrappers)
    for k in range(8):
        repo.write(f"c{k}.py", imports + f"X = '''{'x' * 100_000}'''\n" + calls)
    undecided = sources().at("gate/undecided")
    assert "lib0.py:1:0" not in undecided
    assert "lib99.py:1:0" in undecided
