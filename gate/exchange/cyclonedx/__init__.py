"""CycloneDX 1.6 (ECMA-424), as JSON."""
