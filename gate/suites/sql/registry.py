"""Which function compiles which type of expectation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from gate.suites.sql import aggregates, pairs, records, sets, tables, values
from gate.suites.sql.arguments import Arguments
from gate.suites.sql.steps import Step
from gate.suites.sql.terms import Frame

Compiler = Callable[[Frame, Arguments], Step]

COMPILERS: Mapping[str, Compiler] = {
    "expect_column_values_to_be_null": partial(values.nulls, expected=True),
    "expect_column_values_to_not_be_null": partial(values.nulls, expected=False),
    "expect_column_values_to_be_in_set": partial(values.in_set, expected=True),
    "expect_column_values_to_not_be_in_set": partial(values.in_set, expected=False),
    "expect_column_values_to_be_between": values.between,
    "expect_column_values_to_be_unique": values.unique,
    "expect_column_values_to_match_regex": partial(values.matching, expected=True),
    "expect_column_values_to_not_match_regex": partial(values.matching, expected=False),
    "expect_column_values_to_match_regex_list": values.matching_list,
    "expect_column_values_to_not_match_regex_list": values.not_matching_list,
    "expect_column_value_lengths_to_be_between": values.lengths_between,
    "expect_column_value_lengths_to_equal": values.lengths_equal,
    "expect_column_values_to_be_increasing": partial(values.ordered, sign="<"),
    "expect_column_values_to_be_decreasing": partial(values.ordered, sign=">"),
    "expect_column_value_z_scores_to_be_less_than": values.z_scores,
    "expect_column_min_to_be_between": partial(aggregates.extreme, function="min"),
    "expect_column_max_to_be_between": partial(aggregates.extreme, function="max"),
    "expect_column_mean_to_be_between": aggregates.mean,
    "expect_column_median_to_be_between": aggregates.median,
    "expect_column_sum_to_be_between": aggregates.total,
    "expect_column_stdev_to_be_between": aggregates.deviation,
    "expect_column_quantile_values_to_be_between": aggregates.quantiles,
    "expect_column_unique_value_count_to_be_between": aggregates.different,
    "expect_column_proportion_of_unique_values_to_be_between": aggregates.share_different,
    "expect_column_proportion_of_non_null_values_to_be_between": aggregates.share_present,
    "expect_column_distinct_values_to_be_in_set": partial(sets.compared, within=True, covering=False),
    "expect_column_distinct_values_to_contain_set": partial(sets.compared, within=False, covering=True),
    "expect_column_distinct_values_to_equal_set": partial(sets.compared, within=True, covering=True),
    "expect_column_most_common_value_to_be_in_set": sets.most_common,
    "expect_column_pair_values_to_be_equal": partial(pairs.compared, equal=True),
    "expect_column_pair_values_a_to_be_greater_than_b": partial(pairs.compared, equal=False),
    "expect_column_pair_values_to_be_in_set": pairs.in_set,
    "expect_compound_columns_to_be_unique": records.unique,
    "expect_select_column_values_to_be_unique_within_record": records.unique_within,
    "expect_multicolumn_values_to_be_equal": records.equal,
    "expect_multicolumn_sum_to_equal": records.sums,
    "expect_column_to_exist": tables.exists,
    "expect_table_row_count_to_be_between": tables.rows_between,
    "expect_table_row_count_to_equal": tables.rows_equal,
    "expect_table_column_count_to_be_between": tables.columns_between,
    "expect_table_column_count_to_equal": tables.columns_equal,
    "expect_table_columns_to_match_ordered_list": tables.columns_listed,
    "expect_table_columns_to_match_set": tables.columns_in_set,
}
