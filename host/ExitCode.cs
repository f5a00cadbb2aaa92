namespace HyperIngest.Host;

/// <summary>What the program's exit says.</summary>
internal static class ExitCode
{
    /// <summary>It did what was asked.</summary>
    public const int Ok = 0;

    /// <summary>It ran, and a promise or a verification was broken.</summary>
    public const int Broken = 1;

    /// <summary>The command line or the configuration is wrong; nothing was started.</summary>
    public const int Usage = 2;

    /// <summary>Something failed while it ran.</summary>
    public const int Failed = 3;

    /// <summary>A second Ctrl-C (or SIGTERM) ended it at once.</summary>
    public const int Interrupted = 130;
}
