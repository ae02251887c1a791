using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Saving;

/// <summary>What becomes of a file that cannot be read.</summary>
internal static class UnreadableFile
{
    /// <summary>
    /// Completes a file's entry. A file that is gone is left out: there is nothing of it to miss, unless it was named. Any other is
    /// in the snapshot with its metadata and a mark, so that a restore says what is missing instead of making an empty file.
    /// </summary>
    public static void Complete(SaveContext context, FileItem item, FileSystemException error)
    {
        FileStatus status;
        try
        {
            status = item.Source.GetStatus(item.Name, item.Follow);
        }
        catch (FileSystemException gone) when (gone.Kind == RekkordErrorKind.NotFound)
        {
            context.ReportGone(item.DisplayPath, item.IsNamed);
            item.Receiver.Complete(item.Slot, EncodedEntry.LeftOut);
            return;
        }
        catch (FileSystemException)
        {
            context.Report(error);
            item.Receiver.Complete(item.Slot, EncodedEntry.LeftOut);
            return;
        }

        context.Report(error);
        item.Receiver.Complete(item.Slot, SavedEntry.CreateUnreadable(context, item.EntryName, status));
    }
}
