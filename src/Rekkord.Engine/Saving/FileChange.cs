using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Saving;

/// <summary>Tells whether a file stayed the same while it was read.</summary>
internal static class FileChange
{
    public static bool IsSame(in FileStatus before, in FileStatus after) =>
        before.Size == after.Size && before.ModifiedTime == after.ModifiedTime && before.ChangedTime == after.ChangedTime;

    public static RekkordException Report(string path) => new(
        "SourceChanged",
        RekkordErrorKind.ReadError,
        $"'{path}' changed each time it was read. It is in the snapshot as it came, perhaps neither as it was before nor after. Stop what writes it, or dump it with a pre-save hook.",
        path);
}
