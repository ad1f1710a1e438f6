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
consumer.commit()
consumer.close()
print(json.dumps({"count": len(values), "distinct": len(set(values))}))
