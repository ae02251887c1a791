namespace Rekkord.Engine.Tests.Reliability;

/// <summary>Something that a store did to the disk, or a test's own mark among these.</summary>
internal sealed record StorageStep(StorageStepKind Kind, string Path, string NewPath = "", byte[]? Data = null, long Offset = 0);

internal enum StorageStepKind
{
    CreateFile,
    Write,
    FlushFile,
    AddName,
    RemoveName,
    CreateDirectory,
    FlushDirectory,
    Mark,
}
