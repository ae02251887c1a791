namespace Rekkord.Benchmarks.Tools;

/// <summary>What is compared, in the order in which it is done.</summary>
internal enum Step
{
    FirstSave,
    UnchangedSave,
    ListFiles,
    ChangedSave,
    FullScan,
    Restore,
}
