"""Writes into a transaction, says so, and waits to be killed.  Usage: BOOTSTRAP TRANSACTIONAL_ID TOPIC COUNT"""
import sys
import confluent_kafka

bootstrap, transactional_id, topic, count = sys.argv[1:]
producer = confluent_kafka.Producer({"bootstrap.servers": bootstrap, "transactional.id": transactional_id, "transaction.timeout.ms": 600000})
producer.init_transactions(60)
producer.begin_transaction()
for i in range(int(count)):
    producer.produce(topic, f"killed {i}".encode(), partition=0)
if producer.flush(60) != 0:
    sys.exit("not all was delivered")
print("written", flush=True)
sys.stdin.read()
