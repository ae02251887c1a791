using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Provider;
using System.Text;
using Rekkord.Engine.Browsing;

namespace Rekkord.Cmdlets.Provider;

/// <summary>What Get-Content takes for a file of a drive.</summary>
public sealed class RekkordContentParameters
{
    /// <summary>Gives the content as one text, or with -AsByteStream as one array.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Gives bytes instead of lines.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>The encoding of the text; UTF-8 without it. A byte order mark at the beginning counts more.</summary>
    [Parameter]
    [EncodingName]
    public Encoding Encoding { get; set; } = Encoding.UTF8;
}

/// <summary>Takes the names of encodings that Get-Content takes for files, and those of .NET.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class EncodingNameAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            string name => Find(name),
            int codePage => Encoding.GetEncoding(codePage),
            var other => other,
        };

    private static Encoding Find(string name) => name.ToUpperInvariant() switch
    {
        "UTF8" or "UTF8BOM" or "UTF8NOBOM" => Encoding.UTF8,
        "UNICODE" => Encoding.Unicode,
        "BIGENDIANUNICODE" => Encoding.BigEndianUnicode,
        "UTF32" => Encoding.UTF32,
        "BIGENDIANUTF32" => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        "ASCII" => Encoding.ASCII,
        _ => int.TryParse(name, out var codePage) ? Encoding.GetEncoding(codePage) : Encoding.GetEncoding(name),
    };
}

/// <summary>Reads a file of a drive for Get-Content: lines, bytes, or all at once. What was read is not kept.</summary>
internal sealed class DriveContentReader : IContentReader
{
    private readonly Stream _stream;
    private readonly StreamReader? _text;
    private readonly bool _isWhole;
    private readonly long _length;
    private readonly RepositoryView _view;
    private readonly object _reader;
    private bool _isClosed;

    /// <summary>Reads a stream, which belongs to it afterwards.</summary>
    /// <param name="stream">The content.</param>
    /// <param name="parameters">What is to become of it.</param>
    /// <param name="view">Where it comes from.</param>
    /// <param name="reader">Whoever is told to stop reading.</param>
    public DriveContentReader(Stream stream, RekkordContentParameters parameters, RepositoryView view, object reader)
    {
        (_view, _reader) = (view, reader);
        view.BeginUse();
        _stream = new BufferedStream(stream);
        _length = stream.Length;
        _isWhole = parameters.Raw;
        if (!parameters.AsByteStream)
            _text = new StreamReader(_stream, parameters.Encoding);
    }

    /// <inheritdoc/>
    public IList Read(long readCount)
    {
        try
        {
            return _view.Read(_reader, () => ReadNext(readCount));
        }
        catch (OperationCanceledException)
        {
            throw new PipelineStoppedException();
        }
    }

    private IList ReadNext(long readCount)
    {
        if (_text is null)
            return _isWhole ? ReadAll() : ReadBytes(readCount > 0 ? readCount : _length);
        if (_isWhole)
            return _text.EndOfStream ? [] : new[] { _text.ReadToEnd() };
        var lines = new List<string>();
        while ((readCount <= 0 || lines.Count < readCount) && _text.ReadLine() is { } line)
            lines.Add(line);
        return lines;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: what a file has is read from its start.</exception>
    public void Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A file of a snapshot is read from its start. Use -TotalCount for its first lines.");

    /// <inheritdoc/>
    public void Close() => Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _text?.Dispose();
        _stream.Dispose();
        _view.EndUse();
    }

    private byte[][] ReadAll() => ReadBytes(_length) is { Length: > 0 } bytes ? [bytes] : [];

    /// <summary>The next bytes; none at the end.</summary>
    private byte[] ReadBytes(long count)
    {
        var bytes = new byte[Math.Min(count, _length)];
        var length = _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length == bytes.Length ? bytes : bytes[..length];
    }
}
