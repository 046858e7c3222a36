"""The gate inside a training job: data and weights that are verified when they are loaded, or an error.

The second front door beside the command line, and what `import gate` offers. It verifies with the checks of
`gate check`, and is stricter in one respect: no policy decides about their findings, each of them raises.
"""
