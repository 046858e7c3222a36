"""Checkpoints that are pickles, as safetensors: without an unrestricted unpickler anywhere."""
