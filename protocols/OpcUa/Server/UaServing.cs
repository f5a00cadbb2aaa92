using System.Diagnostics.CodeAnalysis;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Channel;
using HyperIngest.Protocols.OpcUa.Server.Sessions;
using HyperIngest.Protocols.OpcUa.Services;

namespace HyperIngest.Protocols.OpcUa.Server;

/// <summary>A request being served. A service writes its response and returns good, or returns why not, which becomes a ServiceFault.</summary>
internal readonly ref struct UaServing
{
    /// <summary>Returned by a service that answers later.</summary>
    public const uint Later = UaStatusCodes.GoodCompletesAsynchronously;

    public required UaServerChannel Channel { get; init; }

    public required uint RequestId { get; init; }

    public required UaRequestHeader Header { get; init; }

    /// <summary>The request's fields, header first.</summary>
    public required ReadOnlySpan<byte> Fields { get; init; }

    /// <summary>Where in the fields the header ends.</summary>
    public required int AfterHeader { get; init; }

    /// <summary>The session; null for services without one.</summary>
    public required UaServerSession? Session { get; init; }

    /// <summary>Takes the response.</summary>
    public required UaBuffer Response { get; init; }

    /// <summary>Now, UTC ticks.</summary>
    public required long UtcNow { get; init; }

    /// <summary>The same, in a session.</summary>
    public UaServing In(UaServerSession session) => this with { Session = session };

    /// <summary>What the response begins with.</summary>
    public UaResponseHeader ResponseHeader => new(UtcNow, Header.RequestHandle, UaStatusCodes.Good);

    /// <summary>The whole request; false when it is malformed.</summary>
    public bool TryDecode<T>([MaybeNullWhen(false)] out T request)
        where T : IUaMessage<T>
    {
        UaReader reader = new(Fields);
        request = T.Decode(ref reader);
        return reader.Fault == UaFault.None;
    }

    /// <summary>A reader behind the header, for what is read in place.</summary>
    public UaReader Body => new(Fields[AfterHeader..]);

    /// <summary>Writes a response, and nothing before it; always good.</summary>
    public uint Answer<T>(T response)
        where T : IUaMessage<T>
    {
        // On the way to it the thread's buffer may have taken others, to requests that waited.
        Response.Clear();
        new UaWriter(Response).Message(response);
        return UaStatusCodes.Good;
    }

    /// <summary>Good for a number of operations that is in its bounds.</summary>
    public static uint CheckCount(int operations, int most) =>
        operations == 0 ? UaStatusCodes.BadNothingToDo : operations > most ? UaStatusCodes.BadTooManyOperations : UaStatusCodes.Good;
}
