namespace Rekkord.Benchmarks.Inputs;

/// <summary>A file of random bytes; then its last mebibyte is another.</summary>
internal sealed class IncompressibleFile(int mebibytes) : ReplacedFile("random.bin")
{
    private const int Mebibyte = 1024 * 1024;

    public override char Letter => 'D';

    public override string Description => $"an incompressible file of {mebibytes:N0} MiB; changed: its last MiB";

    protected override void Write(Stream file)
    {
        var random = new RandomContent(5);
        for (var i = 0; i < mebibytes; i++)
            WriteRandom(file, random);
    }

    protected override void WriteChanged(Stream original, Stream changed)
    {
        original.CopyTo(changed, Mebibyte);
        changed.Seek(-Mebibyte, SeekOrigin.End);
        WriteRandom(changed, new RandomContent(6));
    }

    private static void WriteRandom(Stream file, RandomContent random)
    {
        var buffer = new byte[Mebibyte];
        random.FillRandom(buffer);
        file.Write(buffer);
    }
}
