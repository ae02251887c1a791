namespace Rekkord.Engine.Tests.Reliability;

/// <summary>What goes wrong in a store, at one call or from one call on.</summary>
public enum Fault
{
    /// <summary>This call and all after it fail: the disk is gone.</summary>
    Fails,

    /// <summary>This call fails, and the next works.</summary>
    FailsOnce,

    /// <summary>This call does its work and fails then.</summary>
    FailsAfterwards,

    /// <summary>What this call reads ends too early.</summary>
    Truncates,

    /// <summary>What this call reads has a wrong bit.</summary>
    WrongBytes,

    /// <summary>From here on nothing can be written, for want of room.</summary>
    DiskFull,

    /// <summary>From here on nothing is allowed.</summary>
    PermissionLost,

    /// <summary>From here on nothing can be written: the file system is mounted read-only.</summary>
    ReadOnly,
}
