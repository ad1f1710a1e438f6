"""Produces COUNT records with ACKS: produce.py BOOTSTRAP CLIENT TOPIC COUNT ACKS [CODEC]."""

import json
import sys

from adapters import CLIENTS

bootstrap, name, topic, count, acks = sys.argv[1:6]
codec = sys.argv[6] if len(sys.argv) > 6 else "none"
records = ((b"key-%d" % number, b"value-%d" % number, []) for number in range(int(count)))
print(json.dumps(CLIENTS[name](bootstrap).produce(topic, records, codec, acks)))
