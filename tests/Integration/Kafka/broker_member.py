"""A member of a consumer group: says how many partitions it has and what it reads, until its standard input ends.
Usage: BOOTSTRAP GROUP TOPIC [KEY=VALUE of its configuration]..."""
import sys
import threading
import confluent_kafka

bootstrap, group, topic, *more = sys.argv[1:]
config = {"bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": False, "heartbeat.interval.ms": 100,
          "fetch.wait.max.ms": 50, "reconnect.backoff.ms": 20, "reconnect.backoff.max.ms": 200}
config.update(setting.split("=", 1) for setting in more)
consumer = confluent_kafka.Consumer(config)
consumer.subscribe([topic])
stopping = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), stopping.set()), daemon=True).start()
assigned = 0
while not stopping.is_set():
    message = consumer.poll(0.02)
    try:
        now = len(consumer.assignment())
    except confluent_kafka.KafkaException:
        now = 0
    if now != assigned:
        assigned = now
        print("assigned", assigned, flush=True)
    if message is None:
        continue
    if message.error():
        if message.error().fatal():
            print("fatal", message.error().name(), flush=True)
            break
        continue
    print("read", message.value().decode(), flush=True)
    try:
        consumer.commit(message, asynchronous=False)
    except confluent_kafka.KafkaException:
        pass  # a rebalance, or the broker is away: what was not committed comes again
consumer.close()
