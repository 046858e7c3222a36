"""Readers of formats that are Protocol Buffers messages."""
