using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace HyperIngest.LoadGen.Kafka;

/// <summary>One client's connection: requests are answered in order, one at a time, as a broker does; one that waits makes the next ones wait.</summary>
internal sealed class BrokerConnection
{
    private const int LengthBytes = 4;

    // API key, version, correlation id, length of the client id (protocol guide, "Request Header v1").
    private const int MinRequestBytes = 10;

    private readonly Socket _socket;
    private readonly BrokerState _broker;
    private readonly BrokerFaults _faults;
    private readonly BrokerCounters _counters;
    private readonly CancellationToken _closing;

    /// <summary>Serves <paramref name="socket"/> and owns it; <paramref name="closing"/> ends it, and gives up what it is waiting for.</summary>
    public BrokerConnection(Socket socket, BrokerState broker, BrokerFaults faults, BrokerCounters counters, CancellationToken closing)
    {
        _socket = socket;
        _broker = broker;
        _faults = faults;
        _counters = counters;
        _closing = closing;
    }

    /// <summary>Serves the client until it goes, sends what is no request, or is cut off.</summary>
    public async Task RunAsync()
    {
        try
        {
            using (_socket)
            {
                while (await ServeOneAsync().ConfigureAwait(false))
                {
                }
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Closed from this side.
        }
        catch (Exception gone) when (gone is SocketException or EndOfStreamException)
        {
            // The client went; what it asked for last may have been carried out.
        }
        catch (WireFormatException)
        {
            _counters.Malformed.Add();
        }
    }

    private async Task<bool> ServeOneAsync()
    {
        byte[] length = new byte[LengthBytes];
        if (!await ReceiveAsync(length, mayEnd: true).ConfigureAwait(false)) return false;
        int bytes = BinaryPrimitives.ReadInt32BigEndian(length);
        if (bytes < MinRequestBytes || bytes > _broker.Options.MaxRequestBytes)
        {
            throw new WireFormatException($"a request of {bytes} bytes; between {MinRequestBytes} and {_broker.Options.MaxRequestBytes}");
        }
        byte[] frame = new byte[bytes];
        await ReceiveAsync(frame.AsMemory(0, MinRequestBytes)).ConfigureAwait(false);
        KafkaApi key = (KafkaApi)BinaryPrimitives.ReadInt16BigEndian(frame);
        if (_faults.RequestCut(key) is int cut)
        {
            if (cut > MinRequestBytes) await ReceiveAsync(frame.AsMemory(MinRequestBytes, Math.Min(cut, bytes) - MinRequestBytes)).ConfigureAwait(false);
            CutOff();
            return false;
        }
        await ReceiveAsync(frame.AsMemory(MinRequestBytes)).ConfigureAwait(false);
        return await AnswerAsync(key, frame).ConfigureAwait(false);
    }

    private async Task<bool> AnswerAsync(KafkaApi key, byte[] frame)
    {
        WireReader body = new(frame);
        body.Int16(); // API key
        short version = body.Int16();
        int correlationId = body.Int32();
        string clientId = body.HeaderString() ?? "";
        WireWriter answer = new();
        answer.Int32(0); // length, when it is known
        answer.Int32(correlationId);
        IApi? api = ApiTable.Find(key);
        if (api is null || version < api.Lowest || version > api.Highest)
        {
            _counters.Unsupported.Add();
            if (key != KafkaApi.ApiVersions) return false;
            ApiVersionsApi.Write(answer, KafkaError.UnsupportedVersion, version: 0);
            return await SendAsync(answer, null).ConfigureAwait(false);
        }
        _counters.Requests(key).Add();
        body.Flexible = answer.Flexible = version >= api.FlexibleFrom;
        body.EndStruct(); // request header v2
        if (key != KafkaApi.ApiVersions) answer.EndStruct(); // response header v1; ApiVersions keeps v0
        IPEndPoint local = (IPEndPoint)_socket.LocalEndPoint!;
        ApiRequest request = new()
        {
            Broker = _broker,
            Faults = _faults,
            Api = key,
            Version = version,
            ClientId = clientId,
            Host = local.Address.ToString(),
            Port = local.Port,
            Body = body,
            Injected = _faults.Error(key),
            Closing = _closing,
        };
        await api.AnswerAsync(request, answer).ConfigureAwait(false);
        if (_faults.DelayOf(key) is TimeSpan delay) await Task.Delay(delay, _closing).ConfigureAwait(false);
        return request.WantsNoAnswer || await SendAsync(answer, _faults.ResponseCut(key)).ConfigureAwait(false);
    }

    private async Task<bool> SendAsync(WireWriter answer, int? cut)
    {
        byte[] bytes = answer.Written.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - LengthBytes);
        Memory<byte> left = cut is int first ? bytes.AsMemory(0, Math.Min(first, bytes.Length)) : bytes;
        while (left.Length > 0) left = left[await _socket.SendAsync(left, _closing).ConfigureAwait(false)..];
        if (cut is null) return true;
        CutOff();
        return false;
    }

    private async Task<bool> ReceiveAsync(Memory<byte> destination, bool mayEnd = false)
    {
        int received = 0;
        while (received < destination.Length)
        {
            int count = await _socket.ReceiveAsync(destination[received..], _closing).ConfigureAwait(false);
            if (count == 0 && received == 0 && mayEnd) return false;
            if (count == 0) throw new EndOfStreamException();
            received += count;
        }
        return true;
    }

    private void CutOff()
    {
        _counters.Cut.Add();
        _socket.Shutdown(SocketShutdown.Both);
    }
}
