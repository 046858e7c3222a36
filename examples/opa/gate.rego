# A second opinion on a verdict of gate, for organisations that decide by OPA or Conftest.
#
#   gate check --report json=gate.json || true
#   conftest test --policy examples/opa gate.json
#   opa eval --fail-defined --data examples/opa --input gate.json 'data.main.deny[_]'
#
# In Rego what is not there makes a rule silent, and a rule that is silent denies nothing. So the first rules ask
# that this is a whole report of a version that this file knows.
package main

import rego.v1

hosts := {"artifacts.acme.example", "github.com"}

formats := {"safetensors", "onnx", "gguf"}

known if {
	input.schema == "https://github.com/dbom-gate/gate/schemas/report-1.json"
	input.version == 1
	is_array(input.artifacts)
	is_array(input.findings)
}

deny contains "this is no report of gate that this policy knows" if not known

deny contains msg if {
	known
	input.verdict != "pass"
	msg := sprintf("gate says %s (exit code %d)", [input.verdict, input.exit_code])
}

# What the gate was told to let through all the same.
deny contains msg if {
	some finding in input.findings
	finding.severity == "critical"
	finding.decision.ruling in {"waived", "adopted", "off"}
	msg := sprintf("%s at %s is critical and %s by %s:%d", [
		finding.rule,
		finding.location.path,
		finding.decision.ruling,
		finding.decision.origin.path,
		finding.decision.origin.line,
	])
}

# Every declared byte was looked at, and is the declared one.
deny contains msg if {
	some artifact in input.artifacts
	artifact.name != null
	not artifact.verified
	msg := sprintf("%s is not verified", [artifact.name])
}

# Models are in a format that cannot run code, whatever their names end in.
deny contains msg if {
	some artifact in input.artifacts
	artifact.kind == "model"
	not has_known_format(artifact)
	msg := sprintf("%s is in no format that is allowed", [artifact.path])
}

has_known_format(artifact) if {
	count(artifact.facts.weights.formats) > 0
	every format, _ in artifact.facts.weights.formats {
		format in formats
	}
}

# Data comes from where the organisation mirrors it, unless it is made here.
warn contains msg if {
	some artifact in input.artifacts
	artifact.kind == "dataset"
	not made_here(artifact)
	not artifact.host in hosts
	msg := sprintf("%s is not from a mirror: %v", [artifact.path, artifact.host])
}

made_here(artifact) if "made-here" in artifact.tags
