"""The renderings of a verdict, one file per format; they know nothing but the verdict."""
