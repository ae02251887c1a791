// Makes the golden repository anew, for a change of the format before it is released:
//
//   dotnet run --project tests/Unit/Golden.Maker
//
// As root, so that the listing has an owner that every machine knows. See docs/format.md, "The golden repository".
using System.Diagnostics;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Repository;
using Rekkord.Engine.Saving;
using Rekkord.Engine.Storage;
using Rekkord.Engine.Tests;

var golden = Path.GetFullPath(args is [var given] ? given : "tests/Unit/Engine/Golden");
var work = Directory.CreateTempSubdirectory("rekkord-golden-").FullName;
var source = Path.Combine(work, "source");
var repositoryPath = Path.Combine(golden, "repository");
if (Directory.Exists(golden))
    Directory.Delete(golden, recursive: true);
Directory.CreateDirectory(golden);
Directory.CreateDirectory(source);

Shell("""
    umask 022
    mkdir -p letters/deeper empty 'with space'
    printf 'alpha\n' > letters/a; printf 'beta\n' > letters/b; printf 'gamma\n' > letters/deeper/c
    : > zero
    i=0; while [ $i -lt 40 ]; do printf 'file %d\n' $i > "with space/file$i"; i=$((i + 1)); done
    awk 'BEGIN { for (i = 0; i < 90000; i++) printf "line %d of a text that compresses well %d\n", i, i * i % 1009 }' > text
    head -c 100000 /dev/zero > zeros
    truncate -s 3M sparse; printf 'in the middle' | dd of=sparse bs=1 seek=1500000 conv=notrunc status=none
    printf 'two names\n' > hard1; ln hard1 letters/hard2
    ln -s letters/a relative; ln -s /nowhere/at/all dangling
    mkfifo fifo
    printf 'odd\n' > "$(printf 'bad\377name')"; printf 'uni\n' > 'ünï-日本'
    printf 'attributes\n' > xattr; setfattr -n user.colour -v blue xattr
    chmod 4755 letters/b; chmod 0 letters/deeper/c; chmod 1777 empty
    find . -exec touch -h -d '2001-02-03 04:05:06.123456789' {} +
    touch -d '1960-01-01' zero; touch -d '2300-01-01' zeros
    """);

using var master = KeyMaterial.CreateMaster();
KeyFile.Write(Path.Combine(golden, "master.key"), master);
using (RepositoryAccess.Initialize(DirectoryObjectStore.CreateOrOpen(repositoryPath), KeyFile.Read(Path.Combine(golden, "master.key"))))
    Save(KeyFile.Read(Path.Combine(golden, "master.key")), "first");
File.WriteAllLines(Path.Combine(golden, "first.listing"), Lines());

Shell("printf 'delta\n' > letters/d; rm letters/a; touch -d '2002-02-02' letters/d letters");
var restricted = Path.Combine(work, "rw.key");
KeyFile.Write(restricted, master.Derive(KeyRole.ReadWrite));
Save(KeyFile.Read(restricted), "second");
File.WriteAllLines(Path.Combine(golden, "second.listing"), Lines());
Directory.Delete(Path.Combine(repositoryPath, "tmp"));
Shell("cd /; rm -rf \"$OLDPWD\""); // .NET cannot remove a name that is no UTF-8.
Directory.Delete(work, recursive: true);
return 0;

void Save(KeyMaterial keys, string channel)
{
    using var repository = RepositoryAccess.Open(DirectoryObjectStore.Open(repositoryPath), keys);
    var request = new SaveRequest { Channel = channel, Paths = [FileName.FromText(source)], CompressionLevel = 9, CacheDirectory = Path.Combine(work, "cache") };
    if (new SaveOperation(repository, request, new Report()).Run(CancellationToken.None).IsPartial)
        throw new InvalidOperationException("The golden save is partial.");
}

IEnumerable<string> Lines() => TreeListing.Of(source).Where(line => line.Key != ".").Select(line => $"{line.Key} {line.Value}");

void Shell(string script)
{
    using var shell = Process.Start(new ProcessStartInfo("sh", ["-euc", script]) { WorkingDirectory = source })!;
    shell.WaitForExit();
    if (shell.ExitCode != 0)
        throw new InvalidOperationException("The golden tree could not be made.");
}

internal sealed class Report : ISaveObserver
{
    public void EntryFailed(RekkordException error) => Console.Error.WriteLine(error.Message);

    public void Warn(string message) => Console.Error.WriteLine(message);
}
