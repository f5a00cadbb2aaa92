using HyperIngest.LoadGen.Profiles;

namespace HyperIngest.LoadGen.Devices.Mqtt;

/// <summary>How many readings of a plant's publishers are due in a pace's measured time: by the schedule and the devices' names alone, whatever is published of it.</summary>
/// <param name="plant">The plant.</param>
internal sealed class CurveTally(Plant plant)
{
    // Replaced whole: whoever asks for the simulator's numbers may come from any thread.
    private volatile Counted? _last;

    private sealed record Counted(ProfilePace Pace, long Begins, long Ends, long Due);

    /// <summary>Readings due from the measured time's begin to its end as it stands.</summary>
    public long DueOf(ProfilePace pace)
    {
        // A plant of many devices is gone through once for the curve and once more when it is cut short.
        long begins = pace.Begins, ends = pace.Ends;
        if (_last is { } last && ReferenceEquals(last.Pace, pace) && (last.Begins, last.Ends) == (begins, ends)) return last.Due;
        long due = plant.Devices.Where(d => d.Mqtt is not null).Sum(d => pace.PollsOf(d.Name) * d.Template.Tags.Count);
        _last = new Counted(pace, begins, ends, due);
        return due;
    }
}
