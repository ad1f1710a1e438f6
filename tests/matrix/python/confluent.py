"""confluent_kafka (librdkafka), of today and of 2.0.2: confluent.py BOOTSTRAP PREFIX."""

import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic
from steps import Steps


class Confluent:
    def __init__(self, bootstrap):
        self.common = {"bootstrap.servers": bootstrap}
        self.admin = AdminClient(self.common)

    def create(self, topic, partitions):
        new = NewTopic(topic, partitions, 1, config={"retention.ms": "3600000"})
        self.admin.create_topics([new])[topic].result(30)

    def produce(self, topic, records, codec, idempotent):
        failed = []
        producer = Producer({**self.common, "compression.type": codec, "acks": "all",
                             "enable.idempotence": idempotent, "linger.ms": 5})
        for partition, key, value, headers in records:
            producer.produce(topic, value, key, partition, headers=headers,
                             on_delivery=lambda error, _: error and failed.append(str(error)))
        left = producer.flush(30)
        if failed or left:
            raise RuntimeError(f"{failed[:1]}, {left} left")

    def member(self, topic, group):
        return Member(self.common, topic, group)

    def committed(self, group, topic, partitions):
        consumer = Consumer({**self.common, "group.id": group})
        found = consumer.committed([TopicPartition(topic, i) for i in range(partitions)], 30)
        consumer.close()
        return sum(part.offset for part in found)

    def topics(self):
        return self.admin.list_topics(timeout=30).topics

    def groups(self):
        # Its newer face, list_consumer_groups, is there since 2.0.0.
        return [group.group_id for group in self.admin.list_consumer_groups().result(30).valid]

    def describe(self, topic, group):
        partitions = len(self.admin.list_topics(topic, timeout=30).topics[topic].partitions)
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
        config = self.admin.describe_configs([resource])[resource].result(30)
        found = self.admin.describe_consumer_groups([group])[group].result(30)
        return partitions, config["retention.ms"].value, len(found.members)

    def forget(self, group):
        self.admin.delete_consumer_groups([group])[group].result(30)

    def delete(self, topic):
        self.admin.delete_topics([topic])[topic].result(30)


class Member:
    def __init__(self, common, topic, group):
        self.consumer = Consumer({
            **common,
            "group.id": group or "unused",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "heartbeat.interval.ms": 200,
            "session.timeout.ms": 10000,
        })
        if group:
            self.consumer.subscribe([topic])

    def assigned(self):
        return [part.partition for part in self.consumer.assignment()]

    def poll(self):
        for message in self.consumer.consume(100, 0.05):
            if message.error():
                raise RuntimeError(message.error())
            yield (message.partition(), message.offset(), message.key(), message.value(),
                   message.headers())

    def commit(self, topic, positions):
        parts = [TopicPartition(topic, part, offset) for part, offset in positions.items()]
        self.consumer.commit(offsets=parts, asynchronous=False)

    def seek_time(self, topic, partitions, time):
        parts = [TopicPartition(topic, part, time) for part in range(partitions)]
        found = self.consumer.offsets_for_times(parts, 30)
        self.consumer.assign(found)
        return [part.offset for part in found]

    def close(self):
        self.consumer.close()


Steps(Confluent(sys.argv[1]), sys.argv[2]).run()
