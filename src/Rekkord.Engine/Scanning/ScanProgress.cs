namespace Rekkord.Engine.Scanning;

/// <summary>How far a scan is.</summary>
/// <param name="Activity">What it is doing, a few words.</param>
/// <param name="Size">Bytes of packs read.</param>
/// <param name="TotalSize">Bytes of packs to read; 0 while that is not known.</param>
/// <param name="Problems">Problems found so far.</param>
public readonly record struct ScanProgress(string Activity, long Size, long TotalSize, int Problems);
