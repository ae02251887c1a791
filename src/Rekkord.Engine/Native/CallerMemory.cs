using System.Buffers;
using Rekkord.Engine.Native.Messages;

namespace Rekkord.Engine.Native;

/// <summary>
/// Memory of the library's side that a store on the caller's side reads or fills, so that content crosses without a copy: it is held in its place until
/// the call has been answered, after which the store touches it no more.
/// </summary>
internal sealed unsafe class PinnedMemory : IDisposable
{
    private readonly List<(MemoryHandle Handle, int Length)> _pieces = [];

    /// <summary>Holds a piece.</summary>
    public void Add(ReadOnlyMemory<byte> piece) => _pieces.Add((piece.Pin(), piece.Length));

    /// <summary>Writes where the pieces are.</summary>
    public void Write(MessageWriter writer)
    {
        writer.Write(_pieces.Count);
        foreach (var (handle, length) in _pieces)
        {
            writer.Write((long)handle.Pointer);
            writer.Write(length);
        }
    }

    /// <summary>Lets go of them.</summary>
    public void Dispose() => _pieces.ForEach(static piece => piece.Handle.Dispose());
}

/// <summary>A piece of that memory, on the caller's side, until the call is answered.</summary>
internal sealed unsafe class CallerMemory : MemoryManager<byte>
{
    private readonly byte* _start;
    private readonly int _length;
    private volatile bool _isClosed;

    private CallerMemory(byte* start, int length)
    {
        _start = start;
        _length = length;
    }

    /// <summary>Reads where pieces are.</summary>
    public static CallerMemory[] ReadAll(MessageReader reader)
    {
        var pieces = new CallerMemory[reader.ReadInt32()];
        for (var i = 0; i < pieces.Length; i++)
            pieces[i] = new CallerMemory((byte*)reader.ReadInt64(), reader.ReadInt32());
        return pieces;
    }

    /// <summary>Ends its use: whoever touches it later gets an error, and not what lies there then.</summary>
    public void Close() => _isClosed = true;

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => _isClosed ? throw new ObjectDisposedException(nameof(CallerMemory)) : new Span<byte>(_start, _length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => _isClosed ? throw new ObjectDisposedException(nameof(CallerMemory)) : new MemoryHandle(_start + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
        // It does not move.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // It belongs to the other side.
    }
}
