using System.Buffers.Binary;

namespace Rekkord.Fuzzing;

/// <summary>
/// The inputs of earlier runs that together reach what those runs reached, one file for each target: for each input 4 bytes of length,
/// little-endian, and the input.
/// </summary>
internal static class SeedFile
{
    // What is committed stays small. Long inputs only do often what short ones do a few times.
    private const int MaximumInputLength = 2048;
    private const int MaximumFileLength = 48 * 1024;

    /// <summary>The inputs that are committed for a target; none when there is no file.</summary>
    public static IReadOnlyList<byte[]> Read(FuzzTarget target)
    {
        var path = PathOf(Path.Combine(AppContext.BaseDirectory, "Seeds"), target);
        if (!File.Exists(path))
            return [];
        var inputs = new List<byte[]>();
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        while (!rest.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            inputs.Add(rest.Slice(sizeof(int), length).ToArray());
            rest = rest[(sizeof(int) + length)..];
        }

        return inputs;
    }

    /// <summary>Writes the file of a target: the first of the inputs, without long ones, until it is large enough.</summary>
    public static void Write(string directory, FuzzTarget target, IReadOnlyList<byte[]> inputs)
    {
        using var file = File.Create(PathOf(Directory.CreateDirectory(directory).FullName, target));
        var length = new byte[sizeof(int)];
        foreach (var input in inputs.Where(input => input.Length <= MaximumInputLength))
        {
            if (file.Position + sizeof(int) + input.Length > MaximumFileLength)
                return;
            BinaryPrimitives.WriteInt32LittleEndian(length, input.Length);
            file.Write(length);
            file.Write(input);
        }
    }

    private static string PathOf(string directory, FuzzTarget target) => Path.Combine(directory, $"{target.FileName}.seeds");
}
