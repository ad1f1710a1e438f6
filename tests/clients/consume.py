"""Reads COUNT records in a group, commits, leaves: consume.py BOOTSTRAP CLIENT TOPIC GROUP COUNT."""

import json
import sys
import time

from adapters import CLIENTS

bootstrap, name, topic, group, count = sys.argv[1:]
consumer = CLIENTS[name](bootstrap).consumer(topic, group)
values, deadline = [], time.monotonic() + 60
while len(values) < int(count) and time.monotonic() < deadline:
    values += [record[3].decode() for record in consumer.poll()]
# In the middle of a rebalance, which kafka-python begins when its metadata comes late, a client may
# refuse to commit; polling brings it back into the group.
while True:
    try:
        consumer.commit()
        break
    except Exception as error:
        if time.monotonic() > deadline:
            raise
        print(f"again after {error!r}", file=sys.stderr)
        consumer.poll()
consumer.close()
print(json.dumps({"count": len(values), "distinct": len(set(values))}))
