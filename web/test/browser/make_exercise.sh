#!/bin/sh
# The exercise that the tests in a browser are about: first-day, the first six of its twelve flights.
#   make_exercise.sh DIR
set -eu
dir=$1
rm -rf "$dir" "$dir.key"
mkdir -p "$(dirname "$dir")"
"$VAHO" exercise new --scenario "$VAHO_SOURCE/scenarios/first-day.json" --seed 11 "$dir" >/dev/null
"$VAHO" exercise run "$dir" --flights 6 >/dev/null
