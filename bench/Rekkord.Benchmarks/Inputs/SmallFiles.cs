namespace Rekkord.Benchmarks.Inputs;

/// <summary>Directories of 50 text files each, of 1 to 16 KiB.</summary>
internal sealed class SmallFiles(int directories) : AppendedFiles
{
    private const int FilesEach = 50;

    public override char Letter => 'B';

    public override string Description => $"{directories * FilesEach:N0} generated files of 1 to 16 KiB in {directories:N0} directories";

    public override void Create(string directory)
    {
        var random = new RandomContent(1);
        var buffer = new byte[16 * 1024];
        for (var i = 0; i < directories; i++)
        {
            var folder = Path.Combine(directory, $"{i / 50:d3}", $"{i % 50:d2}");
            Directory.CreateDirectory(folder);
            for (var j = 0; j < FilesEach; j++)
            {
                var content = buffer.AsSpan(0, 1024 + random.Next((15 * 1024) + 1));
                random.FillText(content);
                File.WriteAllBytes(Path.Combine(folder, $"file{j:d2}.txt"), content);
            }
        }
    }
}
