"""The steps of the client matrix for the Python clients, over the small face of an adapter.

An adapter has create, produce, member, committed, topics, groups, describe, forget, delete and,
where its client lacks something, `lacks`: a reason for each step that is not there.
"""

import os
import sys
import time

PARTITIONS = 4
RECORDS = 8
LIMIT = 30


def value(name):
    return (name + "x" * 200).encode()


def check(holds, what):
    if not holds:
        raise RuntimeError(what)


class Steps:
    def __init__(self, client, prefix):
        self.client, self.topic, self.group = client, prefix + "-topic", prefix + "-group"
        self.total, self.mark = 0, 0

    def step(self, name, body):
        lack = getattr(self.client, "lacks", {}).get(name)
        if lack:
            print(f"{name} none: {lack}", flush=True)
            return
        try:
            body()
            print(f"{name} ok", flush=True)
        except BaseException as error:
            print(f"{name} fail: {error!r}".replace("\n", " "), flush=True)

    def produce(self, name, codec="none", idempotent=False, count=RECORDS):
        records = [(i % PARTITIONS, f"{name}-{i}".encode(), value(name), [("step", name.encode())])
                   for i in range(count)]
        self.client.produce(self.topic, records, codec, idempotent)
        if name != "resume":
            self.total += count

    def until(self, what, members, holds):
        end = time.monotonic() + LIMIT
        while not holds():
            check(time.monotonic() < end, f"waited in vain for {what}")
            for member in members:
                member.read()

    def run(self):
        client = self.client
        self.step("create", lambda: client.create(self.topic, PARTITIONS))
        self.step("plain", lambda: self.produce("plain"))
        for codec in ("gzip", "snappy", "lz4", "zstd"):
            self.step(codec, lambda: self.produce(codec, codec))
        self.step("idempotent", lambda: self.produce("idempotent", idempotent=True))
        self.groups()
        self.step("resume", self.resume)
        self.step("seek", self.seek)
        self.step("list", self.list)
        self.step("describe", self.describe)
        self.step("forget", self.forget)
        self.step("delete", self.delete)
        sys.stdout.flush()
        os._exit(0)

    def has_read(self, pair):
        if "commit" in getattr(self.client, "lacks", {}):
            # What one has read and committed by itself, the other does not read again.
            return len(pair[0].keys | pair[1].keys) == self.total
        return sum(sum(member.positions().values()) for member in pair) == self.total

    def groups(self):
        pair = []

        def both():
            for _ in range(2):
                pair.append(Member(self.client.member(self.topic, self.group)))
            self.until("a group of two that has read all", pair, lambda: (
                all(len(member.assigned()) == 2 for member in pair) and self.has_read(pair)))
            keys = pair[0].keys | pair[1].keys
            check(len(keys) == self.total, f"records missing: {keys}")

        def commit():
            for member in pair:
                member.consumer.commit(self.topic, member.positions())
            committed = self.client.committed(self.group, self.topic, PARTITIONS)
            check(committed == self.total, f"committed {committed} of {self.total}")

        def leave():
            pair[1].consumer.close()
            self.until("the partitions of the one that left", pair[:1],
                       lambda: len(pair[0].assigned()) == PARTITIONS)
            pair[0].consumer.close()

        self.step("group", both)
        self.step("commit", commit)
        self.step("leave", leave)

    def resume(self):
        time.sleep(0.02)
        self.mark = int(time.time() * 1000)
        self.produce("resume", count=PARTITIONS)
        self.only_resumed(Member(self.client.member(self.topic, self.group)))

    def seek(self):
        member = Member(self.client.member(self.topic, None))
        found = member.consumer.seek_time(self.topic, PARTITIONS, self.mark)
        check(sum(found) == self.total, f"offsets for the time are {found}, of {self.total}")
        self.only_resumed(member)

    def only_resumed(self, member):
        self.until("what came later", [member], lambda: len(member.keys) >= PARTITIONS)
        again = [key for key in member.keys if not key.startswith(b"resume-")]
        check(not again, f"read again: {again}")
        member.consumer.close()

    def list(self):
        check(self.topic in self.client.topics(), "the topic is not listed")
        groups = self.client.groups()
        check(groups is None or self.group in groups, "the group is not listed")

    def describe(self):
        partitions, retention, members = self.client.describe(self.topic, self.group)
        check(partitions == PARTITIONS, f"partitions: {partitions}")
        check(retention in (None, "3600000"), f"retention.ms: {retention}")
        check(members == 0, f"members are left: {members}")

    def forget(self):
        self.client.forget(self.group)
        check(self.group not in self.client.groups(), "the group is still listed")

    def delete(self):
        self.client.delete(self.topic)
        end = time.monotonic() + LIMIT
        while self.topic in self.client.topics():
            check(time.monotonic() < end, "the topic is still listed")
            time.sleep(0.05)


class Member:
    """A consumer, and what it has read where it is now."""

    def __init__(self, consumer):
        self.consumer, self.next, self.keys = consumer, {}, set()

    def assigned(self):
        return self.consumer.assigned()

    def read(self):
        for partition, offset, key, found, headers in self.consumer.poll():
            step = key.rsplit(b"-", 1)[0]
            check(found == value(step.decode()), f"wrong value of {key}")
            check(list(headers) == [("step", step)], f"wrong headers of {key}: {headers}")
            self.keys.add(key)
            self.next[partition] = offset + 1

    def positions(self):
        return {part: self.next[part] for part in self.assigned() if part in self.next}
