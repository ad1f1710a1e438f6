"""kcat, a program driven by this one: kcat.py BOOTSTRAP PREFIX. Its broker makes topics of four
partitions by itself, since kcat cannot create any."""

import json
import re
import subprocess
import sys
import threading

from steps import Steps


def kcat(*arguments, **options):
    done = subprocess.run(["kcat", *arguments], capture_output=True, text=True, timeout=30,
                          **options)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


class Kcat:
    lacks = {
        "create": "no call for it; the broker creates the topic",
        "commit": "commits by itself when it leaves",
        "forget": "no call for it",
        "delete": "no call for it",
    }

    def __init__(self, bootstrap):
        self.common = ["-b", bootstrap]

    def produce(self, topic, records, codec, idempotent):
        for partition, key, value, headers in records:
            options = ["-P", "-t", topic, "-p", str(partition), "-k", key.decode(), "-z", codec]
            for name, text in headers:
                options += ["-H", f"{name}={text.decode()}"]
            options += ["-X", f"enable.idempotence={'true' if idempotent else 'false'}"]
            kcat(*self.common, *options, input=value.decode())

    def member(self, topic, group):
        return Member(self.common, topic, group)

    def topics(self):
        found = json.loads(kcat(*self.common, "-L", "-J"))
        return {topic["topic"]: len(topic["partitions"]) for topic in found["topics"]}

    def groups(self):
        return None

    def describe(self, topic, group):
        return self.topics()[topic], None, 0


class Member:
    """A kcat that reads, and what it says."""

    def __init__(self, common, topic, group):
        self.common, self.topic, self.process = common, topic, None
        self.records, self.parts = [], []
        if group:
            self.start("-G", group, topic, "-X", "auto.offset.reset=earliest",
                       "-X", "heartbeat.interval.ms=200", "-X", "session.timeout.ms=10000")

    def start(self, *arguments):
        self.process = subprocess.Popen(
            ["kcat", *self.common, "-u", "-J", *arguments], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for stream, see in ((self.process.stdout, self.record), (self.process.stderr, self.said)):
            threading.Thread(target=lambda stream=stream, see=see: [see(line) for line in stream],
                             daemon=True).start()

    def record(self, line):
        found = json.loads(line)
        headers = found.get("headers") or []
        pairs = [(name, text.encode()) for name, text in zip(headers[::2], headers[1::2])]
        self.records.append((found["partition"], found["offset"], found["key"].encode(),
                             found["payload"].encode(), pairs))

    def said(self, line):
        assigned = re.search(r"rebalanced.*: assigned: (.*)", line)
        if assigned:
            self.parts = [int(part) for part in re.findall(r"\[(\d+)\]", assigned[1])]
        elif "rebalanced" in line:
            self.parts = []

    def assigned(self):
        return self.parts

    def poll(self):
        threading.Event().wait(0.05)
        while self.records:
            yield self.records.pop(0)

    def seek_time(self, topic, partitions, time):
        queries = [word for part in range(partitions) for word in ("-t", f"{topic}:{part}:{time}")]
        lines = kcat(*self.common, "-Q", *queries).splitlines()
        found = [int(re.search(r"offset (\d+)", line)[1]) for line in lines]
        self.start("-C", "-t", topic, "-o", f"s@{time}")
        return found

    def close(self):
        self.process.terminate()
        self.process.wait(30)


Steps(Kcat(sys.argv[1]), sys.argv[2]).run()
