"""Instruction data: words of a prompt that decide the response although the rest of the prompt says otherwise."""
