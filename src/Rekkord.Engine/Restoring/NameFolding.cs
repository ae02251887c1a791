using System.Text;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Restoring;

/// <summary>
/// Which names are one in a destination: <c>A</c> and <c>a</c> (exFAT, NTFS, APFS), or a character that is composed in one name and
/// decomposed in the other (HFS+, APFS, ZFS when told so).
/// </summary>
internal sealed class NameFolding
{
    private readonly bool _foldsCase;
    private readonly bool _normalizes;

    private NameFolding(bool foldsCase, bool normalizes)
    {
        _foldsCase = foldsCase;
        _normalizes = normalizes;
    }

    /// <summary>
    /// Tries out how a directory folds names; null when it does not. One in which nothing can be made does not: nothing in it can be
    /// replaced either.
    /// </summary>
    public static NameFolding? Find(DestinationDirectory directory)
    {
        var foldsCase = FindsBy(directory, TemporaryName.Create(), name => name.ToUpperInvariant());
        var normalizes = FindsBy(directory, TemporaryName.CreateComposed(), name => name.Normalize(NormalizationForm.FormD));
        return foldsCase || normalizes ? new NameFolding(foldsCase, normalizes) : null;
    }

    /// <summary>What names that are one have in common. Each file system has tables of its own; Unicode's are close to all.</summary>
    public string Fold(byte[] name)
    {
        var text = FileName.ToDisplay(name);
        if (_normalizes)
            text = text.Normalize(NormalizationForm.FormC);
        return _foldsCase ? text.ToUpperInvariant() : text;
    }

    private static bool FindsBy(DestinationDirectory directory, byte[] name, Func<string, string> change)
    {
        try
        {
            directory.CreateFile(name).Dispose();
            var isFound = directory.TryGetStatus(FileName.FromText(change(FileName.ToDisplay(name)))) is not null;
            directory.Remove(name);
            return isFound;
        }
        catch (FileSystemException)
        {
            return false;
        }
    }
}
