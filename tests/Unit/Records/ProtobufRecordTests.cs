using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Tests.Unit.Records;

public sealed class ProtobufRecordTests : BatchRecordContract
{
    protected override RecordFormat Format => RecordFormat.Protobuf;

    protected override BatchRecordWriter WriterOf(SeriesCatalog catalog) => new ProtobufBatchWriter(catalog);
}
