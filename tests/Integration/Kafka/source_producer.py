"""Produces COUNT readings as JSON, keyed by device, with lz4: source_producer.py BROKERS TOPIC COUNT"""
import json
import sys

import confluent_kafka

brokers, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
producer = confluent_kafka.Producer({"bootstrap.servers": brokers, "compression.type": "lz4"})
for n in range(count):
    record = {
        "value": n + 0.5,
        "timestamps": {"gateway_time": "2026-01-02T03:04:05+00:00"},
        "quality": "uncertain" if n % 2 else "good",
        "parameter": "level",
        "asset_id": f"tank-{n % 7}",
        "unit": "m³",
    }
    producer.produce(topic, json.dumps(record, indent=1 if n % 3 else None), key=record["asset_id"])
if producer.flush(60) != 0:
    sys.exit("not everything was delivered")
