"""Backdoors in tables: few values that decide the label of rows which otherwise look like another class."""
