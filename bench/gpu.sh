#!/usr/bin/env bash
# Checks this program on a machine with a CUDA GPU and PyTorch, which needs neither .NET nor a network: at most eight minutes,
# from the archive made by bench/gpu-archive.sh. bench/README.md describes the output.
#
#   tar -xJf simclr-gpu.tar.xz && simclr-gpu/gpu.sh --out results.jsonl
#
#   --out FILE            the results, one JSON object per line; default: gpu-results.jsonl
#   --device cuda|cpu     default: cuda
#   --quick               shapes for a CPU
#   --seconds N           for all sections together; default: 480
#   --python COMMAND      the Python that has PyTorch; default: python3
#   SECTION …             only these; default: all
#   SIMCLR_LIBTORCH=DIR   a libtorch other than that Python's
#
# Exit codes: 0; 1 if a check failed, or a section crashed or exceeded its time; 2 for wrong usage.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=gpu-results.jsonl device=cuda quick="" seconds=480 python=python3
sections=()
# Sections, with the time limit of each in seconds.
declare -A limits=([smoke]=40 [golden]=60 [step]=50 [micro]=40 [resume]=50 [embed]=40 [memory]=70 [bare]=120 [pretrain]=110
  [loss]=30 [cache]=60 [auto]=90)
order=(smoke golden step micro bare resume embed memory pretrain loss cache auto)
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=$2; shift ;;
    --device) device=$2; shift ;;
    --quick) quick=--quick ;;
    --seconds) seconds=$2; shift ;;
    --python) python=$2; shift ;;
    *) [ -n "${limits[$1]-}" ] || { echo "got '$1', expected an option or one of ${order[*]}" >&2; exit 2; }
       sections+=("$1") ;;
  esac
  shift
done
[ ${#sections[@]} -gt 0 ] || sections=("${order[@]}")
[ -x "$here/app/SimClr.GpuChecks" ] || { echo "$here/app is missing; bench/gpu-archive.sh makes the archive that holds it" >&2; exit 2; }

if [ -z "${SIMCLR_LIBTORCH-}" ]; then
  SIMCLR_LIBTORCH=$("$python" -c 'import torch; print(torch.__path__[0])') || { echo "$python has no PyTorch; name a libtorch in SIMCLR_LIBTORCH" >&2; exit 2; }
fi
libraries=$(realpath "$SIMCLR_LIBTORCH")
[ -d "$libraries/lib" ] && libraries=$libraries/lib
# Beside the libraries of a PyTorch; a libtorch has none.
version=$(sed -n "s/^__version__ *= *['\"]\(.*\)['\"]/\1/p" "${libraries%/lib}/version.py" 2> /dev/null)
: > "$out" || exit 2
failed=0

# A line for what could not write its own: section, what happened, the end of its log.
failure() {
  failed=1
  local log
  log=$(tail -c 2000 "$3" | iconv -cf utf-8 -t utf-8 | tr -d '\000-\010\013-\037' | sed 's/\\/\\\\/g; s/"/\\"/g; s/\t/ /g' | sed ':a;N;$!ba;s/\n/\\n/g')
  printf '{"section":"%s","device":"%s","ok":false,"errors":["%s"],"log":"%s"}\n' "$1" "$device" "$2" "$log" >> "$out"
}

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# The program refuses a PyTorch of another version than its bindings are for, by version.py beside the libraries. Here any
# is tried: the line of the symbols says how far it fits.
mkdir "$logs/libtorch"
ln -s "$libraries" "$logs/libtorch/lib"
export SIMCLR_LIBTORCH=$logs/libtorch

# What the bindings want and this libtorch lacks: such a call would end the program.
LD_LIBRARY_PATH=$libraries ldd -r "$here/app/libLibTorchSharp.so" > "$logs/ldd" 2>&1
missing=$(sed -n 's/^undefined symbol: \([A-Za-z0-9_.]*\).*/"\1"/p' "$logs/ldd" | paste -sd, -)
printf '{"section":"symbols","device":"%s","ok":%s,"figures":{"libtorch":"%s","version":"%s","undefined":[%s]}}\n' \
  "$device" "$([ -z "$missing" ] && echo true || echo false)" "$libraries" "$version" "$missing" | tee -a "$out"
stubs=""
if [ -n "$missing" ]; then
  # Only those that are called matter: the others get a stand-in that ends the program.
  failed=1
  tr -d '"' <<< "$missing" | tr , '\n' | sed 's/.*/void &(void) { __builtin_trap(); }/' > "$logs/stubs.c"
  cc -shared -fPIC -w -o "$logs/stubs.so" "$logs/stubs.c" && stubs=$logs/stubs.so
fi
command -v nvidia-smi > /dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader >&2

for section in "${sections[@]}"; do
  left=$((seconds - SECONDS))
  limit=$((limits[$section] < left ? limits[$section] : left))
  if [ "$limit" -lt 5 ]; then
    : > "$logs/$section"
    failure "$section" "no time is left" "$logs/$section"
    continue
  fi
  line=$(timeout -k 5 "$limit" env LD_PRELOAD="$stubs" "$here/app/SimClr.GpuChecks" "$section" --device "$device" $quick --python "$python" 2> >(tee "$logs/$section" >&2))
  code=$?
  if [ -n "$line" ]; then
    printf '%s\n' "$line" >> "$out"
    [ "$code" -eq 0 ] || failed=1
  else
    failure "$section" "ended with $code" "$logs/$section"
  fi
  printf '%s: exit code %s after %s s of %s\n' "$section" "$code" "$SECONDS" "$seconds" >&2
done
exit "$failed"
