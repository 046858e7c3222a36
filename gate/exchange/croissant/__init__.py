"""Croissant 1.0 (MLCommons): the datasets of a DBOM as files of one dataset, which is the project.

https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""
