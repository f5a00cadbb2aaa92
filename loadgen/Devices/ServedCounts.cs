using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace HyperIngest.LoadGen.Devices;

/// <summary>
/// What a plant's devices answered: for every tag of every device, how many answers held it whole. The simulator writes it, the verifier holds a sink against it.
/// <code>
/// 8 bytes  "HISERVED"
/// uint32   version, 1
/// uint32   devices
/// a device:  uint16 name bytes, the name in UTF-8, uint32 tags, uint32 count a tag
/// uint64   sum of all counts; a file cut short lacks it
/// </code>
/// All numbers little-endian; devices and tags in plant order.
/// </summary>
public sealed class ServedCounts
{
    private const uint Version = 1;
    private readonly uint[][] _byDevice;

    /// <summary>Counts by device and tag, both in plant order.</summary>
    public ServedCounts(uint[][] byDevice) => _byDevice = byDevice;

    private static ReadOnlySpan<byte> Magic => "HISERVED"u8;

    /// <summary>How many devices.</summary>
    public int DeviceCount => _byDevice.Length;

    /// <summary>All counts together.</summary>
    public long Total
    {
        get
        {
            long sum = 0;
            foreach (uint[] tags in _byDevice)
            {
                foreach (uint served in tags) sum += served;
            }
            return sum;
        }
    }

    /// <summary>The counts of one device's tags.</summary>
    public ReadOnlySpan<uint> Of(int device) => _byDevice[device];

    /// <summary>Writes the file; an existing one is replaced.</summary>
    public void Save(string path, Plant plant)
    {
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        using BinaryWriter writer = new(file);
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write((uint)_byDevice.Length);
        for (int d = 0; d < _byDevice.Length; d++)
        {
            byte[] name = Encoding.UTF8.GetBytes(plant.Devices[d].Name);
            writer.Write(checked((ushort)name.Length));
            writer.Write(name);
            writer.Write((uint)_byDevice[d].Length);
            if (BitConverter.IsLittleEndian) writer.Write(MemoryMarshal.AsBytes(_byDevice[d].AsSpan()));
            else
            {
                foreach (uint served in _byDevice[d]) writer.Write(served);
            }
        }
        writer.Write((ulong)Total);
    }

    /// <summary>Reads a file that was written for the same plant.</summary>
    /// <exception cref="InvalidDataException">The file is no such file, is cut short, or belongs to another plant; the message says which.</exception>
    public static ServedCounts Load(string path, Plant plant)
    {
        ReadOnlySpan<byte> left = File.ReadAllBytes(path);
        if (!Take(ref left, Magic.Length, path).SequenceEqual(Magic)) throw new InvalidDataException($"{path} is not a file of served counts.");
        uint version = TakeUInt32(ref left, path);
        if (version != Version) throw new InvalidDataException($"{path} has version {version}; this program reads version {Version}.");
        uint devices = TakeUInt32(ref left, path);
        if (devices != plant.Devices.Count)
        {
            throw new InvalidDataException($"{path} has {devices} devices and plant {plant.Options.Name} has {plant.Devices.Count}: it belongs to another plant.");
        }
        uint[][] byDevice = new uint[devices][];
        for (int d = 0; d < byDevice.Length; d++)
        {
            string name = Encoding.UTF8.GetString(Take(ref left, BinaryPrimitives.ReadUInt16LittleEndian(Take(ref left, 2, path)), path));
            uint tags = TakeUInt32(ref left, path);
            PlantDevice device = plant.Devices[d];
            if (name != device.Name || tags != device.Template.Tags.Count)
            {
                throw new InvalidDataException(
                    $"{path}: device {d} is {name} with {tags} tags, in plant {plant.Options.Name} it is {device.Name} with {device.Template.Tags.Count}.");
            }
            byDevice[d] = new uint[tags];
            for (int t = 0; t < byDevice[d].Length; t++) byDevice[d][t] = TakeUInt32(ref left, path);
        }
        ServedCounts counts = new(byDevice);
        if (BinaryPrimitives.ReadUInt64LittleEndian(Take(ref left, 8, path)) != (ulong)counts.Total || !left.IsEmpty)
        {
            throw new InvalidDataException($"{path} is damaged: its sum does not agree with its counts.");
        }
        return counts;
    }

    private static uint TakeUInt32(ref ReadOnlySpan<byte> left, string path) => BinaryPrimitives.ReadUInt32LittleEndian(Take(ref left, 4, path));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> left, int bytes, string path)
    {
        if (left.Length < bytes) throw new InvalidDataException($"{path} is cut short: it ends {bytes - left.Length} bytes into what it must hold.");
        ReadOnlySpan<byte> taken = left[..bytes];
        left = left[bytes..];
        return taken;
    }
}
