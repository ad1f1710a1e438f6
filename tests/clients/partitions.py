"""Fills PARTITIONS partitions with more than one fetch of each, and reads all of them with
librdkafka's defaults and one consumer: partitions.py BOOTSTRAP TOPIC PARTITIONS."""

import json
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

bootstrap, topic, partitions = sys.argv[1], sys.argv[2], int(sys.argv[3])
EACH, VALUE = 18, b"v" * 65536

admin = AdminClient({"bootstrap.servers": bootstrap})
admin.create_topics([NewTopic(topic, partitions)])[topic].result()
failed = []


def delivered(error, _):
    if error:
        failed.append(str(error))


producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 20})
for number in range(EACH):
    for partition in range(partitions):
        while True:
            try:
                producer.produce(topic, VALUE, partition=partition, on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.1)
    producer.poll(0)
producer.flush(120)

consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": topic})
consumer.assign([TopicPartition(topic, partition, 0) for partition in range(partitions)])
counts, bytes_read = [0] * partitions, 0
deadline = time.monotonic() + 120
while sum(counts) < EACH * partitions and time.monotonic() < deadline:
    for message in consumer.consume(1000, timeout=1):
        if message.error() is None:
            counts[message.partition()] += 1
            bytes_read += len(message.value())
consumer.close()
print(json.dumps({"failed": failed, "least": min(counts), "most": max(counts), "bytes": bytes_read}))
