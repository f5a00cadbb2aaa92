using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;

namespace HyperIngest.Tests.Unit.Records;

public sealed class ColumnarRecordTests : BatchRecordContract
{
    protected override RecordFormat Format => RecordFormat.Columnar;

    protected override BatchRecordWriter WriterOf(SeriesCatalog catalog) => new ColumnarBatchWriter(catalog);
}
