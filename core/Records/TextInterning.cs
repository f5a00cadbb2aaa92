using System.Buffers;
using System.Text.Unicode;
using HyperIngest.Core.Readings;

namespace HyperIngest.Core.Records;

/// <summary>From a text's UTF-8 in a record to its handle in the catalog's text table; allocates only for a text not seen before.</summary>
public sealed class TextInterning
{
    private readonly TextTable _texts;
    private readonly char[] _characters = new char[TextTable.MaxTextLength];

    /// <summary>Into a text table.</summary>
    public TextInterning(TextTable texts) => _texts = texts;

    /// <summary>
    /// Finds or makes the text's handle. <paramref name="refused"/> when the table is full or the text too long: the handle is then the empty text's and the reading must say so.
    /// </summary>
    /// <returns><see cref="RecordFault.NotUtf8"/>, or none.</returns>
    public RecordFault TryIntern(ReadOnlySpan<byte> utf8, out long handle, out bool refused)
    {
        handle = 0;
        OperationStatus status = Utf8.ToUtf16(utf8, _characters, out _, out int written, replaceInvalidSequences: false);
        refused = status == OperationStatus.DestinationTooSmall;
        if (refused) return Utf8.IsValid(utf8) ? RecordFault.None : RecordFault.NotUtf8;
        if (status != OperationStatus.Done) return RecordFault.NotUtf8;
        refused = !_texts.TryIntern(_characters.AsSpan(0, written), out handle);
        return RecordFault.None;
    }
}
