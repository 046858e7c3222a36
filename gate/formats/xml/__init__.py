"""XML: models in PMML and OpenVINO's IR, and every other XML file."""
