"""The producer of the guide: ten messages, each with a delivery report."""

import json
import sys

from confluent_kafka import Producer

bootstrap, topic = sys.argv[1:]
producer = Producer({"bootstrap.servers": bootstrap})
delivered = 0


def delivery_report(error, message):
    global delivered
    if error is not None:
        print(f"Message delivery failed: {error}")
    else:
        delivered += 1
        print(f"Message delivered to {message.topic()} [{message.partition()}]")


for number in range(10):
    producer.poll(0)
    producer.produce(topic, f"message {number}".encode("utf-8"), callback=delivery_report)

producer.flush(30)
print(json.dumps({"delivered": delivered}))
