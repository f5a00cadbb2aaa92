namespace HyperIngest.Core.Framing;

/// <summary>What a framer found at the start of the bytes it was given.</summary>
public enum FrameStatus : byte
{
    /// <summary>A whole frame is there.</summary>
    Complete,

    /// <summary>What is there may become a frame; wait for more bytes.</summary>
    NeedMore,

    /// <summary>What is there can never become a frame, however many bytes follow.</summary>
    Malformed,
}
