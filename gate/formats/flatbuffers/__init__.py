"""Readers of formats that are flatbuffers."""
