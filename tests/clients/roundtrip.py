"""Produce half, consume it in a group of two, commit, leave, produce the rest, resume.

Usage: roundtrip.py BOOTSTRAP CLIENT CODEC COUNT TOPIC GROUP. Prints one JSON line of findings.
"""

import json
import sys
import threading
import time

from adapters import CLIENTS

DEADLINE = 90


def records(first, last, codec):
    for number in range(first, last):
        key = b"key-%d" % (number % 997)
        value = b"value-%d-%s" % (number, b"x" * 100)
        yield key, value, [("number", b"%d" % number), ("codec", codec.encode())]


class Member(threading.Thread):
    """A consumer on a thread of its own, until it is told to commit and leave."""

    def __init__(self, client, topic, group, committed):
        super().__init__(daemon=True)
        self.committed = committed
        self.client, self.topic, self.group = client, topic, group
        self.seen, self.assigned, self.error = [], [], None
        self.leave = threading.Event()
        self.start()

    def run(self):
        try:
            consumer = self.client.consumer(self.topic, self.group)
            while not self.leave.is_set():
                self.seen += consumer.poll()
                self.assigned = consumer.assignment()
            consumer.commit()
            # Nobody leaves before all have committed: leaving takes the others' partitions away.
            self.committed.wait(DEADLINE)
            consumer.close()
        except Exception as error:
            self.error = repr(error)


def wait(what, members, holds):
    start = time.monotonic()
    while not holds():
        for member in members:
            if member.error:
                sys.exit(f"{what}: a member failed: {member.error}")
        if time.monotonic() - start > DEADLINE:
            counts = [(len(member.seen), member.assigned) for member in members]
            sys.exit(f"waited in vain for {what}: {counts}")
        time.sleep(0.02)


def consume(client, topic, group, size, produce, count):
    """A group of `size` that is balanced first, then gets what `produce` sends, then leaves."""
    # One after the other: two new members of kafka-python 3.0.12 that join at the same moment may
    # be assigned nothing for good, by a leader that had no metadata yet (Apache Kafka or not).
    members, committed = [], threading.Barrier(size)
    for _ in range(size):
        members.append(Member(client, topic, group, committed))
        wait("a member's assignment", members, lambda: members[-1].assigned)
    share = 4 // size
    described = {}

    def balanced():
        # A member may rejoin once more when it learns of the topic again.
        if any(len(member.assigned) != share for member in members):
            return False
        described.update(client.describe(group))
        return described["state"] == "stable"

    wait("a balanced group", members, balanced)
    sent = produce()
    wait("the records", members, lambda: sum(len(m.seen) for m in members) >= count)
    for member in members:
        member.leave.set()
    for member in members:
        member.join(DEADLINE)
        if member.error:
            sys.exit(f"leaving: {member.error}")
    return members, described, sent


def main():
    bootstrap, name, codec, count, topic, group = sys.argv[1:]
    count, half = int(count), int(count) // 2
    client = CLIENTS[name](bootstrap)
    client.create(topic, 4)
    first, stable, sent_first = consume(
        client, topic, group, 2,
        lambda: client.produce(topic, records(0, half, codec), codec), half)
    empty = client.describe(group)
    second, alone, sent_second = consume(
        client, topic, group, 1,
        lambda: client.produce(topic, records(half, count, codec), codec), count - half)
    seen = [record for member in first + second for record in member.seen]
    expected = {(key, value, tuple(headers)) for key, value, headers in records(0, count, codec)}
    got = [(key, value, tuple(headers)) for _, _, key, value, headers in seen]
    print(json.dumps({
        "sent": [sent_first, sent_second],
        "shares": [len({record[0] for record in member.seen}) for member in first],
        "overlap": len({r[0] for r in first[0].seen} & {r[0] for r in first[1].seen}),
        "seen": len(got),
        "distinct": len(set(got)),
        "missing": len(expected - set(got)),
        "foreign": len(set(got) - expected),
        "stable": stable, "empty": empty, "alone": alone,
        "groups": client.groups(),
        "topics": client.topics(),
    }))
    client.delete(topic)
    deadline = time.monotonic() + 10
    while topic in client.topics() and time.monotonic() < deadline:
        time.sleep(0.1)
    print(json.dumps({"deleted": topic not in client.topics()}))


main()
