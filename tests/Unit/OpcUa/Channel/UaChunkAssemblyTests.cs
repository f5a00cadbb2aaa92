using HyperIngest.Protocols.OpcUa.Channel;

namespace HyperIngest.Tests.Unit.OpcUa.Channel;

/// <summary>Chunks put together, and the limits of that.</summary>
public sealed class UaChunkAssemblyTests : IDisposable
{
    private readonly UaChunkAssembly _assembly = new(maxMessageBytes: 100, maxChunks: 5);

    public void Dispose() => _assembly.Dispose();

    [Fact]
    public void A_message_is_its_chunks_in_order_even_with_others_between_them()
    {
        Assert.Equal(UaAssembled.Incomplete, Add(1, 'C', [1, 2]));
        Assert.Equal(UaAssembled.Incomplete, Add(2, 'C', [9]));
        Assert.Equal(UaAssembled.Complete, Add(3, 'F', [7], out byte[] alone));
        Assert.Equal(UaAssembled.Incomplete, Add(1, 'C', [3]));
        Assert.Equal(UaAssembled.Complete, Add(2, 'F', [8], out byte[] second));
        Assert.Equal(UaAssembled.Complete, Add(1, 'F', [4], out byte[] first));
        Assert.Equal([7], alone);
        Assert.Equal([9, 8], second);
        Assert.Equal([1, 2, 3, 4], first);
    }

    [Fact]
    public void An_abort_chunk_ends_its_message_with_the_error_and_no_other()
    {
        Add(1, 'C', [1]);
        Add(2, 'C', [2]);
        Assert.Equal(UaAssembled.Aborted, Add(1, 'A', [5, 5], out byte[] error));
        Assert.Equal([5, 5], error);
        Assert.Equal(UaAssembled.Complete, Add(2, 'F', [3], out byte[] other));
        Assert.Equal([2, 3], other);
        // One that had not begun can be given up too.
        Assert.Equal(UaAssembled.Aborted, Add(4, 'A', [6], out _));
    }

    [Fact]
    public void A_message_too_large_is_said_once_and_the_rest_of_it_passed_over()
    {
        Add(1, 'C', new byte[60]);
        Assert.Equal(UaAssembled.TooLarge, Add(1, 'C', new byte[41]));
        Assert.Equal(UaAssembled.Incomplete, Add(1, 'C', new byte[10]));
        Assert.Equal(UaAssembled.Incomplete, Add(1, 'F', new byte[10]));
        Assert.Equal(UaAssembled.Complete, Add(1, 'F', [1], out _));
        Assert.Equal(UaAssembled.TooLarge, Add(2, 'F', new byte[101]));
        Assert.Equal(UaAssembled.Complete, Add(2, 'F', new byte[100], out _));
    }

    [Fact]
    public void A_message_of_too_many_chunks_is_too_large_however_small()
    {
        for (int i = 0; i < 5; i++) Assert.Equal(UaAssembled.Incomplete, Add(1, 'C', []));
        Assert.Equal(UaAssembled.TooLarge, Add(1, 'C', []));
        Assert.Equal(UaAssembled.Incomplete, Add(1, 'A', [1]));
        for (int i = 0; i < 4; i++) Add(2, 'C', [1]);
        Assert.Equal(UaAssembled.Complete, Add(2, 'F', [1], out byte[] five));
        Assert.Equal(5, five.Length);
    }

    [Fact]
    public void More_messages_under_way_than_any_sender_needs_are_refused()
    {
        for (uint id = 1; id <= UaChunkAssembly.MaxUnderWay; id++) Assert.Equal(UaAssembled.Incomplete, Add(id, 'C', [1]));
        Assert.Equal(UaAssembled.TooMany, Add(99, 'C', [1]));
        Assert.Equal(UaAssembled.Complete, Add(100, 'F', [1], out _));
    }

    [Fact]
    public void Sequence_numbers_are_the_next_and_wrap_where_the_specification_says()
    {
        UaSequence taken = default;
        Assert.True(taken.TryTake(51));
        Assert.False(taken.TryTake(51));
        Assert.False(taken.TryTake(53));
        Assert.True(taken.TryTake(52));
        UaSequence near = UaSequence.After(uint.MaxValue - 1025);
        Assert.False(near.TryTake(0));
        Assert.True(near.TryTake(uint.MaxValue - 1024));
        Assert.False(near.TryTake(0));
        Assert.True(near.TryTake(uint.MaxValue - 1023));
        Assert.False(near.TryTake(1024));
        Assert.True(near.TryTake(1023));
        Assert.True(near.TryTake(1024));
        UaSequence own = UaSequence.After(uint.MaxValue - 1024), other = UaSequence.After(uint.MaxValue - 1024);
        for (int i = 0; i < 5000; i++) Assert.True(other.TryTake(own.Next()));
    }

    private UaAssembled Add(uint id, char final, byte[] body) => Add(id, final, body, out _);

    private UaAssembled Add(uint id, char final, byte[] body, out byte[] message)
    {
        UaAssembled assembled = _assembly.Add(id, (byte)final, body, out ReadOnlySpan<byte> bytes);
        message = bytes.ToArray();
        return assembled;
    }
}
