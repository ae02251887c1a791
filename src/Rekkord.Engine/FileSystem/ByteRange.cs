namespace Rekkord.Engine.FileSystem;

/// <summary>A stretch of a file.</summary>
/// <param name="Offset">Where it starts, in bytes from the start of the file.</param>
/// <param name="Length">Its length in bytes.</param>
public readonly record struct ByteRange(long Offset, long Length);
