using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Saving;

/// <summary>
/// Brings the content of files to the workers: small files in batches, and large ones, which are read here, as chunks. For one thread.
/// </summary>
internal sealed class FileDispatch
{
    private readonly SaveContext _context;
    private readonly LargeFileReader _largeFiles;
    private FileBatch _batch = new();

    public FileDispatch(SaveContext context, MetadataReader metadata)
    {
        _context = context;
        _largeFiles = new LargeFileReader(context, metadata, () => context.Slabs.Rent(context.Cancellation), Pass);
    }

    /// <summary>Takes a file. Its directory's handle is given back when the file was opened.</summary>
    public void Add(FileItem item, long size)
    {
        if (size > SaveContext.SmallFileSize)
        {
            SaveLarge(item);
            return;
        }

        _batch.Add(item, size);
        if (_batch.IsFull)
            Flush();
    }

    /// <summary>Leaves what was taken so far with the workers.</summary>
    public void Flush()
    {
        if (_batch.IsEmpty)
            return;
        Pass(_batch);
        _batch = new FileBatch();
    }

    private void SaveLarge(FileItem item)
    {
        try
        {
            using var file = item.Source.OpenFile(item.Name, item.Follow);
            _largeFiles.Save(item, file);
        }
        catch (FileSystemException error)
        {
            UnreadableFile.Complete(_context, item, error);
        }
        finally
        {
            item.Owner.RemoveUser();
        }
    }

    private void Pass(IWork work) => _context.Queue.Add(work, _context.Cancellation);
}
