"""What there is to judge: the declared artifacts, and the weight and data files that nobody declared."""
