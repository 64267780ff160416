#!/bin/bash
# The same input gives the same bytes, whatever the number of threads; run.json aside its timings.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$VAHO" exercise new flight --lines 200 --samples 96 --bands 48 --plumes 2 >made
for threads in 1 2 3; do
    "$VAHO" detect flight/flight.bil --library flight/library --threads $threads --out "with_$threads" >said
    sed '/plumes at q\|plume at q/,$!d; /report.html/d' said >"said_$threads"
    python3 - "with_$threads/run.json" <<'END'
import json, sys
run = json.load(open(sys.argv[1]))
assert run.pop("timings_s"), "no timings"
json.dump(run, open(sys.argv[1], "w"), indent=1)
END
done
found=$(python3 -c 'import json; print(len(json.load(open("with_1/plumes.geojson"))["features"]))')
if [ "$found" -lt 1 ]; then
    echo "nothing was found, so equal files prove nothing"
    exit 1
fi
for threads in 2 3; do
    diff -r with_1 "with_$threads"
    diff said_1 "said_$threads"
done
"$VAHO" detect flight/flight.bil --library flight/library --out with_1 >again # over what is there
python3 - <<'END'
import json
run = json.load(open("with_1/run.json"))
del run["timings_s"]
json.dump(run, open("with_1/run.json", "w"), indent=1)
END
diff -r with_1 with_2
echo "$(find with_1 -type f | wc -l) files the same with 1, 2 and 3 threads, and written again; $found plumes"
