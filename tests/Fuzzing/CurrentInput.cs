using System.Buffers.Binary;

namespace Rekkord.Fuzzing;

/// <summary>Keeps the input that is being parsed in a file, for the case that the process does not survive it: 4 bytes of length, then the input.</summary>
internal sealed class CurrentInput : IDisposable
{
    private readonly FileStream _file;
    private readonly string _path;

    public CurrentInput(string path)
    {
        _path = path;
        _file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
    }

    /// <summary>The input that a process died of; null when the file is none.</summary>
    public static byte[]? Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        return bytes.Length >= 4 && BinaryPrimitives.ReadInt32LittleEndian(bytes) is var length && length <= bytes.Length - 4 ? bytes[4..(4 + length)] : null;
    }

    public void Set(byte[] input)
    {
        var bytes = new byte[4 + input.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, input.Length);
        input.CopyTo(bytes, 4);
        RandomAccess.Write(_file.SafeFileHandle, bytes, 0);
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }
}
