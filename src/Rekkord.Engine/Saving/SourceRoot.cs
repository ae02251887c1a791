using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Saving;

/// <summary>Opens named paths: by the directory that holds one, and its name in there.</summary>
internal static class SourceRoot
{
    /// <summary>The path of the directory that holds a path; for a file system's root, that root itself.</summary>
    public static byte[] ParentOf(byte[] path)
    {
        var end = path.AsSpan().LastIndexOf((byte)'/');
        return end == path.Length - 1 ? path
            : OperatingSystem.IsWindows() && end == 2 ? path[..3]
            : end <= 0 ? "/"u8.ToArray()
            : path[..end];
    }

    /// <summary>The name below the parent; <c>.</c> for a file system's root.</summary>
    public static byte[] NameOf(byte[] path)
    {
        var end = path.AsSpan().LastIndexOf((byte)'/');
        return end == path.Length - 1 ? "."u8.ToArray() : path[(end + 1)..];
    }

    /// <summary>The name that the entry gets.</summary>
    public static byte[] EntryNameOf(byte[] path) => path[^1] == (byte)'/' ? "/"u8.ToArray() : NameOf(path);

    /// <summary>Opens the directory that holds a path.</summary>
    /// <exception cref="FileSystemException">There is none, or the system refused.</exception>
    public static SourceDirectory OpenParent(LocalFileSystem files, byte[] path) => files.OpenDirectory(ParentOf(path));

    /// <summary>
    /// Opens everything that was named once, so that a save that could not save one of them ends before it begins. No handle stays
    /// open: there may be thousands.
    /// </summary>
    /// <param name="files">Where they are.</param>
    /// <param name="paths">The paths.</param>
    /// <param name="report">Told of those that only wildcards stand for.</param>
    /// <param name="cancellation">Stops between paths.</param>
    /// <exception cref="RekkordException">There is nothing (<c>SourceNotFound</c>), or it cannot be read (<c>SourceUnreadable</c>).</exception>
    public static void Probe(LocalFileSystem files, IEnumerable<NamedPath> paths, Action<RekkordException> report, CancellationToken cancellation)
    {
        SourceDirectory? parent = null;
        byte[]? parentPath = null;
        try
        {
            foreach (var path in paths)
            {
                cancellation.ThrowIfCancellationRequested();
                try
                {
                    var wanted = ParentOf(path.Path);
                    if (parent is null || !wanted.AsSpan().SequenceEqual(parentPath))
                    {
                        parent?.Dispose();
                        parent = null;
                        (parent, parentPath) = (files.OpenDirectory(wanted), wanted);
                    }

                    Probe(parent, path);
                }
                catch (FileSystemException error) when (path.IsMatch)
                {
                    report(error);
                    path.IsSettled = true;
                }
                catch (FileSystemException error)
                {
                    throw Translate(error, FileName.ToDisplay(path.Path));
                }
            }
        }
        finally
        {
            parent?.Dispose();
        }
    }

    private static void Probe(SourceDirectory parent, NamedPath path)
    {
        var name = NameOf(path.Path);
        var status = parent.GetStatus(name, followLink: !path.IsMatch);
        if (status.Kind == FileKind.Directory)
        {
            using var directory = parent.OpenDirectory(name, followLink: true);
            path.IsMountPoint = directory.GetStatus().Device != parent.GetStatus().Device;
        }
        else if (status.Kind == FileKind.File)
        {
            parent.OpenFile(name, followLink: true).Dispose();
        }
    }

    private static RekkordException Translate(FileSystemException error, string path) => error.Kind == RekkordErrorKind.NotFound
        ? new RekkordException("SourceNotFound", RekkordErrorKind.NotFound, $"There is nothing to save at '{path}'. Check the path, or mount the disk it is on. Nothing was saved.", path, error)
        : new RekkordException("SourceUnreadable", RekkordErrorKind.PermissionDenied, $"'{path}' cannot be read: {error.Message} Nothing was saved.", path, error);
}
