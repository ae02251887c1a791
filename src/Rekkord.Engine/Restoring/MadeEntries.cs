using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Restoring;

/// <summary>
/// What a restore has made in one directory, so that no entry replaces another of the same snapshot whose name is the same to the
/// destination. It is told by which file is there, however the destination folds names. Some file systems change a file's number while
/// nobody looks, so where it is known how they fold, it is told by the name as well.
/// </summary>
internal sealed class MadeEntries(NameFolding folding)
{
    private readonly Lock _renaming = new();
    private readonly HashSet<FileIdentity> _files = [];
    private readonly HashSet<FileIdentity> _directories = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MadeEntries> _below = new(StringComparer.Ordinal);

    /// <summary>How the directory folds names.</summary>
    public NameFolding Folding => folding;

    /// <summary>Takes the name of an entry; false when it is known to be that of another. Called by the walking thread only.</summary>
    public bool TryTake(byte[] name) => !folding.IsKnown || _names.Add(folding.Fold(name));

    /// <summary>Takes a directory that was opened; false when it is that of another entry. Called by the walking thread only.</summary>
    public bool TryTake(byte[] name, DestinationDirectory directory) =>
        TryTake(name) && (!folding.NumbersFiles || _directories.Add(directory.Identity) || directory.IsNew);

    /// <summary>What was made in a directory below this one that several saved paths may lead to.</summary>
    public MadeEntries Below(byte[] name, DestinationDirectory directory, NameFolding itsFolding)
    {
        var key = folding.IsKnown || !folding.NumbersFiles ? folding.Fold(name) : directory.Identity.ToString();
        if (!_below.TryGetValue(key, out var made))
            _below[key] = made = new MadeEntries(itsFolding);
        return made;
    }

    /// <summary>Gives an entry that is whole its name.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="temporary">The name that it has.</param>
    /// <param name="name">The name that it gets.</param>
    /// <param name="replace">Whether it replaces what was there before the restore.</param>
    /// <exception cref="RekkordException">The name is taken, perhaps by what this restore made (<c>FileExists</c>), or the system refused.</exception>
    public void Rename(DestinationDirectory directory, byte[] temporary, byte[] name, bool replace)
    {
        // One at a time: not every file system has a call that looks and renames in one step.
        lock (_renaming)
        {
            if (!replace || !folding.NumbersFiles)
            {
                directory.Rename(temporary, name, replace);
                return;
            }

            var made = directory.TryGetIdentity(temporary);
            if (directory.TryGetIdentity(name) is { } present && _files.Contains(present))
                throw NameIsTaken(directory.DisplayPathOf(name));
            directory.Rename(temporary, name, replace: true);
            if (made is { } file)
                _files.Add(file);
        }
    }

    /// <summary>The refusal of a name that is another entry's to the destination.</summary>
    public static RekkordException NameIsTaken(string path) => new(
        "FileExists",
        RekkordErrorKind.AlreadyExists,
        $"'{path}' is not restored: another entry of the snapshot, whose name is the same for this file system, was restored there. Restore it to a file system that tells the two names apart.",
        path);
}
