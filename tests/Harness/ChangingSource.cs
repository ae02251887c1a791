using System.Globalization;

namespace Rekkord.Reliability.Harness;

/// <summary>A directory of small and large files that changes from save to save, the same way for the same seed.</summary>
internal sealed class ChangingSource
{
    private const int SmallFiles = 200;
    private const int LargeFiles = 3;
    private const int LargeSize = 1_000_000;
    private const int ChangesAtOnce = 40;

    private readonly Random _random;
    private int _next;

    public ChangingSource(string path, Random random)
    {
        Path = path;
        _random = random;
        for (var i = 0; i < SmallFiles; i++)
            Write();
        for (var i = 0; i < LargeFiles; i++)
            File.WriteAllBytes(System.IO.Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"large{i}")), Bytes(LargeSize));
    }

    public string Path { get; }

    /// <summary>Adds, replaces and removes some files, and changes one in the middle.</summary>
    public void Change()
    {
        var files = Directory.GetFiles(Path, "file*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        for (var i = 0; i < ChangesAtOnce; i++)
        {
            Write();
            var victim = files[_random.Next(files.Count)];
            files.Remove(victim);
            if (_random.Next(3) == 0)
                File.WriteAllBytes(victim, Bytes(_random.Next(20_000)));
            else
                File.Delete(victim);
        }

        using var large = new FileStream(System.IO.Path.Combine(Path, $"large{_random.Next(LargeFiles)}"), FileMode.Open);
        large.Position = _random.Next(LargeSize / 2);
        large.Write(Bytes(200_000));
    }

    /// <summary>Adds a small file.</summary>
    public void ChangeLittle() => File.WriteAllBytes(System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"file{_next++}")), Bytes(500));

    private void Write()
    {
        var number = _next++;
        var directory = Directory.CreateDirectory(System.IO.Path.Combine(Path, $"d{number % 7}", $"e{number % 3}")).FullName;
        File.WriteAllBytes(System.IO.Path.Combine(directory, $"file{number}"), Bytes(_random.Next(20_000)));
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
