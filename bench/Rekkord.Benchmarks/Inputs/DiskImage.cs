namespace Rekkord.Benchmarks.Inputs;

/// <summary>A disk image of mixed content; then 1% of its 64 KiB blocks are other ones, and 1 MiB is inserted in its middle.</summary>
internal sealed class DiskImage(int mebibytes) : ReplacedFile("disk.img")
{
    private const int Mebibyte = 1024 * 1024;
    private const int Block = 64 * 1024;

    public override char Letter => 'C';

    public override string Description => $"a disk image of {mebibytes:N0} MiB; changed: 1% of its 64 KiB blocks, and 1 MiB inserted";

    protected override void Write(Stream file)
    {
        var random = new RandomContent(3);
        var buffer = new byte[Mebibyte];
        for (var i = 0; i < mebibytes; i++)
        {
            random.FillMixed(buffer);
            file.Write(buffer);
        }
    }

    protected override void WriteChanged(Stream original, Stream changed)
    {
        var random = new RandomContent(4);
        var buffer = new byte[Mebibyte];
        for (var i = 0; i < mebibytes; i++)
        {
            if (i == mebibytes / 2)
            {
                random.FillMixed(buffer);
                changed.Write(buffer);
            }

            original.ReadExactly(buffer);
            for (var offset = 0; offset < buffer.Length; offset += Block)
            {
                if (random.Next(100) == 0)
                    random.FillMixed(buffer.AsSpan(offset, Block));
            }

            changed.Write(buffer);
        }
    }
}
