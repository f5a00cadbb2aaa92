using System.Globalization;
using HyperIngest.Core;
using Microsoft.AspNetCore.Http;

namespace HyperIngest.Host.Http;

/// <summary>
/// Which of a source's devices /status shows: <c>devices=unhealthy</c> (the default) or <c>all</c>, from <c>offset</c> on, at most <c>limit</c>. A node may
/// have tens of thousands; the counts always cover all.
/// </summary>
internal readonly record struct DevicePage(bool All, int Offset, int Limit)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    // A device is taken for healthy while it is connected and has answered well within this time, whatever its interval.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>Reads the query; false when a parameter is wrong.</summary>
    public static bool TryRead(IQueryCollection query, out DevicePage page, out string? wrong)
    {
        page = default;
        wrong = null;
        string? which = query["devices"];
        if (which is not (null or "all" or "unhealthy")) wrong = "devices: expected all or unhealthy.";
        if (!TryNumber(query["offset"], 0, int.MaxValue, 0, out int offset)) wrong = "offset: expected a whole number from 0.";
        if (!TryNumber(query["limit"], 1, MaxLimit, DefaultLimit, out int limit)) wrong = $"limit: expected a whole number from 1 to {MaxLimit}.";
        page = new DevicePage(which == "all", offset, limit);
        return wrong is null;
    }

    /// <summary>The page of one source.</summary>
    public object Of(IReadingSource source)
    {
        IReadOnlyList<DeviceStatus> devices = source.Devices;
        long now = DateTime.UtcNow.Ticks;
        bool all = All;
        List<DeviceStatus> shown = [.. devices.Where(d => all || !IsHealthy(d, now)).Skip(Offset).Take(Limit)];
        return new
        {
            source.Name,
            Devices = devices.Count,
            Unhealthy = devices.Count(d => !IsHealthy(d, now)),
            Readings = devices.Sum(d => d.Readings),
            Faults = devices.Sum(d => d.Faults),
            Offset,
            Shown = shown.Select(d => new
            {
                d.Device,
                d.Connected,
                Healthy = IsHealthy(d, now),
                LastGood = d.LastGoodUtcTicks == 0 ? (DateTime?)null : new DateTime(d.LastGoodUtcTicks, DateTimeKind.Utc),
                d.Readings,
                d.Faults,
                d.LastFault,
            }),
        };
    }

    private static bool IsHealthy(DeviceStatus device, long nowTicks) =>
        device.Connected && device.LastGoodUtcTicks != 0 && nowTicks - device.LastGoodUtcTicks <= Silence.Ticks;

    private static bool TryNumber(string? text, int least, int most, int fallback, out int value)
    {
        value = fallback;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most);
    }
}
