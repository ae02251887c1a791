using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Saving;

/// <summary>A path to save, opened: its parent directory and its name there.</summary>
/// <param name="Path">The path, absolute.</param>
/// <param name="Parent">The open parent directory; for a file system's root, that root itself.</param>
/// <param name="Name">The name below the parent; <c>.</c> for a file system's root.</param>
/// <param name="EntryName">The name that the entry gets.</param>
internal sealed record SourceRoot(byte[] Path, SourceDirectory Parent, byte[] Name, byte[] EntryName) : IDisposable
{
    /// <summary>Opens a path and checks that something is there that can be read.</summary>
    /// <exception cref="RekkordException">There is nothing (<c>SourceNotFound</c>), or it cannot be read (<c>SourceUnreadable</c>).</exception>
    public static SourceRoot Open(LocalFileSystem files, byte[] path)
    {
        var end = path.AsSpan().LastIndexOf((byte)'/');
        var isRoot = end == path.Length - 1;
        byte[] parentPath = isRoot ? path : end <= 0 ? "/"u8.ToArray() : path[..end];
        if (OperatingSystem.IsWindows() && end == 2)
            parentPath = path[..3];
        SourceDirectory? parent = null;
        try
        {
            parent = files.OpenDirectory(parentPath);
            var root = new SourceRoot(path, parent, isRoot ? "."u8.ToArray() : path[(end + 1)..], isRoot ? "/"u8.ToArray() : path[(end + 1)..]);
            root.Probe();
            return root;
        }
        catch (FileSystemException error)
        {
            parent?.Dispose();
            throw Translate(error, FileName.ToDisplay(path));
        }
    }

    public void Dispose() => Parent.Dispose();

    /// <summary>Opens what is there once, so that a save that could save nothing of it ends before it begins.</summary>
    private void Probe()
    {
        var status = Parent.GetStatus(Name, followLink: true);
        if (status.Kind == FileKind.Directory)
            Parent.OpenDirectory(Name, followLink: true).Dispose();
        else if (status.Kind == FileKind.File)
            Parent.OpenFile(Name, followLink: true).Dispose();
    }

    private static RekkordException Translate(FileSystemException error, string path) => error.Kind == RekkordErrorKind.NotFound
        ? new RekkordException("SourceNotFound", RekkordErrorKind.NotFound, $"There is nothing to save at '{path}'. Check the path, or mount the disk it is on. Nothing was saved.", path, error)
        : new RekkordException("SourceUnreadable", RekkordErrorKind.PermissionDenied, $"'{path}' cannot be read: {error.Message} Nothing was saved.", path, error);
}
