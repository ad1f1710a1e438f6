"""The consumer of the guide: a group that begins at the earliest message."""

import json
import sys
import time

from confluent_kafka import Consumer

bootstrap, topic, group = sys.argv[1:]
consumer = Consumer({
    "bootstrap.servers": bootstrap,
    "group.id": group,
    "auto.offset.reset": "earliest",
})
consumer.subscribe([topic])
messages = []
deadline = time.monotonic() + 60

while len(messages) < 10 and time.monotonic() < deadline:
    message = consumer.poll(1.0)
    if message is None:
        continue
    if message.error():
        print(f"Consumer error: {message.error()}")
        continue
    messages.append(message.value().decode("utf-8"))

consumer.close()
print(json.dumps({"messages": messages}))
