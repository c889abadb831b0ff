#!/bin/sh
# Starts Gatehouse on this machine in front of the two demo applications. Called by `make run`.
set -eu
cd "$(dirname "$0")/../.."
programs=${CARGO_TARGET_DIR:-target}/debug
here=examples/quick-start
data=data
port=${PORT:-8443}

started=
stop() {
    trap - EXIT INT TERM HUP
    # shellcheck disable=SC2086
    kill $started 2>/dev/null || true
    wait
}
trap stop EXIT
trap 'exit 0' INT TERM HUP

# Says why, with the end of a program's log, and gives up.
give_up() {
    {
        echo
        echo "  $1:"
        tail -5 "$data/$2.log" | sed 's/^/    /'
        if grep -qi "address already in use\|address in use" "$data/$2.log"; then
            echo "  Something else listens there: is another 'make run' going on?"
            echo "  The gate itself moves with PORT=9443 make run."
        fi
        echo
    } >&2
    exit 1
}

gatehouse() {
    "$programs/gatehouse" "$@" --config "$data/gatehouse.toml"
}

# Waits until something is so; gives up when the program ends, or after half a minute.
wait_for() {
    name=$1 process=$2
    shift 2
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ "$tries" -gt 150 ] || ! kill -0 "$process" 2>/dev/null; then
            give_up "$name did not start" "$name"
        fi
        sleep 0.2
    done
}

mkdir -p "$data"
"$programs/gatehouse" dev-certificates "$data/certificates" \
    access.localhost wiki.localhost echo.localhost >/dev/null
sed "s/8443/$port/g" "$here/gatehouse.toml" >"$data/gatehouse.toml"

for demo in wiki:9001 echo:9002; do
    name=${demo%:*}
    "$programs/demo" "$name" --listen "127.0.0.1:${demo#*:}" >"$data/$name.log" 2>&1 &
    started="$started $!"
    wait_for "$name" $! grep -q "on http://" "$data/$name.log"
done
"$programs/gatehouse" run --config "$data/gatehouse.toml" >"$data/gatehouse.log" 2>&1 &
gate=$!
started="$started $gate"
wait_for gatehouse "$gate" gatehouse applications list
for application in wiki echo; do
    gatehouse applications apply "$here/$application.toml" >/dev/null
done
gatehouse watermark set "$here/watermark.toml" >/dev/null
wait_for gatehouse "$gate" grep -q " listening " "$data/gatehouse.log"

cat <<TEXT

  Gatehouse runs, with two demo applications behind it:

    portal   https://access.localhost:$port
    console  https://access.localhost:$port/console/
    wiki     https://wiki.localhost:$port
    echo     https://echo.localhost:$port   (asks for a second factor)

  The browser warns of the certificate, which was made for this machine: go on
  past the warning, or let the browser trust $data/certificates/authority.pem.

TEXT
if link=$(gatehouse set-up-link 2>/dev/null); then
    value() { echo "$link" | sed -n "s/^$1  *//p"; }
    cat <<TEXT
  Begin by making the first administrator:

    open            $(value url)
    and enter code  $(value code)

TEXT
else
    printf '  There is an administrator already: sign in at the portal.\n  To begin anew, stop and run make clean-demo.\n\n'
fi
printf '  Ctrl-C stops everything. The log is in %s/gatehouse.log.\n\n' "$data"
wait "$gate" || give_up "Gatehouse has ended" gatehouse
