namespace Rekkord.Benchmarks.Inputs;

/// <summary>Real files of this machine: the .NET SDK, then the headers, documentation and libraries of the system.</summary>
internal sealed class RealTree(int count) : AppendedFiles
{
    private const long MaximumSize = 1100L * 1024 * 1024;

    private static readonly string[] Roots = [SdkRoot(), "/usr/include", "/usr/share/doc", "/usr/lib/python3", "/usr/share", "/usr/lib"];

    public override char Letter => 'A';

    public override string Description => $"{count:N0} real files of this machine";

    public override void Create(string directory)
    {
        var size = 0L;
        foreach (var file in Roots.SelectMany(FilesBelow).Distinct().Take(count))
        {
            if ((size += new FileInfo(file).Length) > MaximumSize)
                return;
            var target = Path.Combine(directory, file.TrimStart('/'));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static IEnumerable<string> FilesBelow(string root)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return Directory.EnumerateFiles(root, "*", options).Order(StringComparer.Ordinal);
    }

    private static string SdkRoot() =>
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
}
