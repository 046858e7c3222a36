"""YAML and JSON documents that people write: read with positions, checked against a declared schema, edited in place.

`nodes` parses text into a tree that knows where everything stands; `kinds` declares what a document may
hold and reads the tree with it, every problem at once; `edit` changes single values and leaves every
other byte as it was. The DBOM and the policy are both such documents.
"""
