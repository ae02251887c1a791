using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;

namespace Rekkord.Engine.Restoring;

/// <summary>The directory that a restore writes into, and what it must not be.</summary>
internal static class RestoreDestination
{
    private static readonly byte[] Above = "/.."u8.ToArray();

    /// <summary>Checks a destination before anything is written.</summary>
    /// <param name="request">The restore.</param>
    /// <param name="repository">Where the repository is: a path, or a URL.</param>
    /// <returns>Its full path.</returns>
    /// <exception cref="RekkordException">
    /// It is a file (<c>DestinationNotADirectory</c>), the repository or in it (<c>DestinationInRepository</c>), or has something in it that
    /// is not to be replaced (<c>DestinationNotEmpty</c>).
    /// </exception>
    public static string Check(RestoreRequest request, string repository)
    {
        var destination = Path.GetFullPath(request.Destination);
        if (File.Exists(destination))
            throw new RekkordException("DestinationNotADirectory", RekkordErrorKind.InvalidArgument, $"'{destination}' is a file. Give a directory with -Destination.", destination);
        if (Path.IsPathFullyQualified(repository) && IsWithin(destination, repository))
        {
            throw new RekkordException(
                "DestinationInRepository",
                RekkordErrorKind.InvalidArgument,
                $"'{destination}' is the repository, or in it. Nothing was restored: what is restored could replace what is backed up. Choose another directory.",
                destination);
        }

        if (!request.Force && Directory.Exists(destination) && Directory.EnumerateFileSystemEntries(destination).Any())
        {
            throw new RekkordException(
                "DestinationNotEmpty",
                RekkordErrorKind.AlreadyExists,
                $"'{destination}' is not empty. Nothing was restored. Choose an empty or new directory, or add -Force to restore into it and replace files with the same names.",
                destination);
        }

        return destination;
    }

    private static bool IsWithin(string destination, string repository)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(repository));
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (Path.Join(destination, "/").Replace('\\', '/').StartsWith(root.Replace('\\', '/') + "/", comparison))
            return true;

        // A link may lead into it. So the directories above are asked for, one by one, as the system goes up from where the path leads.
        var identity = IdentityOf(FileName.FromText(root));
        var path = FileName.FromText(FindExisting(destination));
        var last = default((ulong, ulong)?);
        for (var found = IdentityOf(path); found is not null && found != last; found = IdentityOf(path))
        {
            if (found == identity)
                return true;
            last = found;
            path = [.. path, .. Above];
        }

        return false;
    }

    private static string FindExisting(string path) =>
        Directory.Exists(path) || Path.GetDirectoryName(path) is not { } parent ? path : FindExisting(parent);

    /// <summary>What tells a directory from others; null when it cannot be opened, or the system has nothing that does.</summary>
    private static (ulong Device, ulong Inode)? IdentityOf(byte[] path)
    {
        try
        {
            using var directory = MachineFileSystem.Current.OpenDirectory(path);
            var status = directory.GetStatus();
            return status.Inode == 0 ? null : (status.Device, status.Inode);
        }
        catch (FileSystemException)
        {
            // Whoever makes the destination meets the reason, and reports it.
            return null;
        }
    }
}
