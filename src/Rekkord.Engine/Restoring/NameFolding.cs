using System.Text;
using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Restoring;

/// <summary>
/// What is known about how a destination folds names: <c>A</c> and <c>a</c> may be one (exFAT, NTFS, APFS), a character that is composed in
/// one name and decomposed in the other (HFS+, APFS, ZFS when told so), or a name with and without a dot or blank at its end (FAT, SMB).
/// </summary>
internal sealed class NameFolding
{
    private readonly bool _foldsCase;
    private readonly bool _normalizes;
    private readonly bool _trims;

    private NameFolding(bool foldsCase, bool normalizes, bool trims, bool numbersFiles)
    {
        _foldsCase = foldsCase;
        _normalizes = normalizes;
        _trims = trims;
        NumbersFiles = numbersFiles;
    }

    /// <summary>Whether some names are known to be one.</summary>
    public bool IsKnown => _foldsCase || _normalizes || _trims;

    /// <summary>Whether each file has a number of its own. Some file systems give one to all.</summary>
    public bool NumbersFiles { get; }

    /// <summary>Tries out a directory. In one in which nothing can be made, nothing can be replaced either.</summary>
    public static NameFolding Find(DestinationDirectory directory)
    {
        var plain = TemporaryName.Create();
        var composed = TemporaryName.CreateComposed();
        try
        {
            var number = Make(directory, plain);
            var otherNumber = Make(directory, composed);
            return new NameFolding(
                foldsCase: Has(directory, plain, static name => name.ToUpperInvariant()),
                normalizes: Has(directory, composed, static name => name.Normalize(NormalizationForm.FormD)),
                trims: Has(directory, plain, static name => $"{name}."),
                numbersFiles: number != otherNumber);
        }
        catch (FileSystemException)
        {
            return new NameFolding(foldsCase: false, normalizes: false, trims: false, numbersFiles: true);
        }
        finally
        {
            Remove(directory, plain);
            Remove(directory, composed);
        }
    }

    /// <summary>What names that are one have in common. Each file system has tables of its own; Unicode's are close to all.</summary>
    public string Fold(byte[] name)
    {
        var text = FileName.ToDisplay(name);
        if (_normalizes)
            text = text.Normalize(NormalizationForm.FormC);
        if (_trims)
            text = text.TrimEnd('.', ' ');
        return _foldsCase ? text.ToUpperInvariant() : text;
    }

    private static FileIdentity? Make(DestinationDirectory directory, byte[] name)
    {
        directory.CreateFile(name).Dispose();
        return directory.TryGetIdentity(name);
    }

    private static bool Has(DestinationDirectory directory, byte[] name, Func<string, string> change) =>
        directory.TryGetIdentity(FileName.FromText(change(FileName.ToDisplay(name)))) is not null;

    private static void Remove(DestinationDirectory directory, byte[] name)
    {
        try
        {
            directory.Remove(name);
        }
        catch (FileSystemException error)
        {
            // It was just made there: whatever keeps it keeps the restore from its work too, and that reports it.
            System.Diagnostics.Debug.WriteLine(error.Message);
        }
    }
}
