"""Reads one record in a group, then does what its standard input says, line by line, to the record's offset in transactions.
Usage: BOOTSTRAP GROUP TOPIC TRANSACTIONAL_ID      lines: begin send commit abort leave committed"""
import sys
import confluent_kafka

bootstrap, group, topic, transactional_id = sys.argv[1:]
consumer = confluent_kafka.Consumer({"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False})
consumer.subscribe([topic])
message = consumer.poll(60)
if message is None or message.error():
    sys.exit(f"no record: {message and message.error()}")
done = [confluent_kafka.TopicPartition(topic, message.partition(), message.offset() + 1)]
member = consumer.consumer_group_metadata()
producer = confluent_kafka.Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id})
producer.init_transactions(60)
actions = {
    "begin": producer.begin_transaction,
    "send": lambda: producer.send_offsets_to_transaction(done, member, 60),
    "commit": lambda: producer.commit_transaction(60),
    "abort": lambda: producer.abort_transaction(60),
    "leave": consumer.close,
    "committed": lambda: consumer.committed([confluent_kafka.TopicPartition(topic, message.partition())], 60)[0].offset,
}
print("ready", flush=True)
for line in sys.stdin:
    try:
        result = actions[line.strip()]()
        print("ok" if result is None else result, flush=True)
    except confluent_kafka.KafkaException as error:
        print(error.args[0].name(), flush=True)
