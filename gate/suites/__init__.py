"""Expectation suites: read strictly, evaluated by two engines with one meaning, in a limited process."""
