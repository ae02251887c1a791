using System.Globalization;
using System.Text;

namespace Rekkord.Module.Tests.Shell;

/// <summary>The whole process stays small, however much it saves, in memory and in open files.</summary>
public sealed class MemoryTests : IDisposable
{
    private const long Limit = 400L * 1024 * 1024;

    private readonly ShellProcess _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void Saving_a_large_file_stays_below_400_mebibytes()
    {
        var length = TestLength.IsLong ? 3_000_000_000 : 800_000_000;
        var source = Directory.CreateDirectory(Path.Combine(_shell.Base, "source")).FullName;
        using (var file = new FileStream(Path.Combine(source, "image"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            // A mebibyte of noise and one of zeros in turn, none like another: what an image of a disk is made of.
            var random = new Random(1);
            var block = new byte[2 * 1024 * 1024];
            for (var written = 0L; written < length; written += block.Length)
            {
                random.NextBytes(block.AsSpan(0, block.Length / 2));
                file.Write(block);
            }
        }

        Assert.InRange(SaveAndMeasure(source), 1, Limit);
    }

    [Fact]
    public void Saving_many_small_files_stays_below_400_mebibytes()
    {
        var directories = TestLength.IsLong ? 1000 : 150;
        var source = Path.Combine(_shell.Base, "source");
        for (var directory = 0; directory < directories; directory++)
        {
            var path = Directory.CreateDirectory(Path.Combine(source, $"d{directory}")).FullName;
            for (var file = 0; file < 100; file++)
                File.WriteAllBytes(Path.Combine(path, $"f{file}"), Encoding.UTF8.GetBytes($"file {file} of directory {directory}\n"));
        }

        Assert.InRange(SaveAndMeasure(source), 1, Limit);
    }

    [Fact]
    public void Saving_thousands_of_directories_needs_few_open_files()
    {
        var source = Path.Combine(_shell.Base, "source");
        var content = new byte[12 * 1024];
        for (var directory = 0; directory < 6000; directory++)
        {
            var path = Directory.CreateDirectory(Path.Combine(source, $"d{directory}")).FullName;
            new Random(directory).NextBytes(content);
            File.WriteAllBytes(Path.Combine(path, "file"), content);
        }

        var run = _shell.RunWithOpenFiles(1024, "-NonInteractive", "-File", SaveScript(), source);

        Assert.True(run.ExitCode == 0, run.Error);
    }

    private long SaveAndMeasure(string source)
    {
        var run = _shell.Run("-NonInteractive", "-File", SaveScript(), source);
        Assert.True(run.ExitCode == 0, run.Error);
        return long.Parse(run.Lines[^1], CultureInfo.InvariantCulture);
    }

    private string SaveScript() => _shell.Script("measure.ps1", """
            param($source)
            $ErrorActionPreference = 'Stop'
            $env:XDG_CACHE_HOME = "$PSScriptRoot/cache"
            Initialize-RekkordRepository "$PSScriptRoot/repository" -KeyFile "$PSScriptRoot/master.key" 3> $null > $null
            Invoke-RekkordSave memory $source -Repository "$PSScriptRoot/repository" -KeyFile "$PSScriptRoot/master.key" > $null
            [System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64
            """);
}
