#!/usr/bin/env bash
# Makes the archive that bench/gpu.sh needs on a machine without .NET: the command and the checks with their runtime, but
# without libtorch, which is taken from that machine's PyTorch.
#
#   bench/gpu-archive.sh [FILE]          default: simclr-gpu.tar.xz
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
file=$(realpath -m "${1:-simclr-gpu.tar.xz}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
limit=$((60 << 20))

# Into separate folders, so that later builds are unaffected.
for project in src/SimClr.Cli bench/gpu; do
  dotnet publish "$root/$project" -c Release -r linux-x64 --self-contained -o "$folder/simclr-gpu/app" --artifacts-path "$folder/build" \
    -p:TorchBackend=none -p:SimClrRequiresLibtorch=false -p:GenerateDependencyFile=false -p:DebugType=none
done

# Needed only by debuggers, the check of ONNX files and the search in databases.
rm -f "$folder"/simclr-gpu/app/*.xml "$folder"/simclr-gpu/app/{libmscordaccore,libmscordbi,libonnxruntime,libe_sqlite3}.so
cp "$root/bench/gpu.sh" "$folder/simclr-gpu/"
tar -C "$folder" -cf - simclr-gpu | xz -9 -T0 > "$file"
size=$(stat -c %s "$file")
echo "$file: $((size >> 20)) MiB ($size bytes)"
if [ "$size" -ge "$limit" ]; then
  echo "that is not below $((limit >> 20)) MiB" >&2
  exit 1
fi
