using System.Reflection;
using HyperIngest.Protocols.OpcUa;
using HyperIngest.Protocols.OpcUa.Binary;
using HyperIngest.Protocols.OpcUa.Services;
using HyperIngest.Protocols.OpcUa.Types;

namespace HyperIngest.Tests.Unit.OpcUa.Services;

public sealed class MessageTests
{
    public static TheoryData<string> Names => [.. UaSamples.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_read_is_written_as_it_was(string name)
    {
        UaSample sample = Sample(name);
        object read = sample.Decode(sample.Bytes, out UaFault fault, out int left);
        Assert.Equal(UaFault.None, fault);
        Assert.Equal(0, left);
        Assert.Equal(sample.Bytes, sample.Encode(read));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cut_anywhere_a_message_is_a_fault(string name)
    {
        UaSample sample = Sample(name);
        for (int length = 0; length < sample.Bytes.Length; length++)
        {
            sample.Decode(sample.Bytes.AsSpan(0, length), out UaFault fault, out _);
            Assert.True(fault != UaFault.None, $"{name} cut to {length} of {sample.Bytes.Length} bytes was taken");
        }
    }

    [Fact]
    public void Every_message_has_the_encoding_of_its_name()
    {
        foreach (UaSample sample in UaSamples.All)
        {
            string expected = sample.Name == nameof(UaRange) ? "Range" : sample.Name;
            Assert.Equal(expected, UaEncodingIds.NameOf(sample.EncodingId));
        }
    }

    [Fact]
    public void Every_request_has_its_response()
    {
        string[] names = [.. UaSamples.All.Select(s => s.Name)];
        foreach (string request in names.Where(n => n.EndsWith("Request", StringComparison.Ordinal) && Sample(n).Message.GetType().GetProperty("Header") is not null))
        {
            Assert.Contains(request.Replace("Request", "Response", StringComparison.Ordinal), names);
        }
    }

    [Theory]
    [InlineData(typeof(UaStatusCodes))]
    [InlineData(typeof(UaEncodingIds))]
    public void No_number_stands_twice(Type constants)
    {
        uint[] numbers = [.. constants.GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.IsLiteral).Select(f => (uint)f.GetRawConstantValue()!)];
        Assert.Equal(numbers.Length, numbers.Distinct().Count());
    }

    [Theory]
    [InlineData(0x8025_0000, "BadSessionIdInvalid")]
    [InlineData(0x8025_0400, "BadSessionIdInvalid")]
    [InlineData(0x8022_0000, "BadSecureChannelIdInvalid")]
    [InlineData(0x8079_0000, "BadNoSubscription")]
    [InlineData(0x9999_0000, "0x99990000")]
    public void A_status_is_named_whatever_its_flags(uint status, string name)
    {
        Assert.Equal(name, UaStatusCodes.NameOf(status));
        Assert.Equal($"Reading: {name} (0x{status:X8})", new UaException(status, "Reading").Message);
    }

    [Fact]
    public void A_service_fault_in_place_of_a_response_is_an_exception_with_its_status()
    {
        UaException failure = Assert.Throws<UaException>(() => UaMessages.Response<ReadResponse>(Message(new ServiceFault(new UaResponseHeader(0, 7, UaStatusCodes.BadSessionIdInvalid))), "Read of press"));
        Assert.Equal(UaStatusCodes.BadSessionIdInvalid, failure.Status);
        Assert.StartsWith("Read of press: BadSessionIdInvalid", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_response_than_asked_for_is_named()
    {
        UaException failure = Assert.Throws<UaException>(() => UaMessages.Response<ReadResponse>(Message(new CancelResponse(default, 1)), "Read of press"));
        Assert.Equal(UaStatusCodes.BadUnknownResponse, failure.Status);
        Assert.Contains("expected ReadResponse, the server sent CancelResponse", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_malformed_response_is_an_exception()
    {
        byte[] message = Message(new CancelResponse(default, 1));
        Assert.Equal(1u, UaMessages.Response<CancelResponse>(message, "Cancel").CancelCount);
        Assert.Equal(UaStatusCodes.BadDecodingError, Assert.Throws<UaException>(() => UaMessages.Response<CancelResponse>(message.AsSpan(0, message.Length - 1), "Cancel")).Status);
        Assert.Equal(UaStatusCodes.BadDecodingError, Assert.Throws<UaException>(() => UaMessages.Response<CancelResponse>(default, "Cancel")).Status);
    }

    [Fact]
    public void Secrets_are_not_in_the_text_of_a_message()
    {
        UaNodeId secret = new("token-of-the-session", 1);
        UaRequestHeader header = new(secret, 0, 5, 0);
        CreateSessionResponse session = (CreateSessionResponse)UaSamples.Of(typeof(CreateSessionResponse)).Message with { AuthenticationToken = secret };
        Assert.DoesNotContain("token-of", new CancelRequest(header, 1).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("token-of", session.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Password", new UserNameIdentityToken("p", "u", [1], null).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_extension_object_is_read_only_as_what_it_is()
    {
        UaExtensionObject token = UaExtensionObject.Of(new AnonymousIdentityToken("anonymous"));
        Assert.True(token.TryDecode(out AnonymousIdentityToken anonymous));
        Assert.Equal("anonymous", anonymous.PolicyId);
        Assert.False(token.TryDecode<UserNameIdentityToken>(out _));
        Assert.False(UaExtensionObject.None.TryDecode<AnonymousIdentityToken>(out _));
        Assert.False((token with { Body = [1] }).TryDecode<AnonymousIdentityToken>(out _));
    }

    private static UaSample Sample(string name) => UaSamples.All.First(s => s.Name == name);

    private static byte[] Message<T>(T message)
        where T : IUaMessage<T>
    {
        using UaBuffer buffer = new();
        new UaWriter(buffer).Message(message);
        return buffer.Written.ToArray();
    }
}
