using System.Net.Sockets;
using HyperIngest.Core.Sockets;

namespace HyperIngest.Tests.Unit.Sockets;

public sealed class ChosenPortsTests
{
    [Fact]
    public void A_run_that_is_taken_is_tried_elsewhere_and_always_below_the_clients_ports()
    {
        List<int> tried = [];
        int found = ChosenPorts.Listen(1000, first =>
        {
            tried.Add(first);
            return tried.Count < 20 ? throw new SocketException((int)SocketError.AddressAlreadyInUse) : first;
        });
        Assert.Equal(tried[^1], found);
        Assert.Equal(20, tried.Count);
        Assert.True(tried.Distinct().Count() > 1);
        Assert.All(tried, first => Assert.InRange(first, 10_000, 32_768 - 1000));
    }

    [Fact]
    public void The_longest_run_fits_in_one_place_alone() => Assert.Equal(10_000, ChosenPorts.Listen(ChosenPorts.MostPorts, first => first));

    [Fact]
    public void Where_every_port_is_taken_the_message_says_what_to_do()
    {
        SocketException none = Assert.Throws<SocketException>(() => ChosenPorts.Listen<int>(3, _ => throw new SocketException((int)SocketError.AddressAlreadyInUse)));
        Assert.Equal(SocketError.AddressAlreadyInUse, none.SocketErrorCode);
        Assert.Equal("No free run of 3 ports between 10000 and 32767 was found in 64 tries; name a base port.", none.Message);
    }

    [Fact]
    public void What_no_other_port_would_mend_is_not_tried_again()
    {
        int tries = 0;
        Assert.Throws<SocketException>(() => ChosenPorts.Listen<int>(3, _ =>
        {
            tries++;
            throw new SocketException((int)SocketError.AddressNotAvailable);
        }));
        Assert.Equal(1, tries);
        Assert.Throws<ArgumentOutOfRangeException>(() => ChosenPorts.Listen(0, first => first));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChosenPorts.Listen(ChosenPorts.MostPorts + 1, first => first));
    }
}
