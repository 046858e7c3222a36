#!/bin/sh
# The main job on real input: a repository that passes, then the same with one byte changed, and with a pickle.
# GATE is the command to run; the work happens in a temporary directory that is removed at the end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
gate=${GATE:-gate}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$here/digits/." "$work"
cd "$work"
git init --quiet

check() { # EXPECTED-CODE TITLE
    printf '\n== %s\n$ gate check\n' "$2"
    code=0
    "$gate" check || code=$?
    printf '(exit code %s)\n' "$code"
    [ "$code" -eq "$1" ] || { echo "demo: expected exit code $1" >&2; exit 1; }
}

check 0 'A clean repository: data and weights are the declared ones'

printf '9' | dd of=data/train.csv bs=1 seek=100000 conv=notrunc 2>/dev/null
check 1 'One byte of the training data changed'
cp "$here/digits/data/train.csv" data/train.csv

printf '\200\004\225\006\000\000\000\000\000\000\000}\224\214\001w.' >models/finetuned.bin
check 1 'A checkpoint that is a pickle, whatever its name says'

suite() { # EXPECTED-CODE TITLE SUITE DATA
    printf '\n== %s\n$ gate suite run %s %s\n' "$2" "$3" "$4"
    code=0
    "$gate" suite run "$3" "$4" || code=$?
    printf '(exit code %s)\n' "$code"
    [ "$code" -eq "$1" ] || { echo "demo: expected exit code $1" >&2; exit 1; }
}

if [ -n "${SUITES:-}" ]; then # needs the extra `suites`
    rm models/finetuned.bin
    suite 0 'The rows are what training expects' expectations/train.yaml data/train.csv
    sed '30s/^./17/' data/train.csv >data/other.csv
    suite 1 'One label is none of the ten digits' expectations/train.yaml data/other.csv
    cp -R "$here/shapes/." "$work"
    suite 0 'The pictures are what training expects' expectations/shapes.yaml data/shapes
fi
