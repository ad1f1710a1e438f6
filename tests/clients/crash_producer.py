"""An idempotent producer that goes on through the broker's crashes.

Usage: crash_producer.py BOOTSTRAP TOPIC PARTITIONS. Numbers records from 0 on; prints `ack NUMBER`
for each one acknowledged and `fail NUMBER WHY` for each given up. Ends when its input does.
"""

import sys
import threading

from confluent_kafka import Producer

bootstrap, topic, partitions = sys.argv[1], sys.argv[2], int(sys.argv[3])
producer = Producer({
    "bootstrap.servers": bootstrap,
    "enable.idempotence": True,
    "acks": "all",
    "linger.ms": 1,
    "batch.num.messages": 50,
    "queue.buffering.max.messages": 2000,
    "reconnect.backoff.ms": 20,
    "reconnect.backoff.max.ms": 100,
    "retry.backoff.ms": 20,
    "retry.backoff.max.ms": 100,
    "socket.timeout.ms": 5000,
    "message.timeout.ms": 120000,
    "log_level": 0,
})
stop = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()


def report(number):
    def done(error, _):
        print(f"fail {number} {error}" if error else f"ack {number}")

    return done


number = 0
while not stop.is_set():
    try:
        value = b"%d" % number
        producer.produce(topic, value, partition=number % partitions, on_delivery=report(number))
        number += 1
    except BufferError:
        producer.poll(0.01)
    producer.poll(0)
left = producer.flush(60)
print(f"end {number} {left}")
