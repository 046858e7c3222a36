"""Custom rules of policies: expressions in CEL about declared artifacts, compiled and evaluated in a limited process.

CEL: https://github.com/google/cel-spec, the Common Expression Language.
"""
