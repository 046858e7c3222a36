"""The Hugging Face Hub: what an origin names, what the hub publishes about it, and whether local files are that."""
