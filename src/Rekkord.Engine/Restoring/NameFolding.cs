using System.Text;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Restoring;

/// <summary>Tells destinations to which <c>A</c> and <c>a</c> are one name (exFAT, NTFS, APFS), and which names are one there.</summary>
internal static class NameFolding
{
    /// <summary>Whether a directory folds names. One in which nothing can be made does not: nothing in it can be replaced either.</summary>
    public static bool IsDoneIn(DestinationDirectory directory)
    {
        var name = TemporaryName.Create();
        try
        {
            directory.CreateFile(name).Dispose();
            var isFound = directory.TryGetStatus(FileName.FromText(FileName.ToDisplay(name).ToUpperInvariant())) is not null;
            directory.Remove(name);
            return isFound;
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    /// <summary>What names that fold to one have in common: upper case, after Unicode normalization. Each file system has a table of its own; this is close to all.</summary>
    public static string Fold(byte[] name) => FileName.ToDisplay(name).Normalize(NormalizationForm.FormC).ToUpperInvariant();
}
