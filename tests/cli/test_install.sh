#!/bin/bash
# What is installed under DESTDIR is complete and runs from there.
set -eu
build=$(dirname "$VAHO")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

DESTDIR="$tree" cmake --install "$build" --prefix /usr >/dev/null
for file in bin/vaho include/vaho/status.h share/man/man1/vaho.1 \
    share/bash-completion/completions/vaho share/vaho/scenarios/needle.json; do
    [ -s "$tree/usr/$file" ] || {
        echo "not installed: usr/$file"
        exit 1
    }
done
if [ -e "$build/share/vaho/page/index.html" ]; then # where node was there to build it
    for file in index.html icon.svg assets; do
        [ -e "$tree/usr/share/vaho/page/$file" ] || {
            echo "not installed: usr/share/vaho/page/$file"
            exit 1
        }
    done
fi
version=$("$tree/usr/bin/vaho" --version)
[ "$version" = "$("$VAHO" --version)" ] || {
    echo "the installed program says '$version'"
    exit 1
}
cd "$tree"
usr/bin/vaho exercise new flight --lines 32 --samples 24 --bands 16 --plumes 1 >/dev/null
[ -s flight/flight.bil ] && [ -s flight/flight.truth.json ]
usr/bin/vaho exercise new --scenario first-day monday >/dev/null # by name: found beside the program
[ -s monday/exercise.json ] && [ -s monday.key ]
echo "installed, and it runs"
