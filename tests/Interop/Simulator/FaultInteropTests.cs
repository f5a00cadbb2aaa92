using System.Diagnostics;
using System.Globalization;
using HyperIngest.LoadGen.Devices;
using HyperIngest.LoadGen.Devices.Faults;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Interop.Simulator;

/// <summary>What clients that nobody here wrote make of each kind of fault: pymodbus, and libmodbus through mbpoll. What they take though they should not is theirs, and stands here too.</summary>
public sealed class FaultInteropTests : IClassFixture<FaultInteropTests.Peers>
{
    // Ends the wait of a read that must have no answer; one that must have one waits this long only in a test that fails.
    private const double Short = 1;
    private const double Long = 20;

    private const string Right = "4660 22136";
    private readonly Peers _peers;

    public FaultInteropTests(Peers peers)
    {
        _peers = peers;
        _peers.Simulator.ClearAll();
    }

    [Theory]
    [InlineData(FaultKind.Drop, Long, "^error ConnectionException$")]
    [InlineData(FaultKind.Silence, Short, "^error ModbusIOException$")]
    [InlineData(FaultKind.Delay, Long, "^ok 4660 22136$")]
    [InlineData(FaultKind.Exception, Long, "^exception 4$")]
    [InlineData(FaultKind.WrongUnit, Short, "^error ModbusIOException$")]
    [InlineData(FaultKind.Truncated, Short, "^error ModbusIOException$")]
    [InlineData(FaultKind.ExtraBytes, Long, "^ok 4660 22136$")]
    [InlineData(FaultKind.Trickle, Long, "^ok 4660 22136$")]
    [InlineData(FaultKind.Duplicate, Long, "^ok 4660 22136$")]
    // This client holds answers neither to transaction ids nor to what it asked for: it takes what it should not, and so that it is caught the data is made up.
    [InlineData(FaultKind.WrongTransactionId, Long, "^ok (?!4660 22136$)[0-9]+ [0-9]+$")]
    [InlineData(FaultKind.ShortPayload, Long, "^ok [0-9]+$")]
    [InlineData(FaultKind.LongPayload, Long, "^ok [0-9]+ [0-9]+ [0-9]+$")]
    public void Pymodbus_sees_the_fault_and_then_the_device(FaultKind kind, double timeout, string expected)
    {
        string id = _peers.Inject(kind);
        Assert.Matches(expected, _peers.Pymodbus(1, timeout));
        Assert.Equal((id, 1, FaultState.Expired), Status());
        Assert.Equal("ok " + Right, _peers.Pymodbus(1, Long));
    }

    [Theory]
    [InlineData(FaultKind.Drop, Long, "Connection reset by peer")]
    [InlineData(FaultKind.Silence, Short, "Connection timed out")]
    [InlineData(FaultKind.Delay, Long, "0x1234")]
    [InlineData(FaultKind.Exception, Long, "Slave device or server failure")]
    [InlineData(FaultKind.WrongTransactionId, Long, "Invalid data")]
    [InlineData(FaultKind.Truncated, Short, "Connection timed out")]
    [InlineData(FaultKind.ShortPayload, Long, "Invalid data")]
    [InlineData(FaultKind.LongPayload, Long, "Invalid data")]
    [InlineData(FaultKind.ExtraBytes, Long, "0x1234")]
    [InlineData(FaultKind.Duplicate, Long, "0x1234")]
    public void Libmodbus_sees_the_fault_and_then_the_device(FaultKind kind, double timeout, string expected)
    {
        string id = _peers.Inject(kind);
        Assert.Contains(expected, _peers.Mbpoll(timeout), StringComparison.Ordinal);
        Assert.Equal((id, 1, FaultState.Expired), Status());
        Assert.Contains("0x1234", _peers.Mbpoll(Long), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_client_connects_again_when_the_fault_is_over()
    {
        _peers.Simulator.Inject(new FaultSpec { Kind = FaultKind.Refuse, Devices = "constant" });
        Assert.StartsWith("error ", _peers.Pymodbus(1, Long), StringComparison.Ordinal);
        Assert.DoesNotContain("0x1234", _peers.Mbpoll(Short), StringComparison.Ordinal);
        Assert.InRange(Status().Hits, 2, long.MaxValue);
        _peers.Simulator.ClearAll();
        Assert.Equal("ok " + Right, _peers.Pymodbus(1, Long));
        Assert.Contains("0x1234", _peers.Mbpoll(Long), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_takes_an_answer_out_of_order_has_the_values_before_once_more()
    {
        _peers.Inject(FaultKind.OutOfOrder, Peers.Sequence, after: 2);
        string[] reads = _peers.Pymodbus(4, Long, Peers.Sequence).Split('|');
        Assert.All(reads, r => Assert.StartsWith("ok ", r, StringComparison.Ordinal));
        Assert.Equal(reads[1], reads[2]);
        Assert.Equal(3, reads.Distinct().Count());
    }

    [Fact]
    public void Garbage_is_no_value()
    {
        _peers.Inject(FaultKind.Garbage);
        Assert.DoesNotContain(Right, _peers.Pymodbus(1, Short), StringComparison.Ordinal);
        Assert.Equal("ok " + Right, _peers.Pymodbus(1, Long));
    }

    [Fact]
    public void Turned_bits_are_a_wrong_value_or_none()
    {
        _peers.Inject(FaultKind.BitFlips);
        Assert.NotEqual("ok " + Right, _peers.Pymodbus(1, Short));
        Assert.Equal("ok " + Right, _peers.Pymodbus(1, Long));
    }

    [Fact]
    public void A_skewed_clock_shows_another_time()
    {
        int before = Clock();
        _peers.Simulator.Inject(new FaultSpec { Kind = FaultKind.ClockSkew, Devices = Peers.Clock, Skew = TimeSpan.FromSeconds(30_000) });
        int skewed = Clock();
        _peers.Simulator.ClearAll();

        // Seconds of the day's first 65,536: they run on while the test does, an hour of it at most.
        Assert.InRange((skewed - before + 65_536) % 65_536, 30_000, 33_600);

        int Clock() => int.Parse(_peers.Pymodbus(1, Long, Peers.Clock).Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private (string Id, long Hits, FaultState State) Status()
    {
        FaultStatus status = Assert.Single(_peers.Simulator.Faults);
        return (status.Id, status.Hits, status.State);
    }

    /// <summary>One simulator and one Python for all of them: starting Python is most of what a test would take.</summary>
    public sealed class Peers : IDisposable
    {
        public const string Sequence = "sequence";
        public const string Clock = "clock";
        private readonly Process _python;

        public Peers()
        {
            PlantTagOptions tag = new() { Name = "t", Type = ModbusType.UInt32, Generator = new GeneratorOptions { Kind = GeneratorKind.Constant, Value = 0x1234_5678 } };
            PlantTagOptions sequence = tag with { Generator = new GeneratorOptions() };
            PlantTagOptions seconds = new()
            {
                Name = "s.{n}", Count = 2, Type = ModbusType.UInt16, Generator = new GeneratorOptions { Kind = GeneratorKind.Counter, Max = 65_535, Period = TimeSpan.FromSeconds(1) },
            };
            Simulator = new LoadGen.Devices.Simulator(new Plant(new PlantOptions
            {
                Devices = [Of("constant", tag), Of(Sequence, sequence), Of(Clock, seconds)],
            }));
            Simulator.Start();
            string script = Path.Combine(Modbus.ServerProcess.Folder(), "..", "Simulator", "pymodbus_client.py");
            _python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

            static PlantDeviceOptions Of(string name, PlantTagOptions tag) => new() { Name = name, Tags = [tag] };
        }

        public LoadGen.Devices.Simulator Simulator { get; }

        public string Inject(FaultKind kind, string device = "constant", int after = 0) => Simulator.Inject(
            new FaultSpec { Kind = kind, Devices = device, After = after, Requests = 1, ExceptionCode = 4, Pause = TimeSpan.FromMilliseconds(kind == FaultKind.Delay ? 100 : 1) });

        public string Pymodbus(int reads, double timeout, string device = "constant")
        {
            int port = Simulator.BasePort + Simulator.Plant.IndexOf(device);
            _python.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{port} {reads} {timeout}"));
            return _python.StandardOutput.ReadLine() ?? throw new EndOfStreamException("The Python client has ended.");
        }

        public string Mbpoll(double timeout)
        {
            string arguments = string.Create(CultureInfo.InvariantCulture, $"-m tcp -1 -0 -o {Math.Min(timeout, 10)} -p {Simulator.BasePort} -a 1 -t 4:hex -r 0 -c 2 127.0.0.1");
            using Process process = Process.Start(new ProcessStartInfo("mbpoll", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
            process.StandardInput.Close();
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
            process.WaitForExit();
            return output;
        }

        public void Dispose()
        {
            _python.StandardInput.Close();
            _python.WaitForExit();
            _python.Dispose();
            Simulator.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
