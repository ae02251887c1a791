namespace Rekkord.Engine.Restoring;

/// <summary>How far a restore is.</summary>
/// <param name="Activity">What it is doing, a few words.</param>
/// <param name="Files">Entries made that are no directories.</param>
/// <param name="Size">Bytes of them.</param>
/// <param name="TotalFiles">Files of the whole snapshot.</param>
/// <param name="TotalSize">Bytes of the whole snapshot.</param>
public readonly record struct RestoreProgress(string Activity, long Files, long Size, long TotalFiles, long TotalSize);
