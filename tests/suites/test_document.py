"""Suites as they are read from a file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gate.core.errors import DocumentError
from gate.suites.document import load_suite
from gate.suites.interface import MAX_EXPECTATIONS


def load(value: Any, path: str = "suite.json") -> Any:
    text = value if isinstance(value, str) else json.dumps(value)
    return load_suite(text.encode(), path)


def suite(*expectations: Any, **more: Any) -> dict[str, Any]:
    return {"name": "s", "expectations": list(expectations), **more}


def problems(value: Any, path: str = "suite.json") -> list[str]:
    with pytest.raises(DocumentError) as caught:
        load(value, path)
    return [str(problem) for problem in caught.value.problems]


def test_a_suite_of_today() -> None:
    text = """{
      "name": "people", "id": null, "meta": {"great_expectations_version": "1.24.1"}, "notes": null,
      "expectations": [
        {
          "id": "0", "rendered_content": [], "description": null, "windows": null,
          "type": "expect_column_values_to_be_between",
          "kwargs": {"column": "age", "min_value": 0, "max_value": 1e2, "strict_min": false, "row_condition": null},
          "severity": "warning", "notes": ["old", "people"], "meta": {"gate": 7}
        },
        {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 3}}
      ]
    }"""
    loaded = load(text)
    first, second = loaded.expectations
    assert (loaded.name, loaded.path, loaded.legacy) == ("people", "suite.json", False)
    assert (first.position, first.line, first.weight, first.notes) == (0, 6, "warning", "old\npeople")
    assert (second.position, second.line, second.weight, second.notes) == (1, 10, "critical", "")
    assert first.kwargs == {
        "column": "age", "min_value": 0, "max_value": 100.0, "strict_min": False, "row_condition": None
    }  # fmt: skip
    assert [type(first.kwargs[key]) for key in ("min_value", "max_value", "strict_min")] == [int, float, bool]


def test_a_suite_of_an_older_version() -> None:
    loaded = load(
        {
            "data_asset_type": "Dataset",
            "expectation_suite_name": "taxi.demo",
            "ge_cloud_id": None,
            "meta": {"great_expectations.__version__": "0.11.8"},
            "expectations": [
                {
                    "expectation_type": "expect_column_values_to_be_between",
                    "ge_cloud_id": None,
                    "kwargs": {
                        "column": "age", "mostly": None, "min_value": 0,
                        "parse_strings_as_datetimes": None, "allow_cross_type_comparisons": False, "auto": False,
                    },
                    "meta": {},
                }
            ],
        }
    )  # fmt: skip
    assert (loaded.name, loaded.legacy) == ("taxi.demo", True)
    assert loaded.expectations[0].type == "expect_column_values_to_be_between"
    assert loaded.expectations[0].kwargs == {"column": "age", "min_value": 0}


def test_an_argument_that_is_gone_stays_where_it_would_change_the_meaning() -> None:
    loaded = load(suite({"expectation_type": "e", "kwargs": {"parse_strings_as_datetimes": True}}))
    assert loaded.expectations[0].kwargs == {"parse_strings_as_datetimes": True}


def test_null_is_dropped_from_older_suites_only() -> None:
    assert load(suite({"type": "e", "kwargs": {"mostly": None}})).expectations[0].kwargs == {"mostly": None}


def test_arguments_that_name_the_authors_batch_or_shape_the_output_are_dropped() -> None:
    kwargs = {"column": "a", "batch_id": "x", "result_format": {"result_format": "BOOLEAN_ONLY"}}
    kwargs |= {"catch_exceptions": True, "include_config": True, "batch_list": []}
    assert load(suite({"type": "e", "kwargs": kwargs})).expectations[0].kwargs == {"column": "a"}


def test_yaml_has_the_types_of_the_core_schema() -> None:
    text = """
name: people
expectations:
  - type: expect_column_values_to_be_in_set
    kwargs:
      column: answer
      value_set: [yes, no, "1", 1, 1.5, 0x10, 1e3, true, null, ~, 2020-01-01, 007, .5]
  - {type: expect_column_to_exist, kwargs: {column: a}}
"""
    first, second = load(text, "suite.yaml").expectations
    values = ["yes", "no", "1", 1, 1.5, 16, 1000.0, True, None, None, "2020-01-01", 7, 0.5]
    assert first.kwargs["value_set"] == values
    assert [type(value) for value in first.kwargs["value_set"]] == [type(value) for value in values]
    assert (first.line, second.line) == (4, 8)


@pytest.mark.parametrize("path", ["suite.json", "suite"])
def test_malformed_json_has_a_place(path: str) -> None:
    (message,) = problems('{"name": "s",\n "expectations": [}', path)
    assert message.startswith(f"{path}:2:19: not valid JSON: Expecting value")


def test_json_is_not_yaml() -> None:
    (message,) = problems('{"name": s, "expectations": []}')
    assert "not valid JSON" in message
    assert load("{name: s, expectations: []}", "suite.yml").name == "s"


def test_a_text_that_json_and_yaml_read_differently_is_refused() -> None:
    text = '{"name": "s", "expectations": [{"type": "e", "kwargs": {"value_set": ["a\x85b"]}}]}'
    (message,) = problems(text)
    assert "one thing as JSON and another as YAML" in message
    assert load(text.replace("\x85", r"\u0085")).expectations[0].kwargs == {"value_set": ["a\x85b"]}


@pytest.mark.parametrize("word", ["NaN", ".nan", "nan", "Infinity", "-.inf", "+inf"])
def test_a_number_without_a_value_is_no_text_of_yaml(word: str) -> None:
    text = f"name: s\nexpectations:\n  - type: e\n    kwargs: {{value_set: [1, {word}, 'NaN']}}\n"
    with pytest.raises(DocumentError) as caught:
        load_suite(text.encode(), "s.yaml")
    (problem,) = caught.value.problems
    assert (problem.location.line, problem.message) == (4, f"{word} is not a value that can be compared")
    assert "put text in quotes" in problem.fix


def test_every_problem_at_once() -> None:
    text = """{
 "name": "s", "nmae": 1,
 "expectations": [
  {"type": "e", "kwarg": {}},
  {"kwargs": {}},
  {"type": "e", "kwargs": [1]},
  {"type": "e", "severity": "critcal"},
  {"type": "e", "expectation_type": "e"},
  {"type": 5},
  "e",
  {"type": "e", "type": "f"},
  {"type": "e", "kwargs": {"min_value": NaN}},
  {"type": "e", "kwargs": {"min_value": -Infinity}},
  {"type": "e", "kwargs": {"min_value": 1e999}},
  {"type": "e", "kwargs": {"min_value": {"$PARAMETER": "low"}}}
 ]
}"""
    expected = [
        (2, 15, 'unknown key "nmae" of a suite (did you mean "name"?)'),
        (4, 17, 'unknown key "kwarg" of an expectation (did you mean "kwargs"?)'),
        (5, 3, "an expectation without a type"),
        (6, 27, "expected a mapping of arguments, found a list"),
        (7, 29, '"critcal" is not a severity (did you mean "critical"?)'),
        (8, 17, 'both "type" and "expectation_type"'),
        (9, 12, "the type of an expectation is text"),
        (10, 3, "expected an expectation, found a single value"),
        (11, 17, 'the key "type" is here twice'),
        (12, 41, "NaN is not a value that can be compared"),
        (13, 41, "-Infinity is not a value that can be compared"),
        (14, 41, "1e999 is too long or too large for a number"),
        (15, 41, "the suite parameter low has no value here"),
    ]
    found = problems(text)
    assert len(found) == len(expected)
    for message, (line, column, start) in zip(found, expected, strict=True):
        assert message.startswith(f"suite.json:{line}:{column}: {start}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "expected a suite, found a list"),
        ('"x"', "expected a suite, found a single value"),
        ("{}", "a suite without expectations"),
        ('{"name": "s", "expectations": {}}', "expected a list of expectations, found a mapping"),
        ('{"name": 5, "expectations": []}', "the name of a suite is text"),
        ("", "the file is empty, not a suite"),
        ("[" * 3000 + "]" * 3000, "nested deeper"),
        ('{"name": "s", "expectations": [], "id": ' + "9" * 5000 + "}", "too long or too large"),
    ],
)
def test_what_is_no_suite(text: str, message: str) -> None:
    assert any(message in problem for problem in problems(text))


def test_other_bytes_are_refused() -> None:
    for data in (b"\xff\xfe{}", b"\x00"):
        with pytest.raises(DocumentError):
            load_suite(data, "suite.json")


def test_an_empty_list_and_a_missing_name_are_left_to_the_policy() -> None:
    loaded = load({"expectations": []}, "expectations/people.json")
    assert (loaded.name, loaded.expectations) == ("people", ())


def test_too_many_expectations() -> None:
    (message,) = problems(suite(*[{"type": "e"}] * (MAX_EXPECTATIONS + 1)))
    assert f"more than {MAX_EXPECTATIONS:,}" in message


def test_suite_parameters_take_their_values_from_the_suite() -> None:
    kwargs = {"min_value": {"$PARAMETER": "low"}, "max_value": {"$PARAMETER": "high", "$PARAMETER.high": 9}}
    loaded = load(suite({"type": "e", "kwargs": kwargs}, suite_parameters={"low": 2}))
    assert loaded.expectations[0].kwargs == {"min_value": 2, "max_value": 9}


def test_a_byte_order_mark_is_no_problem() -> None:
    data = b"\xef\xbb\xbf" + json.dumps(suite()).encode()
    assert load_suite(data, "s.json").name == "s"


def test_characters_beyond_the_basic_plane() -> None:
    loaded = load(suite({"type": "e", "kwargs": {"regex": "\U0001f600\\d"}}))
    assert loaded.expectations[0].kwargs == {"regex": "\U0001f600\\d"}
