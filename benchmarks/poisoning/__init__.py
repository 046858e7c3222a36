"""How well the poisoning scan tells attacked datasets from clean ones."""
