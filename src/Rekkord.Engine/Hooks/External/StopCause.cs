namespace Rekkord.Engine.Hooks.External;

/// <summary>Why a process was ended from outside.</summary>
internal enum StopCause
{
    /// <summary>It was not: it ended by itself.</summary>
    None,

    /// <summary>The time limit.</summary>
    TimeLimit,

    /// <summary>Cancellation.</summary>
    Cancellation,
}
