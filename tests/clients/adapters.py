"""One face over the two Python clients, so that a scenario is written once.

Records are tuples (partition, offset, key, value, headers) of plain Python values.
"""


class Confluent:
    """confluent_kafka, which is librdkafka."""

    def __init__(self, bootstrap):
        from confluent_kafka.admin import AdminClient

        self.bootstrap = bootstrap
        self.admin = AdminClient({"bootstrap.servers": bootstrap})

    def create(self, topic, partitions):
        from confluent_kafka.admin import NewTopic

        new = NewTopic(topic, num_partitions=partitions, replication_factor=1)
        self.admin.create_topics([new])[topic].result(30)

    def topics(self):
        found = self.admin.list_topics(timeout=30).topics
        return {name: len(topic.partitions) for name, topic in found.items()}

    def delete(self, topic):
        self.admin.delete_topics([topic])[topic].result(30)

    def groups(self):
        return [group.group_id for group in self.admin.list_consumer_groups().result(30).valid]

    def describe(self, group):
        found = self.admin.describe_consumer_groups([group])[group].result(30)
        return {"state": found.state.name.lower(), "members": len(found.members)}

    def produce(self, topic, records, codec="none", acks="all"):
        from confluent_kafka import Producer

        producer = Producer({
            "bootstrap.servers": self.bootstrap,
            "compression.type": codec,
            "acks": acks,
            "linger.ms": 20,
        })
        delivered, failed = [], []

        def report(error, message):
            (failed if error else delivered).append(str(error) if error else message.offset())

        for key, value, headers in records:
            while True:
                try:
                    producer.produce(topic, value, key, headers=headers, on_delivery=report)
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
        left = producer.flush(60)
        return {"delivered": len(delivered), "failed": failed[:5], "left": left}

    def consumer(self, topic, group):
        return ConfluentConsumer(self.bootstrap, topic, group)


class ConfluentConsumer:
    def __init__(self, bootstrap, topic, group):
        from confluent_kafka import Consumer

        self.consumer = Consumer({
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 10000,
            "heartbeat.interval.ms": 500,
        })
        self.consumer.subscribe([topic])

    def poll(self):
        records = []
        for message in self.consumer.consume(500, 0.2):
            if message.error():
                raise RuntimeError(message.error())
            headers = [(key, value) for key, value in message.headers() or []]
            records.append((message.partition(), message.offset(), message.key(),
                            message.value(), headers))
        return records

    def assignment(self):
        return [part.partition for part in self.consumer.assignment()]

    def commit(self):
        self.consumer.commit(asynchronous=False)

    def close(self):
        self.consumer.close()


class KafkaPython:
    """kafka-python, which is Python all the way down."""

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap

    def with_admin(self, act):
        from kafka.admin import KafkaAdminClient

        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            return act(admin)
        finally:
            admin.close()

    def create(self, topic, partitions):
        from kafka.admin import NewTopic

        new = NewTopic(topic, partitions, 1)
        self.with_admin(lambda admin: admin.create_topics([new]))

    def topics(self):
        found = self.with_admin(lambda admin: admin.describe_topics())
        return {topic["name"]: len(topic["partitions"]) for topic in found}

    def delete(self, topic):
        self.with_admin(lambda admin: admin.delete_topics([topic]))

    def groups(self):
        found = self.with_admin(lambda admin: admin.list_groups())
        return [group["group_id"] for group in found]

    def describe(self, group):
        found = self.with_admin(lambda admin: admin.describe_groups([group]))[group]
        return {"state": found["group_state"].lower(), "members": len(found["members"])}

    def produce(self, topic, records, codec="none", acks="all"):
        from kafka import KafkaProducer

        acks = acks if acks == "all" else int(acks)
        producer = KafkaProducer(
            bootstrap_servers=self.bootstrap,
            compression_type=None if codec == "none" else codec,
            acks=acks,
            enable_idempotence=acks == "all",
            linger_ms=20,
        )
        futures = [producer.send(topic, value, key, headers) for key, value, headers in records]
        producer.flush(60)
        failed = [str(future.exception) for future in futures if future.failed()]
        done = sum(future.succeeded() for future in futures)
        producer.close()
        return {"delivered": done, "failed": failed[:5], "left": len(futures) - done}

    def consumer(self, topic, group):
        return KafkaPythonConsumer(self.bootstrap, topic, group)


class KafkaPythonConsumer:
    def __init__(self, bootstrap, topic, group):
        from kafka import KafkaConsumer

        self.consumer = KafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=group,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=10000,
            heartbeat_interval_ms=500,
        )
        # Version 3.0.12 may assign itself nothing for good when it leads a group before it knows
        # the topic, at Apache Kafka too; so it learns of the topic first.
        self.consumer.partitions_for_topic(topic)
        self.consumer.subscribe([topic])

    def poll(self):
        found = self.consumer.poll(timeout_ms=200, max_records=500)
        return [(record.partition, record.offset, record.key, record.value, list(record.headers))
                for records in found.values() for record in records]

    def assignment(self):
        return [part.partition for part in self.consumer.assignment()]

    def commit(self):
        self.consumer.commit()

    def close(self):
        self.consumer.close(autocommit=False)


CLIENTS = {"confluent": Confluent, "kafka-python": KafkaPython}
