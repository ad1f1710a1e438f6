#!/usr/bin/env bash
# franz-go's kgo tests without chaos: ETL through chained groups, consuming, its issues. Needs Go.
source "$(dirname "$0")/common.sh"
version=v1.22.3
module=$work/franz-go-$version
if [ ! -e "$module" ]; then
    fetch=$(mktemp -d)
    printf 'module fetch\n\ngo 1.24\n' >"$fetch/go.mod"
    cached=$(cd "$fetch" && go mod download -json "github.com/twmb/franz-go@$version" |
        sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
    cp -r "$cached" "$module.new"
    chmod -R u+w "$module.new"
    mv "$module.new" "$module"
    rm -rf "$fetch"
fi
start_broker
export KGO_SEEDS=$broker KGO_TEST_RF=1 KGO_LOG_LEVEL=none KGO_TEST_RECORDS=${RECORDS:-100000}
(cd "$module" && go test ./pkg/kgo -count=1 -v -timeout 15m \
    -skip '^(TestTxnEtl|TestShare.*|Test848.*)$') >"$work/franz-go.log" 2>&1 || true
# Without an outcome for the package, it hung or died: every test that is missing then is told.
sed -n 's/^ *--- \(PASS\|FAIL\|SKIP\): \([^ ]*\) .*/\1 \2/p; s/^panic: .*/FAIL (panic)/p' \
    "$work/franz-go.log" | judge franz-go
