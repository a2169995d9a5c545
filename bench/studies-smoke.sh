#!/usr/bin/env bash
# Runs every study at scale smoke (640 images, an epoch): about a minute each on two idle cores.
#
#   bench/studies-smoke.sh [DIR [NAME…]]
#
# DIR (default: studies-smoke) receives a directory and a log for each study. The same command continues where it was
# stopped. One line per study: name, seconds, measured and planned cells, claims that hold (✓), do not (✗), or were not
# measured (–). Exit code 1 if a study fails; the others run nevertheless. SIMCLR is the command, if it is not the one
# of this clone.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
simclr=${SIMCLR:-"$here/src/SimClr.Cli/bin/Release/net10.0/SimClr.Cli"}
out=${1:-studies-smoke}
shift
mkdir -p "$out"
names=${*:-$("$simclr" study list | awk '/^[a-z]/ { print $1 }')}
failed=0
for name in $names; do
    log="$out/$name.log"
    begin=$SECONDS
    if "$simclr" study run "$name" --scale smoke --out "$out/$name" > "$out/$name.txt" 2> "$log"; then
        printf '%-20s %4d s  %s  ✓ %d  ✗ %d  – %d\n' "$name" $((SECONDS - begin)) \
            "$(grep -oE '^[0-9]+ of [0-9]+ cells' "$out/$name.txt")" \
            "$(grep -c '^✓' "$out/$name.txt")" "$(grep -c '^✗' "$out/$name.txt")" "$(grep -c '^–' "$out/$name.txt")"
    else
        code=$?
        printf '%-20s %4d s  failed (exit code %d), see %s: %s\n' "$name" $((SECONDS - begin)) $code "$log" \
            "$(grep -v '^ *$' "$log" | tail -n 1)"
        [ $code -eq 130 ] && exit 130
        failed=1
    fi
done
exit $failed
