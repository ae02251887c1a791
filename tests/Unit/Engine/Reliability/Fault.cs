namespace Rekkord.Engine.Tests.Reliability;

/// <summary>What a store may do instead of what it is asked for.</summary>
public enum Fault
{
    /// <summary>Every call fails from then on, as when a network goes away.</summary>
    Fails,

    /// <summary>One call fails, the next works.</summary>
    FailsOnce,

    /// <summary>One call does what it was asked for and still fails, as when an answer is lost.</summary>
    FailsAfterwards,

    /// <summary>One reading call gives half of what is there.</summary>
    Truncates,

    /// <summary>One reading call gives a wrong bit.</summary>
    WrongBytes,

    /// <summary>Nothing more can be written: the disk is full.</summary>
    DiskFull,

    /// <summary>Nothing more can be read or written: permission is lost.</summary>
    PermissionLost,

    /// <summary>Nothing more can be written: the disk is read-only.</summary>
    ReadOnly,
}
