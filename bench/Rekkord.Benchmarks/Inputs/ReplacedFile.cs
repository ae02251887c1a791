namespace Rekkord.Benchmarks.Inputs;

/// <summary>One large file that is replaced by another version of itself; both are kept, so that changing is a rename.</summary>
internal abstract class ReplacedFile(string name) : Input
{
    public override bool HasManyFiles => false;

    public override void Create(string directory)
    {
        using (var file = File.Create(Path.Combine(directory, name)))
            Write(file);
        using var original = File.OpenRead(Path.Combine(directory, name));
        using var changed = File.Create(OtherOf(directory));
        WriteChanged(original, changed);
    }

    public override void Change(string directory) => Swap(directory);

    public override void Undo(string directory) => Swap(directory);

    protected abstract void Write(Stream file);

    protected abstract void WriteChanged(Stream original, Stream changed);

    private static string OtherOf(string directory) => directory + ".other";

    private void Swap(string directory)
    {
        var (current, other, aside) = (Path.Combine(directory, name), OtherOf(directory), directory + ".aside");
        File.Move(current, aside);
        File.Move(other, current);
        File.Move(aside, other);
    }
}
