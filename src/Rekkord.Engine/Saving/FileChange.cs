using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Saving;

/// <summary>Tells whether a file stayed the same while it was read.</summary>
internal static class FileChange
{
    public static bool IsSame(in FileStatus before, in FileStatus after) =>
        before.Size == after.Size && before.ModifiedTime == after.ModifiedTime && before.ChangedTime == after.ChangedTime;

    /// <summary>
    /// Whether what was read is the whole content. Some file systems do not know the sizes of files and say 0, as /proc does, or another
    /// number, as /sys does: what was read to its end while the status stayed the same is whole, whatever its length. Unless it was 0 it
    /// is read once more first, for a file may have changed and changed back.
    /// </summary>
    /// <param name="before">The status before.</param>
    /// <param name="after">The status after.</param>
    /// <param name="read">Bytes that were read.</param>
    /// <param name="expected">Bytes that the status before promised.</param>
    /// <param name="isLastAttempt">Whether it will not be read again.</param>
    public static bool IsWhole(in FileStatus before, in FileStatus after, long read, long expected, bool isLastAttempt) =>
        IsSame(before, after) && (read == expected || before.Size == 0 || isLastAttempt);

    public static RekkordException Report(string path) => new(
        "SourceChanged",
        RekkordErrorKind.ReadError,
        $"'{path}' changed each time it was read. The snapshot has what the last reading gave, which may mix old and new content. Stop the program that writes it, or dump it with a pre-save hook.",
        path);
}
