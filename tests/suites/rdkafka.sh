#!/usr/bin/env bash
# The tests of rdkafka, the Rust crate over librdkafka. They need port 9092, where some of them look
# for the broker whatever they are told.
source "$(dirname "$0")/common.sh"
version=0.39.0
crate=$work/rdkafka-$version
if [ ! -e "$crate" ]; then
    fetch=$(mktemp -d)
    printf '[package]\nname = "fetch"\nversion = "0.0.0"\n[lib]\npath = "lib.rs"\n[dependencies]\nrdkafka = "=%s"\n' \
        "$version" >"$fetch/Cargo.toml"
    touch "$fetch/lib.rs"
    cached=$(cargo metadata --format-version 1 --manifest-path "$fetch/Cargo.toml" |
        python3 -c 'import json, sys
print([p for p in json.load(sys.stdin)["packages"] if p["name"] == "rdkafka"][0]["manifest_path"])')
    cp -r "$(dirname "$cached")" "$crate.new"
    mv "$crate.new" "$crate"
    rm -rf "$fetch"
fi
port=9092 partitions=3 start_broker
export KAFKA_HOST=$broker KAFKA_VERSION=4.3.1 RUST_LOG=off
(cd "$crate" && CARGO_TARGET_DIR=$work/rdkafka-target cargo test --tests --no-fail-fast) \
    >"$work/rdkafka.log" 2>&1 || true
awk '/^ *Running / { match($0, /[a-z_]*\.rs/); file = substr($0, RSTART, RLENGTH) }
    /^test .* \.\.\. ok$/ { print "PASS " file "::" $2 }
    /^test .* \.\.\. FAILED$/ { print "FAIL " file "::" $2 }
    /^error: could not compile/ { print "FAIL (build)" }' "$work/rdkafka.log" | judge rdkafka
