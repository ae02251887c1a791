namespace Rekkord.Benchmarks.Inputs;

/// <summary>A tree of many files, of which every hundredth is changed by a line at its end.</summary>
internal abstract class AppendedFiles : Input
{
    private const int Every = 100;

    private static ReadOnlySpan<byte> Line => "\nThis line was added by the benchmark.\n"u8;

    public override bool HasManyFiles => true;

    public override void Change(string directory) => ForEachChanged(directory, stream =>
    {
        stream.Seek(0, SeekOrigin.End);
        stream.Write(Line);
    });

    public override void Undo(string directory) => ForEachChanged(directory, stream => stream.SetLength(stream.Length - Line.Length));

    private static void ForEachChanged(string directory, Action<FileStream> change)
    {
        var files = Directory.GetFiles(directory, "*", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        for (var i = 0; i < files.Length; i += Every)
        {
            using var stream = new FileStream(files[i], FileMode.Open, FileAccess.Write);
            change(stream);
        }
    }
}
