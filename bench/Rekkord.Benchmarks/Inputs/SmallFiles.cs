namespace Rekkord.Benchmarks.Inputs;

/// <summary>Directories of 50 text files each.</summary>
/// <param name="letter">The letter it is chosen by.</param>
/// <param name="directories">How many directories.</param>
/// <param name="minimum">Size of the smallest files in bytes.</param>
/// <param name="maximum">Size of the largest files in bytes.</param>
internal sealed class SmallFiles(char letter, int directories, int minimum, int maximum) : AppendedFiles
{
    private const int FilesEach = 50;

    public override char Letter => letter;

    public override string Description => $"{directories * FilesEach:N0} generated files of {minimum:N0} to {maximum:N0} bytes in {directories:N0} directories";

    public override void Create(string directory)
    {
        var random = new RandomContent(1);
        var buffer = new byte[maximum];
        for (var i = 0; i < directories; i++)
        {
            var folder = Path.Combine(directory, $"{i / 50:d3}", $"{i % 50:d2}");
            Directory.CreateDirectory(folder);
            for (var j = 0; j < FilesEach; j++)
            {
                var content = buffer.AsSpan(0, minimum + random.Next(maximum - minimum + 1));
                random.FillText(content);
                File.WriteAllBytes(Path.Combine(folder, $"file{j:d2}.txt"), content);
            }
        }
    }
}
