using System.Globalization;
using System.Text;

namespace HyperIngest.Protocols.OpcUa.Types;

/// <summary>The form of a node id's identifier (OPC 10000-3, 8.2.3).</summary>
public enum UaIdentifierType : byte
{
    /// <summary>A number, <c>i=</c>.</summary>
    Numeric = 0,

    /// <summary>A text, <c>s=</c>.</summary>
    String = 1,

    /// <summary>A GUID, <c>g=</c>.</summary>
    Guid = 2,

    /// <summary>Bytes, <c>b=</c> in base64.</summary>
    Opaque = 3,
}

/// <summary>The id of a node in a server's address space. The namespace is an index into that server's table, which may differ after its restart.</summary>
public readonly struct UaNodeId : IEquatable<UaNodeId>
{
    // The text, the boxed GUID or the bytes; null for a number.
    private readonly object? _identifier;

    /// <summary>A numeric id.</summary>
    public UaNodeId(uint numeric, ushort namespaceIndex = 0)
    {
        Numeric = numeric;
        NamespaceIndex = namespaceIndex;
    }

    /// <summary>A text id.</summary>
    public UaNodeId(string text, ushort namespaceIndex)
    {
        ArgumentNullException.ThrowIfNull(text);
        Type = UaIdentifierType.String;
        NamespaceIndex = namespaceIndex;
        _identifier = text;
    }

    /// <summary>A GUID id.</summary>
    public UaNodeId(Guid guid, ushort namespaceIndex)
    {
        Type = UaIdentifierType.Guid;
        NamespaceIndex = namespaceIndex;
        _identifier = guid;
    }

    /// <summary>An opaque id; the bytes are the id's own from now on.</summary>
    public UaNodeId(byte[] opaque, ushort namespaceIndex)
    {
        ArgumentNullException.ThrowIfNull(opaque);
        Type = UaIdentifierType.Opaque;
        NamespaceIndex = namespaceIndex;
        _identifier = opaque;
    }

    /// <summary>The null id: number 0 in namespace 0.</summary>
    public static UaNodeId Null => default;

    /// <summary>The identifier's form.</summary>
    public UaIdentifierType Type { get; }

    /// <summary>Index into the server's namespace table; 0 is OPC UA's own.</summary>
    public ushort NamespaceIndex { get; }

    /// <summary>The number of a numeric id; 0 for the others.</summary>
    public uint Numeric { get; }

    /// <summary>The text of a text id; null for the others.</summary>
    public string? Text => _identifier as string;

    /// <summary>The GUID of a GUID id; empty for the others.</summary>
    public Guid Guid => _identifier is Guid guid ? guid : default;

    /// <summary>The bytes of an opaque id; empty for the others.</summary>
    public ReadOnlySpan<byte> Opaque => _identifier as byte[];

    /// <summary>Whether it is the null id.</summary>
    public bool IsNull => Type == UaIdentifierType.Numeric && Numeric == 0 && NamespaceIndex == 0;

    /// <summary>The same identifier in another namespace.</summary>
    public UaNodeId In(ushort namespaceIndex) => Type switch
    {
        UaIdentifierType.Numeric => new UaNodeId(Numeric, namespaceIndex),
        UaIdentifierType.String => new UaNodeId((string)_identifier!, namespaceIndex),
        UaIdentifierType.Guid => new UaNodeId((Guid)_identifier!, namespaceIndex),
        _ => new UaNodeId((byte[])_identifier!, namespaceIndex),
    };

    /// <summary>Reads <c>ns=2;s=Press.Temperature</c>, <c>i=2258</c> and the like (OPC 10000-6, 5.3.1.10). False when it is no node id.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UaNodeId nodeId)
    {
        nodeId = default;
        ushort index = 0;
        if (text.StartsWith("ns=", StringComparison.Ordinal))
        {
            int end = text.IndexOf(';');
            if (end < 0 || !ushort.TryParse(text[3..end], NumberStyles.None, CultureInfo.InvariantCulture, out index)) return false;
            text = text[(end + 1)..];
        }
        if (text.Length < 2 || text[1] != '=') return false;
        ReadOnlySpan<char> identifier = text[2..];
        switch (text[0])
        {
            case 'i' when uint.TryParse(identifier, NumberStyles.None, CultureInfo.InvariantCulture, out uint numeric):
                nodeId = new UaNodeId(numeric, index);
                return true;
            case 's' when identifier.Length > 0:
                nodeId = new UaNodeId(identifier.ToString(), index);
                return true;
            case 'g' when Guid.TryParseExact(identifier, "D", out Guid guid):
                nodeId = new UaNodeId(guid, index);
                return true;
            case 'b':
                byte[] bytes = new byte[identifier.Length];
                if (!Convert.TryFromBase64Chars(identifier, bytes, out int written)) return false;
                nodeId = new UaNodeId(bytes[..written], index);
                return true;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public bool Equals(UaNodeId other)
    {
        if (Type != other.Type || NamespaceIndex != other.NamespaceIndex || Numeric != other.Numeric) return false;
        return Type == UaIdentifierType.Opaque ? Opaque.SequenceEqual(other.Opaque) : Equals(_identifier, other._identifier);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UaNodeId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(NamespaceIndex);
        if (_identifier is byte[] opaque) hash.AddBytes(opaque);
        else if (_identifier is null) hash.Add(Numeric);
        else hash.Add(_identifier);
        return hash.ToHashCode();
    }

    /// <summary>Whether both name the same node.</summary>
    public static bool operator ==(in UaNodeId left, in UaNodeId right) => left.Equals(right);

    /// <summary>Whether they do not.</summary>
    public static bool operator !=(in UaNodeId left, in UaNodeId right) => !left.Equals(right);

    /// <summary>In the form that <see cref="TryParse"/> reads.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        if (NamespaceIndex != 0) text.Append(CultureInfo.InvariantCulture, $"ns={NamespaceIndex};");
        return (Type switch
        {
            UaIdentifierType.Numeric => text.Append(CultureInfo.InvariantCulture, $"i={Numeric}"),
            UaIdentifierType.String => text.Append("s=").Append(Text),
            UaIdentifierType.Guid => text.Append("g=").Append(Guid.ToString("D")),
            _ => text.Append("b=").Append(Convert.ToBase64String(Opaque)),
        }).ToString();
    }
}
