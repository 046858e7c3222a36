"""The Data Bill of Materials: its schema, how it is read with positions, and how entries are written."""
