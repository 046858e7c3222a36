"""The poisoning scan: whether a dataset carries a backdoor, by tests whose false alarms are counted."""
