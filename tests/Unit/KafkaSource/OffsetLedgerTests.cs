using HyperIngest.Protocols.Kafka;

namespace HyperIngest.Tests.Unit.KafkaSource;

public class OffsetLedgerTests
{
    [Fact]
    public void An_offset_settles_when_every_shard_it_needs_is_durable()
    {
        OffsetLedger ledger = new(2);
        ledger.Add(10, [5, 0]);
        ledger.Add(20, [5, 7]);
        Assert.Equal(-1, ledger.Settle([4, 100]));
        Assert.Equal(10, ledger.Settle([5, 6]));
        Assert.Equal(-1, ledger.Settle([5, 6]));
        Assert.Equal(20, ledger.Settle([5, 7]));
        Assert.True(ledger.IsEmpty);
    }

    [Fact]
    public void A_later_offset_waits_for_an_earlier_one()
    {
        OffsetLedger ledger = new(2);
        ledger.Add(10, [5, 0]);
        ledger.Add(20, [0, 1]);
        Assert.Equal(-1, ledger.Settle([0, 1]));
        Assert.Equal(20, ledger.Settle([5, 1]));
    }

    [Fact]
    public void What_does_not_fit_waits_longer_and_is_never_lost()
    {
        OffsetLedger ledger = new(1);
        for (int i = 1; i <= 1000; i++) ledger.Add(i, [i]);
        long settled = -1;
        for (int durable = 0; durable <= 1000; durable++)
        {
            long now = ledger.Settle([durable]);
            if (now < 0) continue;
            Assert.True(now > settled && now <= durable, $"{now} was settled at {durable} after {settled}");
            settled = now;
        }
        Assert.Equal(1000, settled);
        Assert.True(ledger.IsEmpty);
    }
}
