#!/bin/sh
# Starts Gatehouse on this machine in front of the two demo applications. Called by `make run`.
set -eu
cd "$(dirname "$0")/../.."
programs=${CARGO_TARGET_DIR:-target}/debug
here=examples/quick-start
data=data
port=${PORT:-8443}

mkdir -p "$data"
"$programs/gatehouse" dev-certificates "$data/certificates" \
    access.localhost wiki.localhost echo.localhost >/dev/null
sed "s/8443/$port/g" "$here/gatehouse.toml" >"$data/gatehouse.toml"

started=
stop() {
    trap - EXIT INT TERM
    # shellcheck disable=SC2086
    kill $started 2>/dev/null || true
    wait
}
trap stop EXIT
trap 'exit 0' INT TERM

"$programs/demo" wiki --listen 127.0.0.1:9001 &
started="$started $!"
"$programs/demo" echo --listen 127.0.0.1:9002 &
started="$started $!"
"$programs/gatehouse" run --config "$data/gatehouse.toml" >"$data/gatehouse.log" 2>&1 &
gatehouse=$!
started="$started $gatehouse"

tries=0
until "$programs/gatehouse" applications list --config "$data/gatehouse.toml" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 150 ] || ! kill -0 "$gatehouse" 2>/dev/null; then
        echo "Gatehouse did not start:" >&2
        tail -20 "$data/gatehouse.log" >&2
        exit 1
    fi
    sleep 0.2
done
for application in wiki echo; do
    "$programs/gatehouse" applications apply "$here/$application.toml" \
        --config "$data/gatehouse.toml" >/dev/null
done
"$programs/gatehouse" watermark set "$here/watermark.toml" --config "$data/gatehouse.toml" >/dev/null

cat <<TEXT

  Gatehouse runs. Your browser will warn of the certificate: its authority is
  $data/certificates, made for this machine.

    portal   https://access.localhost:$port
    wiki     https://wiki.localhost:$port
    echo     https://echo.localhost:$port

TEXT
if link=$("$programs/gatehouse" set-up-link --config "$data/gatehouse.toml" 2>/dev/null); then
    echo "  Make the first administrator:"
    echo "$link" | sed 's/^/    /'
    echo
fi
echo "  The log is in $data/gatehouse.log. Ctrl-C stops everything."
wait "$gatehouse"
