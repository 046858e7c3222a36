"""What each artifact was made from: `derived_from`, `trained_on` and `previous` of a DBOM as one graph."""
