"""Creates a topic, produces, consumes in a group, begins again where the group stopped, deletes.  Usage: BOOTSTRAP TOPIC COUNT"""
import sys
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

bootstrap, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
admin = KafkaAdminClient(bootstrap_servers=bootstrap)
admin.create_topics([NewTopic(topic, 3, 1)])
partitions = [p["partition"] for p in admin.describe_topics([topic])[0]["partitions"]]
print("created", len(partitions))

producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all", compression_type="gzip")
sent = [producer.send(topic, b"%d" % i, partition=i % 3) for i in range(count)]
producer.flush(60)
assert all(future.succeeded() for future in sent)
producer.close()


def read():
    consumer = KafkaConsumer(topic, bootstrap_servers=bootstrap, group_id="py", auto_offset_reset="earliest", enable_auto_commit=False,
                             fetch_max_wait_ms=50)
    values = []
    idle = 0
    while len(values) < count and idle < 5:
        polled = consumer.poll(timeout_ms=300)
        idle = 0 if polled or not consumer.assignment() else idle + 1
        values += [int(record.value) for records in polled.values() for record in records]
    consumer.commit()
    places = [TopicPartition(topic, p) for p in partitions]
    ends = sum(consumer.beginning_offsets(places).values()), sum(consumer.end_offsets(places).values())
    consumer.close()
    return values, ends


values, ends = read()
print("read", len(set(values) & set(range(count))), "of", len(values))
print("read again", len(read()[0]))
print("earliest", ends[0], "latest", ends[1])
admin.delete_topics([topic])
admin.close()
print("deleted")
