namespace HyperIngest.Core.Readings;

/// <summary>The classes' names, as records, topics and metrics have them.</summary>
public static class ClassificationNames
{
    /// <summary>The class' name: <c>log</c>, <c>event</c>, <c>telemetry</c> or <c>alarm</c>.</summary>
    public static string NameOf(Classification classification) => classification switch
    {
        Classification.Log => "log",
        Classification.Event => "event",
        Classification.Alarm => "alarm",
        _ => "telemetry",
    };
}
