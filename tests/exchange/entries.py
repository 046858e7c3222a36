"""A DBOM that uses every key, for what has to come back from other formats."""

EVERYTHING = """\
dbom: 1
project: drones
datasets:
  - name: signs-1
    path: data/signs-1.csv
    sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
  - name: signs
    path: data/signs
    sha256: fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9
    version: "2024.1"
    listing: dbom/signs.sha256
    size: 104857600
    description: "Pictures of signs, \\"as found\\":\\nEurope"
    sensitivity: personal data
    suite: expectations/signs with blanks.json
    scan: {modality: image-classification, labels: folder}
    source:
      url: https://data.example.org/signs?part=1#all
      revision: 2024.1
      retrieved: 2026-01-03
      supplier: "Ämt für Verkehr"
      license: (MIT OR Apache-2.0) AND CC-BY-4.0
      mirror: s3://mirror/data
    signature:
      - {bundle: "data/signs:1.sigstore.json", kind: oms}
      - {bundle: data/100%.sig}
    tags: [restricted, eu-]
    previous: signs-1
    derived_from:
      - signs-1
      - ImageNet
      - mlflow:runs/0123456789abcdef
      - path: old/a b.csv
        url: hf://datasets/a/b
        sha256: baa5a0964d3320fbc0c6a922140453c8513ea24ab8fd0577034804a967248096
      - {sha256: baa5a0964d3320fbc0c6a922140453c8513ea24ab8fd0577034804a967248096}
  - name: table
    path: data/table.csv
    sha256: 486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7
    data:
      format: csv
      columns: {"a: b": "DECIMAL(10,2)", "0": VARCHAR, "ÿ": "INTEGER[3]"}
      delimiter: "\\t"
      quote: "'"
      header: false
      encoding: latin-1
    scan: {modality: tabular}
    source: {url: a share of the old team, license: ask Bob, supplier: "null"}
models:
  - name: net
    path: models/net.safetensors
    sha256: 50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c
    version: v2
    source:
      url: hf://acme/net
      revision: 0123456789abcdef0123456789abcdef01234567
      license: LicenseRef-acme
    signature: {bundle: models/net.sig, kind: key}
    tags: [release]
    derived_from: ["acme/base-net", "😀 of old"]
    trained_on: [signs, table, somebody else's]
"""
