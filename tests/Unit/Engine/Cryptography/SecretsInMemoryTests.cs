using System.Globalization;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>
/// Looks through all memory of this process for what a command had to know of a keyfile. What it looks for is kept inverted, so that
/// it does not find itself.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class SecretsInMemoryTests : IDisposable
{
    private const int PieceLength = 1 << 20;

    private readonly TestRepository _repository = new();

    [RequiresProcessMemoryFact]
    public void Nothing_of_a_keyfile_is_left_after_commands()
    {
        File.WriteAllText(Path.Combine(_repository.Source, "file"), "content");
        var secrets = UseKeyFile();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.Empty(Find(secrets));
    }

    [RequiresProcessMemoryFact]
    public void A_secret_that_is_kept_is_found()
    {
        using var keys = KeyFile.Read(_repository.KeyFilePath);
        Assert.Equal(["seed"], Find(new Dictionary<string, byte[]> { ["seed"] = Invert(keys.Seed) }));
    }

    public void Dispose() => _repository.Dispose();

    /// <summary>Saves, lists, restores, scans and makes a keyfile.</summary>
    /// <returns>What may not be found afterwards, inverted.</returns>
    private Dictionary<string, byte[]> UseKeyFile()
    {
        Dictionary<string, byte[]> secrets = [];
        using (var keys = KeyFile.Read(_repository.KeyFilePath))
        {
            secrets["seed"] = Invert(keys.Seed);
            secrets["ID key"] = Invert(keys.IdKey);
            secrets["index key"] = Invert(keys.IndexKey);
            secrets["data key"] = Invert(keys.DataPrivateKey);
            secrets["log key"] = Invert(keys.LogPrivateKey);
            secrets["signing key"] = Invert(keys.SigningPrivateKey);
            foreach (var purpose in new[] { "data key", "log key", "master signing key" })
                secrets[$"material of the {purpose}"] = SecretBytes.Use(KeyDerivation.Derive(keys.Seed, $"rekkord {purpose} v1"), Invert);
        }

        var line = SecretBytes.Use(KeyFile.ReadText(_repository.KeyFilePath), text =>
        {
            var start = text.AsSpan().IndexOf("KEY-----"u8) + "KEY-----".Length + 1;
            return Invert(text.AsSpan(start, 60));
        });
        secrets["keyfile in UTF-8"] = line;
        secrets["keyfile in UTF-16"] = [.. line.SelectMany(each => new byte[] { each, 0xFF })];

        _repository.Save();
        _repository.Derive(KeyRole.ReadWrite, "other.key");
        Assert.Equal(0, _repository.RestoreSource().ErrorCount);
        _repository.Scan();
        return secrets;
    }

    private static byte[] Invert(byte[] secret) => Invert(secret.AsSpan());

    private static byte[] Invert(ReadOnlySpan<byte> secret)
    {
        var inverted = new byte[secret.Length];
        for (var i = 0; i < secret.Length; i++)
            inverted[i] = (byte)~secret[i];
        return inverted;
    }

    /// <summary>The names of those that are somewhere in readable memory.</summary>
    private static List<string> Find(Dictionary<string, byte[]> inverted)
    {
        var overlap = inverted.Values.Max(secret => secret.Length);
        var buffer = GC.AllocateArray<byte>(PieceLength + overlap, pinned: true);
        HashSet<string> found = [];
        using var memory = File.OpenHandle("/proc/self/mem");
        foreach (var (start, end) in Regions())
        {
            for (var position = start; position < end; position += PieceLength)
            {
                var length = ReadPiece(memory, position, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - position)));
                for (var i = 0; i < length; i++)
                    buffer[i] = (byte)~buffer[i];
                foreach (var (name, secret) in inverted)
                {
                    if (buffer.AsSpan(0, length).IndexOf(secret) >= 0)
                        found.Add(name);
                }
            }
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    private static int ReadPiece(Microsoft.Win32.SafeHandles.SafeFileHandle memory, long position, Span<byte> buffer)
    {
        try
        {
            return RandomAccess.Read(memory, buffer, position);
        }
        catch (IOException)
        {
            // Given back meanwhile.
            return 0;
        }
    }

    private static IEnumerable<(long Start, long End)> Regions()
    {
        foreach (var line in File.ReadAllLines("/proc/self/maps"))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var limits = fields[0].Split('-');
            if (fields[1].StartsWith("rw", StringComparison.Ordinal) && !fields[^1].StartsWith("/dev", StringComparison.Ordinal))
                yield return (long.Parse(limits[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), long.Parse(limits[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
    }
}

/// <summary>A test that reads the memory of its own process as a file, which Linux offers.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RequiresProcessMemoryFactAttribute : FactAttribute
{
    public RequiresProcessMemoryFactAttribute()
    {
        if (!File.Exists("/proc/self/mem"))
            Skip = "It needs /proc/self/mem.";
    }
}
