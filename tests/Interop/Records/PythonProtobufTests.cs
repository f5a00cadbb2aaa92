using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using HyperIngest.Core.Readings;
using HyperIngest.Core.Records;
using HyperIngest.Tests.Unit.Host;
using HyperIngest.Tests.Unit.Records;

namespace HyperIngest.Tests.Interop.Records;

/// <summary>A consumer in another language: the shipped .proto through protoc and Google's library for Python.</summary>
public sealed class PythonProtobufTests
{
    [Fact]
    public void Python_reads_every_reading_of_our_batches_as_we_wrote_it()
    {
        string folder = Directory.CreateTempSubdirectory("hyperingest-proto-").FullName;
        try
        {
            Run("protoc", [$"--proto_path={RepositoryRoot.File("core", "Records")}", $"--python_out={folder}", "readings.proto"], []);
            Random random = new(11);
            SeriesCatalog catalog = RecordSamples.Catalog();
            ProtobufBatchWriter writer = new(catalog);
            using MemoryStream records = new();
            List<Reading> written = [];
            foreach (int[] series in Enumerable.Range(0, catalog.Count).GroupBy(catalog.DeviceOf).Select(d => d.ToArray()))
            {
                Reading[] readings = [.. Enumerable.Range(0, 100).Select(_ => RecordSamples.Any(catalog, series[random.Next(series.Length)], random))];
                byte[] buffer = new byte[4 + writer.MaxBytes(readings)];
                Assert.True(writer.TryWrite(readings, buffer.AsSpan(4), out int bytes));
                BinaryPrimitives.WriteInt32BigEndian(buffer, bytes);
                records.Write(buffer, 0, 4 + bytes);
                written.AddRange(readings);
            }
            string[] lines = Run("/usr/bin/python3", [RepositoryRoot.File("tests", "Interop", "Records", "read_records.py"), folder], records.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(written.Count, lines.Length);
            for (int i = 0; i < lines.Length; i++) AssertSame(catalog, written[i], lines[i]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertSame(SeriesCatalog catalog, Reading reading, string line)
    {
        const long UnixEpoch = 621_355_968_000_000_000;
        SeriesDefinition series = catalog[reading.SeriesId];
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement read = document.RootElement;
        Assert.Equal(
            (series.Device, series.Tag, series.Unit, series.Tenant, series.Topic),
            (Text("device"), Text("tag"), Text("unit"), Text("tenant"), Text("topic")));
        Assert.Equal($"KIND_{series.Kind}", Text("kind"), ignoreCase: true);
        Assert.Equal($"CLASSIFICATION_{series.Classification}", Text("classification"), ignoreCase: true);
        Assert.Equal(reading.Status, read.GetProperty("status").GetUInt32());
        Assert.Equal(reading.GatewayTime - UnixEpoch, read.GetProperty("gateway").GetInt64());
        JsonElement source = read.GetProperty("source");
        Assert.Equal(reading.SourceTime, source.ValueKind == JsonValueKind.Null ? 0 : source.GetInt64() + UnixEpoch);
        JsonElement value = read.GetProperty("value");
        switch (series.Kind)
        {
            case ValueKind.Float64: Assert.Equal(reading.ValueBits.ToString("x16"), value.GetString()); break;
            case ValueKind.Int64: Assert.Equal(reading.ValueBits, value.GetInt64()); break;
            case ValueKind.UInt64: Assert.Equal((ulong)reading.ValueBits, value.GetUInt64()); break;
            case ValueKind.Bool: Assert.Equal(reading.ValueBits != 0, value.GetBoolean()); break;
            default: Assert.Equal(catalog.Texts[reading.ValueBits], value.GetString()); break;
        }

        string Text(string name) => read.GetProperty(name).GetString()!;
    }

    private static string Run(string program, string[] arguments, byte[] input)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(TimeSpan.FromSeconds(60)))
        {
            process.Kill();
            throw new TimeoutException($"{program} did not end in 60 s.");
        }
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.Result;
    }
}
