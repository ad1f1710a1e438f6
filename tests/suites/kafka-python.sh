#!/usr/bin/env bash
# kafka-python's integration tests, from its sdist. Needs Python 3 with venv.
source "$(dirname "$0")/common.sh"
version=3.0.12
venv=$work/kafka-python-venv sdist=$work/kafka_python-$version
if [ ! -e "$venv/complete" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet "kafka-python==$version" pytest pytest-mock pytest-timeout py \
        crc32c lz4 zstandard python-snappy
    touch "$venv/complete"
fi
if [ ! -e "$sdist/test/service.py" ]; then
    "$venv/bin/pip" download --quiet --no-deps --no-binary kafka-python --dest "$work" \
        "kafka-python==$version"
    tar -xzf "$sdist.tar.gz" -C "$work"
    # The sdist leaves these two out.
    touch "$sdist/test/__init__.py"
    cp "$suites/kafka_python_service.py" "$sdist/test/service.py"
fi
start_broker
export KAFKA_VERSION=4.3.1 KAFKA_URI=kafka://$broker KAFKA_ROOT=/ PROJECT_ROOT=$sdist
(cd "$sdist" && PYTHONPATH=$sdist "$venv/bin/python" -m pytest test/integration -v --timeout=60 \
    --deselect test/integration/test_sasl_integration.py \
    --deselect test/integration/test_ssl_integration.py) >"$work/kafka-python.log" 2>&1 || true
sed -n 's/^test\/integration\/\([^ ]*\) \(PASS\|FAIL\|SKIP\|ERROR\).*/\2 \1/p' \
    "$work/kafka-python.log" | sed 's/^ERROR/FAIL/' | judge kafka-python
