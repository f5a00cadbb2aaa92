using System.Runtime.CompilerServices;
using System.Text.Json;

namespace HyperIngest.Protocols.Mqtt.Payloads;

/// <summary>Reads any JSON document into its scalars. Malformed JSON costs an exception inside, which is caught here.</summary>
internal sealed class NestedJson(JsonMembers members, byte[]? itemsPath)
{
    private const int MaxDepth = 32;
    private readonly byte[] _path = new byte[JsonMembers.MaxPathBytes];
    private string? _fault;

    /// <summary>Reads a document that is valid UTF-8; null when it was, otherwise why not.</summary>
    /// <param name="json">The document.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public string? Read(ReadOnlySpan<byte> json)
    {
        members.Clear();
        _fault = null;
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartObject) ReadObject(ref reader, 0, JsonMember.NoItem);
            else if (reader.TokenType == JsonTokenType.StartArray) ReadArray(ref reader, 0, JsonMember.NoItem);
            else ReadBare(ref reader);
            // Only white space may follow; anything else throws.
            if (_fault is null) reader.Read();
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return $"it is not JSON: {malformed.Message}";
        }
        return _fault;
    }

    private void ReadBare(ref Utf8JsonReader reader)
    {
        members.IsBare = true;
        Add(ref reader, 0, 0, JsonMember.NoItem);
    }

    private void ReadObject(ref Utf8JsonReader reader, int pathBytes, int item)
    {
        while (_fault is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryName(ref reader, pathBytes, out int nameAt, out int nameLength)) return;
            reader.Read();
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                // The path was written behind that of the object this one is in.
                if (reader.TokenType == JsonTokenType.StartObject) ReadObject(ref reader, nameLength, item);
                else ReadArray(ref reader, nameLength, item);
            }
            else
            {
                Add(ref reader, nameAt, nameLength, item);
            }
        }
    }

    private void ReadArray(ref Utf8JsonReader reader, int pathBytes, int item)
    {
        if (item != JsonMember.NoItem || itemsPath is null || !_path.AsSpan(0, pathBytes).SequenceEqual(itemsPath))
        {
            members.Arrays++;
            reader.Skip();
            return;
        }
        members.HasItems = true;
        members.FirstItem = members.EndItem;
        while (_fault is null && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                _fault = $"item {members.EndItem - members.FirstItem} of its array is a {reader.TokenType}; an object is expected";
                return;
            }
            ReadObject(ref reader, 0, members.EndItem++);
        }
        // The items' own paths were written over it, and the objects around the array go on.
        itemsPath.CopyTo(_path, 0);
    }

    // The name's path, in the document where it is one name without escapes; always in _path too, for what is inside.
    private bool TryName(ref Utf8JsonReader reader, int pathBytes, out int nameAt, out int nameLength)
    {
        nameAt = 0;
        nameLength = 0;
        int start = pathBytes == 0 ? 0 : pathBytes + 1;
        if (start + reader.ValueSpan.Length > _path.Length)
        {
            _fault = $"the path of its member {Excerpt.Of(reader.ValueSpan)} has more than {JsonMembers.MaxPathBytes} bytes";
            return false;
        }
        if (start > 0) _path[pathBytes] = (byte)'.';
        nameLength = start + reader.CopyString(_path.AsSpan(start));
        if (pathBytes == 0 && !reader.ValueIsEscaped)
        {
            nameAt = (int)reader.TokenStartIndex + 1;
            return true;
        }
        return TryScratch(_path.AsSpan(0, nameLength), out nameAt);
    }

    private void Add(ref Utf8JsonReader reader, int nameAt, int nameLength, int item)
    {
        if (members.Count == JsonMembers.MaxCount)
        {
            _fault = $"it has more than {JsonMembers.MaxCount} values";
            return;
        }
        int at = (int)reader.TokenStartIndex;
        int length = reader.ValueSpan.Length;
        if (reader.TokenType == JsonTokenType.String)
        {
            at++;
            if (reader.ValueIsEscaped)
            {
                if (!members.TryTakeScratch(length, out at, out Span<byte> room))
                {
                    TooLong();
                    return;
                }
                length = reader.CopyString(room);
            }
        }
        members.Add(nameAt, nameLength, reader.TokenType, at, length, item);
    }

    private bool TryScratch(ReadOnlySpan<byte> text, out int place)
    {
        if (!members.TryTakeScratch(text.Length, out place, out Span<byte> room))
        {
            TooLong();
            return false;
        }
        text.CopyTo(room);
        return true;
    }

    private void TooLong() => _fault = "its nested names and escaped texts are too long together";
}
