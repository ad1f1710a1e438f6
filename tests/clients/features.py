"""What librdkafka's debug=feature log says about a broker: features.py BOOTSTRAP TOPIC."""

import json
import logging
import sys

from confluent_kafka import Producer

bootstrap, topic = sys.argv[1:]


class Lines(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


handler = Lines()
logger = logging.getLogger("rdkafka")
logger.setLevel(logging.DEBUG)
logger.addHandler(handler)
producer = Producer({"bootstrap.servers": bootstrap, "debug": "feature"}, logger=logger)
producer.produce(topic, b"one", on_delivery=lambda error, _: error and sys.exit(str(error)))
producer.flush(30)
producer.poll(0)
print(json.dumps({"lines": handler.lines}))
