namespace Rekkord.Benchmarks.Inputs;

/// <summary>A large file of mixed content; then 1 MB is inserted in front.</summary>
internal sealed class GrowingFile(int megabytes) : ReplacedFile("large.bin")
{
    private const int Megabyte = 1_000_000;

    public override char Letter => 'F';

    public override string Description => $"a file of {megabytes:N0} MB; changed: 1 MB inserted in front";

    protected override void Write(Stream file)
    {
        var random = new RandomContent(7);
        for (var i = 0; i < megabytes; i++)
            WriteMixed(file, random);
    }

    protected override void WriteChanged(Stream original, Stream changed)
    {
        WriteMixed(changed, new RandomContent(8));
        original.CopyTo(changed, 1024 * 1024);
    }

    private static void WriteMixed(Stream file, RandomContent random)
    {
        var buffer = new byte[Megabyte];
        random.FillMixed(buffer);
        file.Write(buffer);
    }
}
