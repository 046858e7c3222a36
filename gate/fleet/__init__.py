"""Many repositories under one policy: each is judged in a process of its own, and what came out is told together."""
