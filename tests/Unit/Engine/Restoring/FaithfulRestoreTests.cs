using System.Diagnostics;
using System.Text;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Machine;

namespace Rekkord.Engine.Tests.Restoring;

/// <summary>Every kind of entry comes back as it was: content, type, mode, owner, times, links, attributes.</summary>
public sealed class FaithfulRestoreTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [RequiresRootFact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public void A_tree_of_everything_comes_back_identical()
    {
        // One script, because .NET can make neither names that are not UTF-8 nor half of the rest.
        Shell("""
            mkdir empty-directory many nested 'with space' "$(printf 'new\nline')" "$(printf 'bad\377name')"
            : > empty
            printf one > 'quote'\''"$;&|<>(){}*?[]~`!# file'
            printf two > "$(printf 'tab\tname')"
            printf three > "$(printf 'bad\377name/\200\201')"
            printf four > "$(head -c 255 /dev/zero | tr '\0' n)"
            printf five > 'ünïcödé-日本-🦄'
            head -c 16384 /dev/urandom > exactly-minimum
            head -c 16385 /dev/urandom > one-above-minimum
            head -c 524288 /dev/urandom > largest-small-file
            head -c 524289 /dev/urandom > smallest-large-file
            head -c 5000000 /dev/urandom > several-chunks
            head -c 3000000 /dev/zero > zeros
            truncate -s 300M sparse; printf data | dd of=sparse bs=1 seek=150000000 conv=notrunc status=none
            truncate -s 10M all-hole
            printf linked > hard1; ln hard1 nested/hard2; ln hard1 many/hard3
            ln -s empty relative; ln -s /etc/hostname absolute; ln -s nowhere/at/all dangling; ln -s . nested/loop
            ln -s "$(printf 'bad\377target')" bad-target
            mkfifo fifo; mknod device c 1 7; mknod block b 7 99
            printf m > mode0; printf m > setuid; printf m > setgid; mkdir sticky sealed; printf in > sealed/inside
            for i in $(seq 1 300); do printf $i > many/file$i; done
            printf x > attributes; setfattr -n user.colour -v blue attributes; setfattr -n user.empty attributes; setfattr -n user.dir -v yes empty-directory
            setfacl -m u:12345:rw attributes; setfacl -d -m g:54321:rx empty-directory
            chown 1234:5678 hard1; chown -h 4321:8765 relative; chown 99999:99999 empty-directory
            chmod 0 mode0; chmod 4755 setuid; chmod 2755 setgid; chmod 1777 sticky; chmod 0500 sealed
            touch -d '1905-06-07 08:09:10.123456789' empty; touch -d '2399-01-02 03:04:05.987654321' zeros
            touch -h -d '1999-12-31 23:59:59.5' dangling; touch -d '2001-02-03' sealed
            """);
        MakeDeep(levels: 200, "a-directory-with-a-rather-long-name-to-go-far-beyond-the-longest-path");

        var before = TreeListing.Of(_repository.Source);
        var saved = _repository.Save();
        var restored = _repository.Restore(new() { Snapshot = "test", Path = _repository.Source, Destination = _repository.Destination, Verify = true });

        Assert.Empty(_repository.Failed);
        Assert.False(saved.IsPartial);
        Assert.Equal(0, restored.ErrorCount);
        Assert.Equal(before, TreeListing.Of(_repository.Destination));
        Assert.Contains(before.Values, line => line.Contains("sparse", StringComparison.Ordinal));
        Assert.Contains(before.Values, line => line.Contains("same as", StringComparison.Ordinal));
        Assert.Empty(_repository.Scan(new() { Full = true }).Problems);
    }

    [RequiresTimeFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_file_of_two_hundred_mebibytes_comes_back_identical()
    {
        Shell("head -c 209715200 /dev/urandom > large; head -c 100000000 /dev/zero | tr '\\0' 'a' >> large");
        var before = TreeListing.Of(_repository.Source);

        _repository.Save();
        _repository.RestoreSource();

        Assert.Equal(before, TreeListing.Of(_repository.Destination));
    }

    [Fact]
    public void A_socket_is_recorded_and_not_made_again()
    {
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        var previous = Environment.CurrentDirectory;
        Environment.CurrentDirectory = _repository.Source;
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint("listening"));
        Environment.CurrentDirectory = previous;

        var saved = _repository.Save();
        var restored = _repository.RestoreSource();

        Assert.Equal(1, saved.Snapshot.Summary.Files);
        Assert.Equal(0, restored.ErrorCount);
        Assert.Contains(_repository.Warnings, warning => warning.Contains("listening", StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(_repository.Destination, "listening")));
    }

    private void MakeDeep(int levels, string name)
    {
        var directory = MachineFileSystem.Current.CreateDestination(FileName.FromText(_repository.Source));
        for (var level = 0; level < levels; level++)
        {
            var next = directory.CreateDirectory(Encoding.UTF8.GetBytes(name));
            directory.Dispose();
            directory = next;
        }

        using (directory)
        using (var file = directory.CreateFile("bottom"u8.ToArray()))
            file.Write("at the bottom"u8, 0);
    }

    private void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-euc", script]) { WorkingDirectory = _repository.Source })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
