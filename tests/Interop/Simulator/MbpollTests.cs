using System.Diagnostics;
using System.Globalization;
using HyperIngest.LoadGen.Devices;
using HyperIngest.Protocols.Modbus;

namespace HyperIngest.Tests.Interop.Simulator;

/// <summary>Debian's mbpoll, which is built on libmodbus, against the simulator: every data format it knows, reading and writing.</summary>
public sealed class MbpollTests : IDisposable
{
    private readonly HyperIngest.LoadGen.Devices.Simulator _simulator;

    public MbpollTests()
    {
        GeneratorOptions Constant(double value) => new() { Kind = GeneratorKind.Constant, Value = value };
        GeneratorOptions memory = new() { Kind = GeneratorKind.Memory };
        _simulator = new HyperIngest.LoadGen.Devices.Simulator(new Plant(new PlantOptions
        {
            Devices =
            [
                new PlantDeviceOptions
                {
                    Name = "dev-{n}",
                    Count = 3,
                    UnitsPerPort = 3,
                    Tags =
                    [
                        new PlantTagOptions { Name = "h16.{n}", Count = 2, Type = ModbusType.UInt16, Generator = Constant(54321) },
                        new PlantTagOptions { Name = "h32", Type = ModbusType.Int32, Order = WordOrder.CDAB, StartAddress = 2, Generator = Constant(-123456789) },
                        new PlantTagOptions { Name = "h32big", Type = ModbusType.Int32, StartAddress = 4, Generator = Constant(-123456789) },
                        new PlantTagOptions { Name = "f32", Order = WordOrder.CDAB, StartAddress = 6, Generator = Constant(3.5) },
                        new PlantTagOptions { Name = "f32big", StartAddress = 8, Generator = Constant(-1.25) },
                        new PlantTagOptions { Name = "memory.{n}", Count = 20, Type = ModbusType.UInt16, StartAddress = 100, Generator = memory },
                        new PlantTagOptions { Name = "i16", Type = ModbusType.Int16, Table = ModbusTable.InputRegister, Generator = Constant(-7) },
                        new PlantTagOptions { Name = "i32", Type = ModbusType.Int32, Table = ModbusTable.InputRegister, StartAddress = 1, Order = WordOrder.CDAB, Generator = Constant(70_000) },
                        new PlantTagOptions { Name = "if32", Table = ModbusTable.InputRegister, StartAddress = 3, Order = WordOrder.CDAB, Generator = Constant(0.125) },
                        new PlantTagOptions { Name = "d.{n}", Count = 9, Type = ModbusType.Bool, Table = ModbusTable.DiscreteInput, Generator = Constant(1) },
                        new PlantTagOptions { Name = "c.{n}", Count = 20, Type = ModbusType.Bool, Table = ModbusTable.Coil, Generator = memory },
                    ],
                },
            ],
        }));
        _simulator.Start();
    }

    public void Dispose() => _simulator.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Theory]
    [InlineData("-t 4 -r 0 -c 2", "54321 (-11215)|54321 (-11215)")]
    [InlineData("-t 4:hex -r 0 -c 1", "0xD431")]
    [InlineData("-t 4:int -r 2 -c 1", "-123456789")]
    [InlineData("-t 4:int -B -r 4 -c 1", "-123456789")]
    [InlineData("-t 4:float -r 6 -c 1", "3.5")]
    [InlineData("-t 4:float -B -r 8 -c 1", "-1.25")]
    [InlineData("-t 3 -r 0 -c 1", "65529 (-7)")]
    [InlineData("-t 3:hex -r 0 -c 1", "0xFFF9")]
    [InlineData("-t 3:int -r 1 -c 1", "70000")]
    [InlineData("-t 3:float -r 3 -c 1", "0.125")]
    [InlineData("-t 1 -r 0 -c 9", "1|1|1|1|1|1|1|1|1")]
    [InlineData("-t 0 -r 0 -c 2", "0|0")]
    public void Reads_every_format(string arguments, string expected) => Assert.Equal(expected.Split('|'), Values(Mbpoll(arguments)));

    [Theory]
    [InlineData("-t 4 -r 100", "1 2 65535", "1|2|65535 (-1)")]
    [InlineData("-t 4 -r 105", "7", "7")]
    [InlineData("-t 4:int -r 106", "-- -5 99999", "-5|99999")]
    [InlineData("-t 4:int -B -r 106", "-- -5", "-5")]
    [InlineData("-t 4:float -r 110", "-- 2.5 -0.5", "2.5|-0.5")]
    [InlineData("-t 4:float -B -r 110", "2.5", "2.5")]
    [InlineData("-t 0 -r 3", "1", "1")]
    [InlineData("-t 0 -r 0", "1 0 1 1 0 0 1 0 1 1 1", "1|0|1|1|0|0|1|0|1|1|1")]
    public void Reads_back_what_it_wrote(string arguments, string values, string expected)
    {
        int count = values.Replace("-- ", "", StringComparison.Ordinal).Split(' ').Length;
        Mbpoll(arguments, values);
        Assert.Equal(expected.Split('|'), Values(Mbpoll($"{arguments} -c {count}")));
    }

    [Fact]
    public void Finds_several_units_behind_one_port()
    {
        string output = Mbpoll("-t 4 -r 0 -c 1", unit: "1,2,3");
        Assert.Equal(3, Values(output).Count(v => v.StartsWith("54321", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("-t 4 -r 300 -c 1", "Illegal data address")]
    [InlineData("-t 3 -r 300 -c 1", "Illegal data address")]
    public void Is_told_what_the_device_has_not(string arguments, string message) => Assert.Contains(message, Mbpoll(arguments, fails: true));

    private string Mbpoll(string arguments, string values = "", string unit = "1", bool fails = false)
    {
        string port = _simulator.BasePort.ToString(CultureInfo.InvariantCulture);
        ProcessStartInfo start = new("mbpoll", $"-m tcp -1 -0 -o 5 -p {port} -a {unit} {arguments} 127.0.0.1 {values}")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        process.WaitForExit();
        Assert.True(fails || process.ExitCode == 0, $"mbpoll {start.Arguments} exited with {process.ExitCode}:\n{output}");
        return output;
    }

    // Lines such as "[100]: 	54321 (-11215)".
    private static string[] Values(string output) =>
        [.. output.Split('\n').Where(l => l.StartsWith('[')).Select(l => l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())];
}
