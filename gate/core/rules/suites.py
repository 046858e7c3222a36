"""Rules about expectation suites: do the rows look as they should?"""

from gate.core.catalogue import Rule

RULES = (
    Rule(
        id="suites/missing",
        title="a dataset declares no expectation suite",
        severity="low",
        why=(
            "A digest proves that the data did not change, not that it was right: swapped columns, labels out of range "
            "or a class that vanished all have a perfectly good digest. A suite writes down what the rows must look "
            "like, so that a bad export is noticed before the training. This rule looks at the declaration only."
        ),
        fix=(
            "Write a Great Expectations suite for the dataset, commit it, and name the file in `suite` of the entry in "
            "`dbom.yaml`."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0059",),
        owasp=("LLM04:2025",),
        bad="```yaml\n- name: traffic-signs\n  path: data/traffic-signs\n```",
        good=(
            "```yaml\n- name: traffic-signs\n  path: data/traffic-signs\n  suite: expectations/traffic-signs.json\n```"
        ),
    ),
    Rule(
        id="suites/failed",
        title="a critical expectation of a dataset's suite does not hold",
        severity="high",
        why=(
            "The suite says what training relies on, and these rows are not that: labels outside of their set, values "
            "out of range, a column that is not there. A model trained on them is wrong in a way that no test of the "
            "code finds. An expectation is critical unless the suite gives it another `severity`."
        ),
        fix=(
            "Look at the rows that are named, and restore or correct the data; where the data rightly changed, change "
            "the expectation in a commit of its own. The json report has the first failing rows with their values."
        ),
        cwe=("CWE-20",),
        atlas=("AML.T0020", "AML.T0059"),
        owasp=("LLM04:2025",),
        bad="`vendor_id` must be in `[1, 2, 4]`; on line 16 of the file it is 5.",
        good="Every value of `vendor_id` is 1, 2 or 4.",
    ),
    Rule(
        id="suites/failed-warning",
        title="an expectation of severity `warning` does not hold",
        severity="medium",
        why=(
            "Whoever wrote the suite wants to know of it without stopping for it. It is a rule of its own, so that a "
            "policy can treat it otherwise than `suites/failed`."
        ),
        fix="See whether the data changed for a good reason; then correct the data, or the expectation.",
        cwe=("CWE-20",),
        atlas=("AML.T0059",),
        owasp=("LLM04:2025",),
        bad='`"severity": "warning"`, and the mean of `fare` is 80 where at most 20 is expected.',
        good="The mean of `fare` is 12.",
    ),
    Rule(
        id="suites/failed-info",
        title="an expectation of severity `info` does not hold",
        severity="low",
        why="The suite has it to keep an eye on something; it is no reason to stop by itself.",
        fix="Take note of it, or correct the expectation where it no longer says what is normal.",
        cwe=("CWE-20",),
        owasp=("LLM04:2025",),
        bad='`"severity": "info"`, and there are 900 rows where at least 1,000 are expected.',
        good="There are 1,200 rows.",
    ),
    Rule(
        id="suites/not-evaluated",
        title="a suite, or one of its expectations, could not be evaluated",
        severity="high",
        why=(
            "What was not evaluated did not pass. A suite that cannot be read, an unknown type of expectation, a "
            "column that is not there, a file that is no table, a suite without expectations or a dataset without "
            "rows: each of them would succeed if only failures counted."
        ),
        fix=(
            "Correct what the message names: the suite, the file of the dataset, or `data:` of the entry in "
            "`dbom.yaml`, which says how the file is to be read."
        ),
        cwe=("CWE-636",),
        atlas=("AML.T0059",),
        owasp=("LLM04:2025",),
        bad='```json\n{"name": "digits", "expectations": []}\n```',
        good=(
            '```json\n{"name": "digits", "expectations": [\n  {"type": "expect_column_values_to_not_be_null", '
            '"kwargs": {"column": "label"}}\n]}\n```'
        ),
    ),
    Rule(
        id="suites/too-weak",
        title="a suite has less than the policy asks for, or an expectation that says nothing",
        severity="medium",
        why=(
            "A suite with one expectation that always holds makes a dataset look tested. A policy can ask for a number "
            "of different expectations and for kinds of them (`suites:`); the same one twice counts once. An "
            "expectation counts for nothing where no data could fail it (`mostly: 0`, bounds that leave nothing out), "
            "and where it judged no value: all of them are missing, or no row meets its condition."
        ),
        fix=(
            "Add expectations on what training relies on: types, ranges, sets of labels, uniqueness. Beside one on "
            "values that may all be missing, say how many must be there: `expect_column_values_to_not_be_null` with "
            "`mostly`."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0059",),
        owasp=("LLM04:2025",),
        bad="```yaml\n# gate-policy.yaml; the suite has one expectation\nsuites: {min_expectations: 5}\n```",
        good="The suite has five different expectations.",
    ),
    Rule(
        id="suites/drift",
        title="a dataset changed more since its previous version than the policy lets it",
        severity="medium",
        why=(
            "Every row can be valid and the whole be another dataset: a class that became rare, a unit that changed, a "
            "source that was swapped. A model trained on it behaves otherwise, and poisoned rows in number show here "
            "first. `max_drift` of a policy is the greatest population stability index that a column may have against "
            "the version that `previous:` names; a column that is gone or has another type is reported too, and so is, "
            "with `--base`, a new version that is compared with nothing."
        ),
        fix=(
            "Look at the change with `gate suite diff OLD NEW`. Correct the export; where the data rightly changed, "
            "those who own the policy raise `max_drift` for it, or enforce the rule less."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0020", "AML.T0059"),
        owasp=("LLM04:2025",),
        bad=(
            "```yaml\n# gate-policy.yaml; in the new version 40% of the labels are `stop`, before it were 10%\n"
            "suites: {max_drift: 0.25}\n```"
        ),
        good="```yaml\n- name: traffic-signs\n  path: data/traffic-signs-2\n  previous: traffic-signs-1\n```",
    ),
    Rule(
        id="suites/weakened",
        title="a change has a suite ask less of the rows, or has them read in another way",
        severity="medium",
        why=(
            "Rows that do not pass can be made to pass by changing the suite: an expectation that is gone, bounds that "
            "are wider, a lower `mostly` or `severity`, a larger set. `data:` can do the same, by reading other rows "
            "or other types from the same bytes. With `--base` the suite is compared with that of the base."
        ),
        fix=(
            "Restore the expectation; where the data rightly changed, let those who own the base branch change the "
            "suite."
        ),
        cwe=("CWE-345",),
        atlas=("AML.T0020", "AML.T0059"),
        owasp=("LLM04:2025",),
        bad='`"max_value": 100` was `"max_value": 6` at the base.',
        good="The suite has a new expectation, and all those of the base.",
    ),
)
