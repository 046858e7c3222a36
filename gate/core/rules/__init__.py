"""The catalogue's entries, one module per family; read them through `gate.core.catalogue`."""
