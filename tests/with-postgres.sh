#!/bin/sh
# Runs a command with a temporary PostgreSQL server, whose address is in SIMCLR_POSTGRES:
#   sh tests/with-postgres.sh dotnet test -c Release
# If PostgreSQL is not installed (Debian: apt-get install postgresql) or does not start, the command runs without it, and
# the tests of that store are skipped.
set -u
initdb=$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1)
[ -n "$initdb" ] || exec "$@"
bin=$(dirname "$initdb")
folder=$(mktemp -d)
port=$((20000 + $$ % 12000))   # below those that connections are given

# The server refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$folder" 2>/dev/null || exec "$@"
    as() { su postgres -s /bin/sh -c "$1"; }
else
    as() { sh -c "$1"; }
fi

as "'$bin/initdb' -D '$folder/data' -A trust -U postgres -N" >/dev/null 2>&1 &&
    as "'$bin/pg_ctl' -D '$folder/data' -l '$folder/log' -o '-p $port -k $folder -c fsync=off -c listen_addresses=127.0.0.1' -w start" >/dev/null 2>&1 || {
    echo "PostgreSQL in $bin does not start; going on without" >&2
    rm -rf "$folder"
    exec "$@"
}
trap 'as "'"'$bin/pg_ctl' -D '$folder/data'"' -m immediate stop" >/dev/null 2>&1; rm -rf "$folder"' EXIT
SIMCLR_POSTGRES="Host=127.0.0.1;Port=$port;Database=postgres;Username=postgres"
export SIMCLR_POSTGRES
"$@"
