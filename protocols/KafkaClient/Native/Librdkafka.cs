using System.Runtime.InteropServices;

namespace HyperIngest.Kafka.Native;

/// <summary>
/// librdkafka's C functions (rdkafka.h), by their own names and contracts. Nothing here allocates but where a string goes in; strings come out as pointers that the library owns.
/// </summary>
internal static unsafe partial class Librdkafka
{
    public const int Producer = 0;
    public const int Consumer = 1;

    /// <summary>RD_KAFKA_MSG_F_COPY: the library copies the value.</summary>
    public const int FlagCopy = 2;

    /// <summary>RD_KAFKA_MSG_F_PARTITION: produce_batch honours each message's partition.</summary>
    public const int FlagPartition = 8;

    public const int EventDeliveryReport = 0x1;
    public const int EventError = 0x8;

    public const int PurgeQueue = 1;
    public const int PurgeInFlight = 2;

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_version")]
    public static partial int VersionNumber();

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_version_str")]
    public static partial nint VersionText();

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_err2str")]
    public static partial nint ErrorText(int code);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_err2name")]
    public static partial nint ErrorName(int code);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_error_code")]
    public static partial int ErrorCode(nint error);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_error_string")]
    public static partial nint ErrorString(nint error);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_error_is_fatal")]
    public static partial int ErrorIsFatal(nint error);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_error_is_retriable")]
    public static partial int ErrorIsRetriable(nint error);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_error_txn_requires_abort")]
    public static partial int ErrorTransactionNeedsAbort(nint error);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_error_destroy")]
    public static partial void ErrorDestroy(nint error);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_last_error")]
    public static partial int LastError();

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_fatal_error")]
    public static partial int FatalError(nint client, byte* text, nint size);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_conf_new")]
    public static partial nint ConfNew();

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_conf_destroy")]
    public static partial void ConfDestroy(nint conf);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ConfSet(nint conf, string name, string value, byte* error, nint size);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_conf_set_events")]
    public static partial void ConfSetEvents(nint conf, int events);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_conf_set_opaque")]
    public static partial void ConfSetOpaque(nint conf, nint opaque);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_conf_set_log_cb")]
    public static partial void ConfSetLog(nint conf, delegate* unmanaged[Cdecl]<nint, int, nint, nint, void> log);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_conf_set_error_cb")]
    public static partial void ConfSetError(nint conf, delegate* unmanaged[Cdecl]<nint, int, nint, nint, void> error);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_conf_set_rebalance_cb")]
    public static partial void ConfSetRebalance(nint conf, delegate* unmanaged[Cdecl]<nint, int, NativeTopicPartitionList*, nint, void> rebalance);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_new")]
    public static partial nint New(int type, nint conf, byte* error, nint size);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_opaque")]
    public static partial nint Opaque(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_destroy")]
    public static partial void Destroy(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_destroy_flags")]
    public static partial void DestroyWith(nint client, int flags);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_topic_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint TopicNew(nint client, string name, nint conf);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_topic_destroy")]
    public static partial void TopicDestroy(nint topic);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_topic_name")]
    public static partial nint TopicName(nint topic);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_metadata")]
    public static partial int Metadata(nint client, int allTopics, nint topic, NativeMetadata** metadata, int milliseconds);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_metadata_destroy")]
    public static partial void MetadataDestroy(NativeMetadata* metadata);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_produce_batch")]
    public static partial int ProduceBatch(nint topic, int partition, int flags, KafkaMessage* messages, int count);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_produceva")]
    public static partial nint Produce(nint client, NativeValue* values, nint count);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_headers_new")]
    public static partial nint HeadersNew(nint count);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_headers_copy")]
    public static partial nint HeadersCopy(nint headers);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_headers_destroy")]
    public static partial void HeadersDestroy(nint headers);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_header_add")]
    public static partial int HeaderAdd(nint headers, byte* name, nint nameLength, byte* value, nint valueLength);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_message_headers")]
    public static partial int MessageHeaders(KafkaMessage* message, nint* headers);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_header_get_last")]
    public static partial int HeaderGetLast(nint headers, byte* nullTerminatedName, byte** value, nint* length);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_outq_len")]
    public static partial int Outstanding(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_flush")]
    public static partial int Flush(nint client, int milliseconds);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_purge")]
    public static partial int Purge(nint client, int flags);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_queue_get_main")]
    public static partial nint QueueMain(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_queue_get_consumer")]
    public static partial nint QueueConsumer(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_queue_destroy")]
    public static partial void QueueDestroy(nint queue);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_queue_poll")]
    public static partial nint QueuePoll(nint queue, int milliseconds);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_queue_yield")]
    public static partial void QueueYield(nint queue);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_event_type")]
    public static partial int EventType(nint @event);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_event_message_next")]
    public static partial KafkaMessage* EventMessageNext(nint @event);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_event_error")]
    public static partial int EventErrorCode(nint @event);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_event_error_string")]
    public static partial nint EventErrorText(nint @event);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_event_destroy")]
    public static partial void EventDestroy(nint @event);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_init_transactions")]
    public static partial nint InitTransactions(nint client, int milliseconds);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_begin_transaction")]
    public static partial nint BeginTransaction(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_send_offsets_to_transaction")]
    public static partial nint SendOffsets(nint client, NativeTopicPartitionList* offsets, nint group, int milliseconds);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_commit_transaction")]
    public static partial nint CommitTransaction(nint client, int milliseconds);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_abort_transaction")]
    public static partial nint AbortTransaction(nint client, int milliseconds);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_consumer_group_metadata_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint GroupMetadataNew(string group);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_consumer_group_metadata_destroy")]
    public static partial void GroupMetadataDestroy(nint metadata);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_topic_partition_list_new")]
    public static partial NativeTopicPartitionList* ListNew(int size);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_topic_partition_list_destroy")]
    public static partial void ListDestroy(NativeTopicPartitionList* list);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_topic_partition_list_add", StringMarshalling = StringMarshalling.Utf8)]
    public static partial NativeTopicPartition* ListAdd(NativeTopicPartitionList* list, string topic, int partition);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_poll_set_consumer")]
    public static partial int PollSetConsumer(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_subscribe")]
    public static partial int Subscribe(nint client, NativeTopicPartitionList* topics);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_unsubscribe")]
    public static partial int Unsubscribe(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_assign")]
    public static partial int Assign(nint client, NativeTopicPartitionList* partitions);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_incremental_assign")]
    public static partial nint IncrementalAssign(nint client, NativeTopicPartitionList* partitions);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_incremental_unassign")]
    public static partial nint IncrementalUnassign(nint client, NativeTopicPartitionList* partitions);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_rebalance_protocol")]
    public static partial nint RebalanceProtocol(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_assignment_lost")]
    public static partial int AssignmentLost(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_consume_batch_queue")]
    public static partial nint ConsumeBatch(nint queue, int milliseconds, KafkaMessage** messages, nint count);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_message_destroy")]
    public static partial void MessageDestroy(KafkaMessage* message);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_message_errstr")]
    public static partial nint MessageErrorText(KafkaMessage* message);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_pause_partitions")]
    public static partial int Pause(nint client, NativeTopicPartitionList* partitions);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_resume_partitions")]
    public static partial int Resume(nint client, NativeTopicPartitionList* partitions);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_seek_partitions")]
    public static partial nint Seek(nint client, NativeTopicPartitionList* partitions, int milliseconds);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_commit")]
    public static partial int Commit(nint client, NativeTopicPartitionList* offsets, int async);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_committed")]
    public static partial int Committed(nint client, NativeTopicPartitionList* partitions, int milliseconds);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_get_watermark_offsets", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CachedWatermarks(nint client, string topic, int partition, long* low, long* high);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_query_watermark_offsets", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int QueryWatermarks(nint client, string topic, int partition, long* low, long* high, int milliseconds);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_consumer_close")]
    public static partial int ConsumerClose(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_queue_new")]
    public static partial nint QueueNew(nint client);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_commit_queue")]
    public static partial int CommitQueue(nint client, NativeTopicPartitionList* offsets, nint queue, nint callback, nint opaque);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_event_topic_partition_list")]
    public static partial NativeTopicPartitionList* EventList(nint @event);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_conf_set_offset_commit_cb")]
    public static partial void ConfSetOffsetCommit(nint conf, delegate* unmanaged[Cdecl]<nint, int, NativeTopicPartitionList*, nint, void> committed);

    [LibraryImport(KafkaLibrary.Name, EntryPoint = "rd_kafka_offsets_store")]
    public static partial int StoreOffsets(nint client, NativeTopicPartitionList* offsets);
}
