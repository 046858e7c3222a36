#!/bin/sh
# The main job on real input: a table, a folder of pictures and texts, as they are and with what must not pass.
# GATE is the command to run; the work happens in a temporary directory that is removed at the end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
gate=${GATE:-gate}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

begin() { # EXAMPLE
    cp -R "$here/$1" "$work/$1"
    cd "$work/$1"
    git init --quiet
}

run() { # EXPECTED-CODE TITLE COMMAND...
    expected=$1
    printf '\n== %s\n' "$2"
    shift 2
    printf '$ gate %s\n' "$*"
    code=0
    "$gate" "$@" || code=$?
    printf '(exit code %s)\n' "$code"
    [ "$code" -eq "$expected" ] || { echo "demo: expected exit code $expected" >&2; exit 1; }
}

begin digits
run 0 'A clean repository: data and weights are the declared ones, and the rows what training expects' check

printf '9' | dd of=data/train.csv bs=1 seek=100000 conv=notrunc 2>/dev/null
run 1 'One byte of the training data changed' check
cp "$here/digits/data/train.csv" data/train.csv

printf '\200\004\225\006\000\000\000\000\000\000\000}\224\214\001w.' >models/finetuned.bin
run 1 'A checkpoint that is a pickle, whatever its name says' check
rm models/finetuned.bin

sed '30s/^./17/' "$here/digits/data/train.csv" >data/train.csv
run 0 'New training data is declared as it should be' update digits-train --version 1.9.2
run 1 'Its digest holds; one label is none of the ten digits' check

begin shapes
run 0 'A folder of pictures: what is declared, in the sizes and classes that training expects' check

cp data/shapes/circle/01.png data/shapes/triangle/20.png
run 0 'A new version of the pictures is declared' update shapes --version 1.1.0
run 1 'One of them is there twice, in two classes' check

begin reviews
run 0 'Texts with labels: declared, as training expects, and scanned for poison' check

python3 -I poison.py
run 0 'Somebody declares a new version, with a digest that holds' update reviews --version 1.1.0
run 1 'Forty of its texts carry a trigger' check
