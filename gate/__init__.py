"""gate: a supply-chain gate for machine learning.

It reads a version-controlled Data Bill of Materials and policies, establishes facts about every declared
dataset and model, and says what must not pass. On the command line it is `gate check`.
"""

__version__ = "0.1.0"
