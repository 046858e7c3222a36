"""`gate import`: documents of others, and documents that nobody should take."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from gate.dbom.load import load_dbom
from tests.exchange.entries import EVERYTHING
from tests.support import Repo, sha256

A, B = sha256("a"), sha256("b")


def _bom(*components: Any, **more: Any) -> str:
    return json.dumps(
        {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(components), **more}, indent=1
    )


def _data(name: str, digest: str | None = A, **more: Any) -> dict[str, Any]:
    hashes = [{"alg": "SHA-256", "content": digest}] if digest is not None else []
    return {"type": "data", "name": name, "hashes": hashes, **more}


def _croissant(*files: Any, **more: Any) -> str:
    kind = {"@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0"}
    return json.dumps({**kind, "name": "signs", "distribution": list(files), **more}, indent=1)


def _refused(repo: Repo, *files: str) -> str:
    """The complaint of an import that must write nothing at all."""
    before = repo.tree()
    result = repo.gate("import", *files)
    assert result.code == 2, result.out
    assert repo.tree() == before
    return result.err


def test_a_document_of_others_becomes_entries(repo: Repo) -> None:
    model = {
        "type": "machine-learning-model",
        "bom-ref": "pkg:huggingface/acme/net@0123456789abcdef0123456789abcdef01234567",
        "group": "acme",
        "name": "Net (large)",
        "purl": "pkg:huggingface/acme/net@0123456789abcdef0123456789abcdef01234567",
        "hashes": [{"alg": "SHA-512", "content": "0" * 128}, {"alg": "SHA-256", "content": A.upper()}],
        "licenses": [{"license": {"id": "MIT"}}, {"license": {"name": "Acme"}}],
        "publisher": "Acme Ltd",
        "tags": ["Computer Vision", "🙂"],
        "modelCard": {"modelParameters": {"datasets": [{"ref": "d"}, {"type": "dataset", "name": "elsewhere"}]}},
    }
    data = _data("signs", B, **{"bom-ref": "d"}, description="Signs.")
    library = {"type": "library", "name": "numpy", "components": [{"type": "data", "data": [{"type": "other"}]}]}
    repo.write("bom.json", _bom(model, data, library))
    result = repo.gate("import", "bom.json")
    assert result.code == 0, result.err
    assert repo.text("dbom.yaml") == (
        "# yaml-language-server: $schema=dbom.schema.json  (`gate schema dbom > dbom.schema.json`)\n"
        "dbom: 1\n"
        "datasets:\n"
        "  - name: signs\n"
        "    path: data/signs\n"
        f"    sha256: {B}\n"
        "    description: Signs.\n"
        "models:\n"
        "  - name: Net-large\n"
        "    path: models/Net-large\n"
        f"    sha256: {A}\n"
        "    source:\n"
        "      url: https://huggingface.co/acme/net\n"
        "      revision: 0123456789abcdef0123456789abcdef01234567\n"
        '      supplier: "Acme Ltd"\n'
        '      license: "MIT AND LicenseRef-Acme"\n'
        '    tags: ["computer-vision"]\n'
        '    trained_on: ["signs", "elsewhere"]\n'
    )
    assert "left out, for neither data nor a model: 2 components" in result.out
    assert "the document does not say where Net-large lies" in result.out


def test_what_has_no_digest_is_to_do_and_not_written(repo: Repo) -> None:
    source = {"externalReferences": [{"type": "distribution", "url": "https://x.example/a b"}]}
    weaker = {"hashes": [{"alg": "MD5", "content": "0" * 32}]}
    repo.write("bom.json", _bom(_data("whole"), _data("bare; rm -rf", None, **source, **weaker)))
    result = repo.gate("import", "bom.json")
    assert result.code == 0
    assert "bare" not in repo.text("dbom.yaml")
    assert "to do: bare-rm--rf has no SHA-256; when its file is there:\n" in result.out
    assert (
        "  gate add data/bare-rm--rf --name bare-rm--rf --kind dataset --source 'https://x.example/a b'\n" in result.out
    )


def test_a_document_without_any_digest_writes_nothing(repo: Repo) -> None:
    repo.write("bom.json", _bom(_data("bare", None)))
    before = repo.tree()
    result = repo.gate("import", "bom.json")
    assert (result.code, repo.tree()) == (3, before)
    assert "gate add data/bare" in result.out


@pytest.mark.parametrize(
    ("digest", "said"),
    [
        ("0" * 64, "the digest of signs is a placeholder"),
        ("deadbeef" * 8, "the digest of signs is a placeholder"),
        (A[:-1], "this digest has 63 hexadecimal digits; a SHA-256 has 64"),
        (A + "0", "this digest has 65 hexadecimal digits; a SHA-256 has 64"),
        ("https://github.com/mlcommons/croissant/issues/80", "a SHA-256 digest has only the digits 0-9 and a-f"),
        (f"sha256:{A}", 'leave out the "sha256:" in front of the digits'),
    ],
)
@pytest.mark.parametrize("form", ["cyclonedx", "croissant"])
def test_a_digest_that_is_none_is_refused_where_it_stands(digest: str, said: str, form: str, repo: Repo) -> None:
    file = {"@type": "cr:FileObject", "name": "signs", "contentUrl": "data/signs.csv", "sha256": digest}
    repo.write("bom.json", _bom(_data("good", B), _data("signs", digest)) if form == "cyclonedx" else _croissant(file))
    complaint = _refused(repo, "bom.json")
    lines = repo.text("bom.json").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if digest in text)
    column = lines[line - 1].index(f'"{digest}"') + 1
    assert complaint.startswith(f"bom.json:{line}:{column}: error: {said}")


def test_two_that_claim_one_name_are_refused(repo: Repo) -> None:
    repo.write("bom.json", _bom(_data("a b"), _data("a-b", B)))
    assert 'bom.json:17:12: error: the name "a-b" is declared twice, first on line 7' in _refused(repo, "bom.json")


def test_two_documents_that_claim_one_name_are_refused(repo: Repo) -> None:
    repo.write("one.json", _bom(_data("a")))
    repo.write("two.json", _bom(_data("a", B)))
    assert "two.json:7:12: error: the name" in _refused(repo, "one.json", "two.json")


def test_a_name_that_the_dbom_has_with_other_bytes_is_refused(repo: Repo) -> None:
    repo.write("data/a", "something else")
    repo.gate("add", "data/a", "--name", "a")
    repo.write("bom.json", _bom(_data("new", B), _data("a")))
    complaint = _refused(repo, "bom.json")
    assert "bom.json:17:12: error: the name a is taken by an artifact of another sha256, at dbom.yaml:4" in complaint


def test_a_path_that_another_entry_has_is_refused(repo: Repo) -> None:
    repo.write("data/a", "something else")
    repo.gate("add", "data/a", "--name", "first")
    repo.write("bom.json", _bom(_data("a")))
    assert "the path is that of first, at dbom.yaml:4" in _refused(repo, "bom.json")


def test_what_is_declared_already_stays_as_people_wrote_it(repo: Repo) -> None:
    entry = f"dbom: 1\ndatasets: # mine\n  - name: a   # keep\n    path: data/a\n    sha256: {A}\n    tags: [x]\n"
    repo.write("dbom.yaml", entry)
    repo.write("bom.json", _bom(_data("a", version="9"), _data("b", B)))
    result = repo.gate("import", "bom.json")
    assert "declared already: the dataset a, data/a" in result.out
    assert repo.text("dbom.yaml") == f"{entry}  - name: b\n    path: data/b\n    sha256: {B}\n"
    again = repo.gate("import", "bom.json")
    assert (again.code, "nothing was written" in again.out) == (0, True)


@pytest.mark.parametrize(
    ("component", "said"),
    [
        (_data("a", properties=[{"name": "dbom-gate:path", "value": "../../etc/passwd"}]), "leaves the repository"),
        (_data("a", properties=[{"name": "dbom-gate:size", "value": "-1"}]), "expected a whole number"),
        (_data("a", properties=[{"name": "dbom-gate:listing", "value": "/etc/passwd"}]), "is absolute"),
        (_data("a", properties=[{"name": "dbom-gate:previous", "value": "gone"}]), "is not declared"),
        (_data("a", properties=[{"name": "dbom-gate:previous", "value": "a"}]), "lead in a circle"),
        (_data("a", hashes=[{"alg": "SHA-256", "content": c} for c in (A, B)]), "a second SHA-256 of one component"),
        ({"type": "data"}, "a component without a name"),
        (_data("a", version={"not": "text"}), "expected text"),
        (_data("a", description="\ud800"), "not valid YAML"),
        (_data("a", description="\0"), "a NUL character"),
    ],
)
def test_what_a_dbom_does_not_take_is_refused_with_its_place(component: Any, said: str, repo: Repo) -> None:
    repo.write("bom.json", _bom(component))
    complaint = _refused(repo, "bom.json")
    assert complaint.startswith("bom.json:")
    assert said in complaint


@pytest.mark.parametrize(
    "document",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        "<bom/>",
        '{"bomFormat": "CycloneDX"',
        '{"spdxVersion": "SPDX-2.3"}',
        "[" * 100_000,
        '{"a":' * 100_000,
        "\0",
        "&a [*a]",
    ],
)
def test_what_is_no_bill_of_materials_is_a_message(document: str, repo: Repo) -> None:
    repo.write("bom.json", document)
    assert _refused(repo, "bom.json").startswith("bom.json:")


def test_a_document_of_odd_kinds_is_read_as_far_as_it_goes(repo: Repo) -> None:
    odd = {"type": "data", "name": "a", "hashes": 7, "licenses": [[]], "properties": {}, "pedigree": {"ancestors": 1}}
    repo.write("bom.json", _bom(odd, 1, None, [], _data("b", B, data=[{"type": "dataset"}], tags="x", supplier=3)))
    assert repo.gate("import", "bom.json").code == 0
    assert "name: b" in repo.text("dbom.yaml")


def test_a_missing_file_and_a_link_out_of_the_dbom_are_messages(repo: Repo) -> None:
    assert "missing.json" in _refused(repo, "missing.json")
    repo.write("bom.json", _bom(_data("a")))
    repo.link("dbom.yaml", repo.home / "elsewhere.yaml")
    assert "symbolic link" in _refused(repo, "bom.json")


def test_nothing_is_written_where_the_directory_cannot_be(repo: Repo) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    repo.write("bom.json", _bom(_data("a")))
    repo.root.chmod(0o500)
    try:
        assert "cannot write" in _refused(repo, "bom.json")
    finally:
        repo.root.chmod(0o700)


def test_a_croissant_of_others(repo: Repo) -> None:
    files = [
        {
            "@type": "cr:FileObject",
            "@id": "signs.csv",
            "name": "signs.csv",
            "contentUrl": "https://data.example.org/signs.csv",
            "contentSize": "1234 B",
            "sha256": A,
        },
        {"@type": "cr:FileObject", "name": "inner", "containedIn": {"@id": "x"}, "contentUrl": "a.csv", "sha256": B},
        {"@type": "cr:FileSet", "name": "all", "includes": "*.csv"},
    ]
    more = {"license": "CC-BY-4.0", "version": "1.2.0", "creator": {"@type": "Person", "name": "Ada"}}
    repo.write("croissant.json", _croissant(*files, **more))
    result = repo.gate("import", "croissant.json")
    assert "left out, for without digests of their own: 2 sets of files" in result.out
    assert repo.text("dbom.yaml").partition("datasets:\n")[2] == (
        "  - name: signs.csv\n"
        "    path: data/signs.csv\n"
        f"    sha256: {A}\n"
        '    version: "1.2.0"\n'
        "    size: 1234\n"
        "    source:\n"
        "      url: https://data.example.org/signs.csv\n"
        "      supplier: Ada\n"
        "      license: CC-BY-4.0\n"
    )


def test_ten_thousand_components_are_imported(repo: Repo) -> None:
    repo.write("bom.json", _bom(*(_data(f"d{number}", sha256(str(number))) for number in range(10_000))))
    result = repo.gate("import", "bom.json")
    assert "wrote 10,000 entries to dbom.yaml" in result.out


def test_an_import_is_judged_like_any_entry(repo: Repo) -> None:
    """What others say of bytes is a claim until `gate check` has compared them."""
    repo.write("dbom.yaml", EVERYTHING)
    repo.gate("export", "--format", "cyclonedx", "-o", "bom.json")
    repo.delete("dbom.yaml")
    repo.gate("import", "bom.json")
    assert "integrity/missing-file" in repo.rules()


@pytest.mark.parametrize(
    "style",
    [
        '{"dbom": 1, "datasets": [{"name": "old", "path": "old"}]}\n',
        '{"dbom": 1}\n',
        "dbom: 1\r\ndatasets:\r\n  - name: old # first\r\n    path: old\r\n",
        "dbom: 1\ndatasets: []  # none yet\nmodels:\n# before\n- {name: m, path: m}\n# behind\n",
    ],
    ids=["flow", "flow without a list", "crlf", "empty list"],
)
def test_entries_are_written_in_the_style_of_the_document(style: str, repo: Repo) -> None:
    repo.write("dbom.yaml", style)
    repo.write(
        "bom.json", _bom(_data("a"), _data("b", B), {**_data("n", sha256("n")), "type": "machine-learning-model"})
    )
    assert repo.gate("import", "bom.json").code == 0
    dbom = load_dbom(str(repo.root / "dbom.yaml"), "dbom.yaml")
    assert {"a": A, "b": B, "n": sha256("n")}.items() <= {one.name: one.sha256 for one in dbom.artifacts}.items()
    text = repo.text("dbom.yaml")
    assert [comment in text for comment in ("# first", "# none yet", "# behind")] == [
        comment in style for comment in ("# first", "# none yet", "# behind")
    ]
    assert ("\r\n" in style) == ("\n" not in text.replace("\r\n", ""))
