using HyperIngest.Bench.Gate.References;
using HyperIngest.Bench.Gate.Workloads;
using HyperIngest.Core.Records;

namespace HyperIngest.Bench.Gate;

/// <summary>What the gate measures, in the order of a reading's route.</summary>
public static class GatedWorkloads
{
    /// <summary>The rows; each has a row of its name in the baseline.</summary>
    public static IReadOnlyList<GatedWorkload> All { get; } =
    [
        new("modbus.decode", "framing and decoding", () => new ModbusDecode(), () => new DecodeReference()),
        new("opcua.notification", "framing and decoding", BenchmarkMethod.OpcUaNotification, () => new VarintReference()),
        new("mqtt.decode", "framing and decoding", BenchmarkMethod.MqttDecode, () => new VarintReference()),
        new("mqtt.json", "framing and decoding", BenchmarkMethod.MqttJson, () => new JsonReference()),
        new("sparkplug.decode", "framing and decoding", BenchmarkMethod.Sparkplug, () => new VarintReference()),
        new("ring.spsc", "ring", () => new RingTurns<SpscAccess>(new SpscAccess(RingLoad.Readings * 2)), () => new CopyReference()),
        new("ring.mpsc", "ring", () => new RingTurns<MpscAccess>(new MpscAccess(RingLoad.Readings * 2)), () => new CopyReference()),
        new("ring.spsc-threads", "ring", () => new RingHandOver<SpscAccess>(new SpscAccess(RingLoad.Readings), 1), () => new HandOverReference(1)),
        new("ring.mpsc-threads", "ring", () => new RingHandOver<MpscAccess>(new MpscAccess(RingLoad.Readings), 1), () => new HandOverReference(1)),
        new("shape.scale-deadband", "shape", () => new ShapeScaled(), () => new ScaleReference()),
        new("batch.fill", "batch", () => new BatchFill(), () => new BlockCopyReference()),
        new("journal.append", "journal", () => new JournalAppend(), () => new FileReference(writes: true)),
        new("journal.read", "journal", () => new JournalRead(), () => new FileReference(writes: false)),
        new("postgres.encode", "sink", () => new PostgresEncode(), () => new RowReference()),
        new("json.encode", "sink", () => new JsonEncode(), () => new TextReference()),
        new("protobuf.encode", "sink", () => new BatchEncode(RecordFormat.Protobuf), () => new VarintReference()),
        new("columnar.encode", "sink", () => new BatchEncode(RecordFormat.Columnar), () => new VarintReference()),
    ];
}
