using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Trees;

namespace Rekkord.Engine.Restoring;

/// <summary>A file that was restored, or another name of one, read again by its name.</summary>
internal static class RestoredFile
{
    /// <summary>Compares it with the snapshot; what differs is reported.</summary>
    /// <param name="context">The restore.</param>
    /// <param name="directory">The directory it is in.</param>
    /// <param name="entry">What was saved.</param>
    /// <returns>Whether it is what was saved.</returns>
    public static bool Verify(RestoreContext context, DestinationDirectory directory, TreeEntry entry)
    {
        try
        {
            using var file = directory.OpenFile(entry.Name);
            if (file.StatusAtOpening.Size != entry.Size)
                throw Failed(directory, entry);
            var buffer = Array.Empty<byte>();
            foreach (var piece in PlacedChunk.Place(entry, TreeReader.ReadChunks(context.Blobs, entry)))
            {
                if (context.Cancellation.IsCancellationRequested)
                    return false;
                if (buffer.Length < piece.Length)
                    buffer = new byte[piece.Length];
                if (!piece.IsEqual(context.Repository.Hasher, file, buffer))
                    throw Failed(directory, entry);
            }

            context.CountVerified();
            return true;
        }
        catch (RekkordException error)
        {
            context.Report(error);
            return false;
        }
    }

    private static RekkordException Failed(DestinationDirectory directory, TreeEntry entry)
    {
        var path = directory.DisplayPathOf(entry.Name);
        return new RekkordException(
            "VerifyFailed",
            RekkordErrorKind.InvalidData,
            $"'{path}' does not read back as it was written. Check the disk, then restore it again.",
            path);
    }
}
