namespace Rekkord.Engine.Saving;

/// <summary>How far a save is.</summary>
/// <param name="Activity">What it is doing, a few words.</param>
/// <param name="Files">Entries done that are no directories.</param>
/// <param name="Directories">Directories found.</param>
/// <param name="Size">Bytes of the files done.</param>
/// <param name="AddedSize">Bytes among them that were new.</param>
/// <param name="CurrentPath">The directory being walked.</param>
public readonly record struct SaveProgress(string Activity, long Files, long Directories, long Size, long AddedSize, string CurrentPath);
