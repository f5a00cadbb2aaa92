"""Reads ReadingBatch records, each behind its length (4 bytes, big-endian), with Google's protobuf for Python, and prints every reading as a line of JSON."""
import json
import struct
import sys

sys.path.insert(0, sys.argv[1])
import readings_pb2  # noqa: E402

data = sys.stdin.buffer.read()
at = 0
while at < len(data):
    (length,) = struct.unpack_from(">I", data, at)
    batch = readings_pb2.ReadingBatch.FromString(data[at + 4 : at + 4 + length])
    at += 4 + length
    for reading in batch.readings:
        tag = batch.tags[reading.tag]
        value = getattr(reading, reading.WhichOneof("value"))
        print(json.dumps({
            "device": batch.device,
            "tag": tag.name,
            "unit": tag.unit,
            "kind": readings_pb2.Kind.Name(tag.kind),
            "classification": readings_pb2.Classification.Name(tag.classification),
            "tenant": tag.tenant,
            "topic": tag.topic,
            "gateway": batch.base_time + reading.gateway_offset,
            "source": batch.base_time + reading.device_offset if reading.HasField("device_offset") else None,
            "status": reading.status,
            "value": struct.pack(">d", value).hex() if isinstance(value, float) else value,
        }))
