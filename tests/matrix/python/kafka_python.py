"""kafka-python: kafka_python.py BOOTSTRAP PREFIX."""

import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.structs import OffsetAndMetadata
from steps import Steps


class KafkaPython:
    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.admin = KafkaAdminClient(bootstrap_servers=bootstrap)

    def create(self, topic, partitions):
        configs = {"retention.ms": "3600000"}
        self.admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs)])

    def produce(self, topic, records, codec, idempotent):
        producer = KafkaProducer(
            bootstrap_servers=self.bootstrap, acks="all", linger_ms=5,
            compression_type=None if codec == "none" else codec, enable_idempotence=idempotent)
        sent = [producer.send(topic, value, key, headers, partition)
                for partition, key, value, headers in records]
        for future in sent:
            future.get(30)
        producer.close()

    def member(self, topic, group):
        return Member(self.bootstrap, topic, group)

    def committed(self, group, topic, partitions):
        found = self.admin.list_group_offsets([group])
        return sum(at.offset for at in found[group].values())

    def topics(self):
        return self.admin.list_topics()

    def groups(self):
        return [group["group_id"] for group in self.admin.list_groups()]

    def describe(self, topic, group):
        partitions = len(self.admin.describe_topics([topic])[0]["partitions"])
        found = self.admin.describe_groups([group])[group]
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        config = str(self.admin.describe_configs([resource]))
        retention = "3600000" if "3600000" in config else config
        return partitions, retention, len(found["members"])

    def forget(self, group):
        self.admin.delete_groups([group])

    def delete(self, topic):
        self.admin.delete_topics([topic])


class Member:
    def __init__(self, bootstrap, topic, group):
        self.consumer = KafkaConsumer(
            bootstrap_servers=bootstrap, group_id=group, auto_offset_reset="earliest",
            enable_auto_commit=False, heartbeat_interval_ms=200, session_timeout_ms=10000)
        if group:
            # Version 3.0.12 may assign itself nothing for good when it leads a group before it
            # knows the topic, at Apache Kafka too; so it learns of the topic first.
            self.consumer.partitions_for_topic(topic)
            self.consumer.subscribe([topic])

    def assigned(self):
        return [part.partition for part in self.consumer.assignment()]

    def poll(self):
        for records in self.consumer.poll(timeout_ms=50).values():
            for record in records:
                yield record.partition, record.offset, record.key, record.value, record.headers

    def commit(self, topic, positions):
        self.consumer.commit({TopicPartition(topic, part): OffsetAndMetadata(offset, "", -1)
                              for part, offset in positions.items()})

    def seek_time(self, topic, partitions, time):
        parts = [TopicPartition(topic, part) for part in range(partitions)]
        self.consumer.assign(parts)
        found = self.consumer.offsets_for_times({part: time for part in parts})
        for part, at in found.items():
            self.consumer.seek(part, at.offset)
        return [at.offset for at in found.values()]

    def close(self):
        self.consumer.close(autocommit=False)


Steps(KafkaPython(sys.argv[1]), sys.argv[2]).run()
