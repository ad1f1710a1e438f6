# What the suites share: a broker, and the comparison with what is known not to pass. Sourced.
#
# BROKER=host:port runs a suite against that broker instead of Ottla, and only tells what passed:
# so it is found out what Apache Kafka passes.

set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
suites=$root/tests/suites
work=${CARGO_TARGET_DIR:-$root/target}/suites
mkdir -p "$work"

# Starts Ottla with the server.properties that these suites are run with, on $port or a free one,
# and sets $broker once it serves. It is stopped when the script ends.
start_broker() {
    if [ -n "${BROKER:-}" ]; then
        broker=$BROKER
        return
    fi
    cargo build --quiet --manifest-path "$root/Cargo.toml"
    local data
    data=$(mktemp -d)
    printf '%s\n' node.id=0 "listeners=PLAINTEXT://localhost:${port:-0}" \
        advertised.listeners=PLAINTEXT://localhost:9092 "log.dirs=$data/log" \
        "num.partitions=${partitions:-4}" group.min.session.timeout.ms=1000 \
        >"$data/server.properties"
    "${work%/suites}/debug/ottla" serve --config "$data/server.properties" --http off \
        >"$data/out" 2>"$data/err" &
    # shellcheck disable=SC2064
    trap "kill $! 2>/dev/null; wait $! 2>/dev/null; rm -rf '$data'" EXIT
    local line
    for _ in $(seq 300); do
        line=$(grep '^ready ' "$data/out") && break
        sleep 0.1
    done
    [ -n "$line" ] || {
        cat "$data/err" >&2
        exit 1
    }
    broker=${line#ready kafka=}
    broker=${broker%% *}
}

# judge SUITE: reads "PASS|FAIL|SKIP name" lines from stdin, and holds those that did not pass
# against SUITE.exceptions ("name: reason" lines, # comments). Both ways: an exception that passes
# has to go.
judge() {
    local results=$work/$1.results known=$work/$1.known
    sort -u -k2 >"$results"
    awk '{ n[$1]++ } END { printf "passed %d, failed %d, skipped %d\n", n["PASS"], n["FAIL"], n["SKIP"] }' \
        "$results"
    if [ -n "${BROKER:-}" ]; then
        grep -v '^PASS' "$results" || true
        return
    fi
    grep -v '^#' "$suites/$1.exceptions" | sed 's/: .*//' | sort >"$known"
    local differences
    differences=$(grep -v '^PASS' "$results" | cut -d' ' -f2- | sort | diff "$known" - | grep '^[<>]' || true)
    if [ -z "$differences" ]; then
        echo "as expected"
        return
    fi
    echo "< is an exception and passes or is gone, > did not pass and is no exception:"
    echo "$differences"
    return 1
}
