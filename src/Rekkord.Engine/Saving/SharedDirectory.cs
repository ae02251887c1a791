using Rekkord.Engine.FileSystem;

namespace Rekkord.Engine.Saving;

/// <summary>An open directory that the walk and the files that wait to be read from it share; closed when nobody needs it any more.</summary>
internal sealed class SharedDirectory(SourceDirectory directory)
{
    private int _users = 1;

    public SourceDirectory Directory => directory;

    public void AddUser() => Interlocked.Increment(ref _users);

    public void RemoveUser()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            directory.Dispose();
    }
}
