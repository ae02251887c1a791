using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// A passphrase as the bytes that a key is derived from: UTF-8 of its Unicode normalization form C, so that "ü" is the same on
/// every keyboard. The bytes do not move in memory and are wiped at the end.
/// </summary>
public sealed class Passphrase : IDisposable
{
    // Before the first combining character, every text is in normal form C.
    private const char LastAlwaysNormalized = '\u02ff';

    // Without cultures, .NET gives back any text as it is. A passphrase of such a process would be another one elsewhere.
    private static readonly bool SystemNormalizes = "a\u0308".Normalize().Length == 1;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _bytes;
    private bool _disposed;

    private Passphrase(byte[] bytes) => _bytes = bytes;

    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>Takes a passphrase from characters; the caller wipes those.</summary>
    /// <exception cref="RekkordException">It is empty, or no valid Unicode (<c>PassphraseInvalid</c>).</exception>
    public static Passphrase FromText(ReadOnlySpan<char> text) => FromText(text, SystemNormalizes);

    /// <inheritdoc cref="FromText(ReadOnlySpan{char})"/>
    /// <param name="text">The characters.</param>
    /// <param name="systemNormalizes">Whether .NET normalizes in this process, as it does unless it runs without cultures.</param>
    internal static Passphrase FromText(ReadOnlySpan<char> text, bool systemNormalizes)
    {
        if (text.IsEmpty)
            throw Invalid("A passphrase cannot be empty.");
        if (!systemNormalizes && text.ContainsAnyExceptInRange('\0', LastAlwaysNormalized))
            throw Invalid("The passphrase has characters that cannot be normalized in a process without cultures.", "Unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT, or install ICU.");
        var normalized = GC.AllocateUninitializedArray<char>(Math.Max(16, text.Length * 4), pinned: true);
        try
        {
            if (!text.TryNormalize(normalized, out var length))
                throw Invalid("The passphrase cannot be normalized.");
            var characters = normalized.AsSpan(0, length);
            var bytes = GC.AllocateUninitializedArray<byte>(StrictUtf8.GetByteCount(characters), pinned: true);
            StrictUtf8.GetBytes(characters, bytes);
            return new Passphrase(bytes);
        }
        catch (ArgumentException)
        {
            // The exception quotes what it is about.
            throw Invalid("The passphrase has a character that is not valid Unicode.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(normalized.AsSpan()));
        }
    }

    /// <summary>Takes a passphrase from a <see cref="SecureString"/>, which stays the caller's.</summary>
    /// <exception cref="RekkordException">It is empty, or no valid Unicode (<c>PassphraseInvalid</c>).</exception>
    public static Passphrase FromSecureString(SecureString text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var copy = Marshal.SecureStringToGlobalAllocUnicode(text);
        try
        {
            unsafe
            {
                return FromText(new ReadOnlySpan<char>((void*)copy, text.Length));
            }
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(copy);
        }
    }

    /// <summary>Another one of the same text, which is wiped by itself.</summary>
    public Passphrase Copy() => new(SecretBytes.Copy(Bytes));

    /// <summary>Wipes it.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }

    private static RekkordException Invalid(string what, string remedy = "Give another one.") =>
        new("PassphraseInvalid", RekkordErrorKind.InvalidArgument, $"{what} {remedy}");
}
