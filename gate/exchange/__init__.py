"""Bills of materials of others: a DBOM written as one of theirs, and entries taken from one of theirs."""
