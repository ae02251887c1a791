using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Reads what an entry has beside its content. What the system refuses is reported, and the entry is saved without it: an attribute never
/// costs a file. For one thread.
/// </summary>
internal sealed class MetadataReader
{
    private readonly SaveContext _context;
    private readonly Action<FileSystemException> _refused;

    public MetadataReader(SaveContext context)
    {
        _context = context;
        _refused = Refuse;
    }

    /// <summary>Whether nothing of what was read last was refused.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Reads what an open file has.</summary>
    public FileMetadata Read(FileItem item, SourceFile file, in FileStatus status)
    {
        IsWhole = true;
        return _context.Describe(status, file.GetExtendedAttributes(_refused), ReadSecurity(item.Source, item.Name));
    }

    /// <summary>Reads what an open directory has.</summary>
    public FileMetadata Read(SourceDirectory directory, in FileStatus status)
    {
        IsWhole = true;
        return _context.Describe(status, directory.GetExtendedAttributes(_refused), ReadSecurity(directory, null));
    }

    /// <summary>Reads what an entry has that is not opened.</summary>
    public FileMetadata Read(SourceDirectory directory, byte[] name, in FileStatus status)
    {
        IsWhole = true;
        return _context.Describe(status, directory.GetExtendedAttributes(name, followLink: false, _refused), ReadSecurity(directory, name));
    }

    private byte[]? ReadSecurity(SourceDirectory directory, byte[]? name)
    {
        try
        {
            return directory.GetSecurityDescriptor(name);
        }
        catch (FileSystemException error)
        {
            Refuse(error);
            return null;
        }
    }

    private void Refuse(FileSystemException error)
    {
        IsWhole = false;
        _context.Report(error);
    }
}
