using System.Globalization;
using System.Text;

namespace Rekkord.Module.Integration.Tests.Processes;

/// <summary>The whole process stays small, however much it saves, in memory and in open files.</summary>
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests : IDisposable
{
    private const long Limit = 400L * 1024 * 1024;

    private readonly string _base = TestDirectory.Create();

    public void Dispose() => Directory.Delete(_base, recursive: true);

    [Fact]
    public void Saving_a_large_file_stays_below_400_mebibytes()
    {
        var length = TestLength.IsLong ? 3_000_000_000 : 450_000_000;
        var source = Directory.CreateDirectory(Path.Combine(_base, "source")).FullName;
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

    [RequiresTimeFact]
    public void Saving_many_small_files_stays_below_400_mebibytes()
    {
        var directories = TestLength.IsLong ? 1000 : 100;
        var source = Path.Combine(_base, "source");
        for (var directory = 0; directory < directories; directory++)
        {
            var path = Directory.CreateDirectory(Path.Combine(source, $"d{directory}")).FullName;
            for (var file = 0; file < 100; file++)
                File.WriteAllBytes(Path.Combine(path, $"f{file}"), Encoding.UTF8.GetBytes($"file {file} of directory {directory}\n"));
        }

        Assert.InRange(SaveAndMeasure(source), 1, Limit);
    }

    [RequiresTimeFact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Saving_thousands_of_directories_needs_few_open_files()
    {
        var source = Path.Combine(_base, "source");
        var content = new byte[12 * 1024];
        var directories = TestLength.IsLong ? 6000 : 2500;
        for (var directory = 0; directory < directories; directory++)
        {
            var path = Directory.CreateDirectory(Path.Combine(source, $"d{directory}")).FullName;
            new Random(directory).NextBytes(content);
            File.WriteAllBytes(Path.Combine(path, "file"), content);
        }

        using var process = PowerShellProcess.StartBy("ulimit -n 1024 && exec \"$@\"", "-File", SaveScript(), source);

        Assert.True(process.End() == 0, process.Error);
    }

    private long SaveAndMeasure(string source)
    {
        using var process = PowerShellProcess.Start("-File", SaveScript(), source);
        Assert.True(process.End() == 0, process.Error);
        return long.Parse(process.Output, CultureInfo.InvariantCulture);
    }

    private string SaveScript()
    {
        var path = Path.Combine(_base, "measure.ps1");
        File.WriteAllText(path, $$"""
            param($source)
            $ErrorActionPreference = 'Stop'
            Import-Module '{{TestAssembly.ModuleManifest}}'
            $target = @{ Repository = "$PSScriptRoot/repository"; KeyFile = "$PSScriptRoot/master.key" }
            Initialize-RekkordRepository @target 3> $null > $null
            Invoke-RekkordSave memory $source @target > $null
            [System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64
            """);
        return path;
    }
}
