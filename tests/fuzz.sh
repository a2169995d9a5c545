#!/bin/sh
# Gives damaged files to every reader, 100,000 in all, each reader in its own watched process: none may crash, hang, use more
# memory than its file's size allows, throw an exception that is not meant for users, or read a damaged file as if it were
# whole. Takes five minutes on two cores. Prints a table; failing files are kept in the folder that it names.
#   sh tests/fuzz.sh [--count N] [--seed N] [--reader NAME] [--one N]
set -eu
cd "$(dirname "$0")/.."
dotnet build tests/SimClr.Fuzz -c Release -v quiet
exec tests/SimClr.Fuzz/bin/Release/net10.0/SimClr.Fuzz "$@"
