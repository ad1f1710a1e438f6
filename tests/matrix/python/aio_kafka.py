"""aiokafka, its coroutines run to their ends one by one: aio_kafka.py BOOTSTRAP PREFIX."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from steps import Steps

LOOP = asyncio.new_event_loop()
asyncio.set_event_loop(LOOP)


def done(coroutine):
    return LOOP.run_until_complete(asyncio.wait_for(coroutine, 30))


async def made(kind, *arguments, **options):
    made = kind(*arguments, **options)
    await made.start()
    return made


class Aiokafka:
    lacks = {"forget": "no call for it"}

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.admin = done(made(AIOKafkaAdminClient, bootstrap_servers=bootstrap))

    def create(self, topic, partitions):
        configs = {"retention.ms": "3600000"}
        answer = done(self.admin.create_topics([NewTopic(topic, partitions, 1,
                                                         topic_configs=configs)]))
        if any(error[1] for error in answer.topic_errors):
            raise RuntimeError(answer)

    def produce(self, topic, records, codec, idempotent):
        async def all():
            producer = await made(
                AIOKafkaProducer, bootstrap_servers=self.bootstrap, acks="all", linger_ms=5,
                compression_type=None if codec == "none" else codec,
                enable_idempotence=idempotent)
            sent = [await producer.send(topic, value, key, partition, headers=headers)
                    for partition, key, value, headers in records]
            await asyncio.gather(*sent)
            await producer.stop()

        done(all())

    def member(self, topic, group):
        return Member(self.bootstrap, topic, group)

    def committed(self, group, topic, partitions):
        found = done(self.admin.list_consumer_group_offsets(group))
        return sum(at.offset for at in found.values())

    def topics(self):
        return done(self.admin.list_topics())

    def groups(self):
        return [group[0] for group in done(self.admin.list_consumer_groups())]

    def describe(self, topic, group):
        partitions = len(done(self.admin.describe_topics([topic]))[0]["partitions"])
        [answer] = done(self.admin.describe_consumer_groups([group]))
        [found] = answer.groups
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        config = str(done(self.admin.describe_configs([resource])))
        retention = "3600000" if "3600000" in config else config
        return partitions, retention, len(found[5])

    def delete(self, topic):
        done(self.admin.delete_topics([topic]))


class Member:
    def __init__(self, bootstrap, topic, group):
        self.consumer = done(made(
            AIOKafkaConsumer, *([topic] if group else []), bootstrap_servers=bootstrap,
            group_id=group, auto_offset_reset="earliest", enable_auto_commit=False,
            heartbeat_interval_ms=200, session_timeout_ms=10000))

    def assigned(self):
        return [part.partition for part in self.consumer.assignment()]

    def poll(self):
        for records in done(self.consumer.getmany(timeout_ms=50)).values():
            for record in records:
                yield record.partition, record.offset, record.key, record.value, record.headers

    def commit(self, topic, positions):
        done(self.consumer.commit({TopicPartition(topic, part): offset
                                   for part, offset in positions.items()}))

    def seek_time(self, topic, partitions, time):
        parts = [TopicPartition(topic, part) for part in range(partitions)]

        async def ask():
            self.consumer.assign(parts)
            return await self.consumer.offsets_for_times({part: time for part in parts})

        found = done(ask())
        for part, at in found.items():
            self.consumer.seek(part, at.offset)
        return [at.offset for at in found.values()]

    def close(self):
        done(self.consumer.stop())


Steps(Aiokafka(sys.argv[1]), sys.argv[2]).run()
