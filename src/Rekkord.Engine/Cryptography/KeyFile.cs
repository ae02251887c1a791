using System.Buffers;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// Reads and writes keyfiles: a PEM block (RFC 7468) around the keys, in the clear or sealed with a passphrase. docs/format.md has
/// the bytes.
/// </summary>
public static class KeyFile
{
    private const int MaxLength = 64 * 1024;

    private static ReadOnlySpan<byte> Label => "REKKORD KEY"u8;

    private static ReadOnlySpan<byte> SealedLabel => "REKKORD ENCRYPTED KEY"u8;

    /// <summary>The error of a keyfile that is in its place and that a power cut may still take from there.</summary>
    internal const string NotDurable = "KeyFileNotDurable";

    /// <summary>Writes a keyfile that only the current user can read (0600; on Windows SYSTEM and Administrators too).</summary>
    /// <param name="path">Where to write it.</param>
    /// <param name="keys">What it holds.</param>
    /// <param name="overwrite">Whether an existing file may be replaced. It never is half-written: the new one is renamed over it.</param>
    /// <param name="passphrase">What to seal it with; null to leave it readable by whoever has the file.</param>
    /// <exception cref="RekkordException">
    /// The file exists (<c>KeyFileExists</c>), or cannot be written (<c>KeyFileNotWritable</c>); or it is written, and may not survive a
    /// power cut (<c>KeyFileNotDurable</c>).
    /// </exception>
    public static void Write(string path, KeyMaterial keys, bool overwrite = false, Passphrase? passphrase = null) =>
        Write(path, keys, overwrite, passphrase, SystemFiles.Instance);

    internal static void Write(string path, KeyMaterial keys, bool overwrite, Passphrase? passphrase, IDurableFiles files)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (!overwrite && File.Exists(path))
            throw Exists(path);

        var text = Encode(keys, passphrase);
        var temporary = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.tmp";
        try
        {
            WritePrivately(temporary, text);
            if (overwrite)
                files.Rename(temporary, path);
            else if (!files.TryRename(temporary, path))
                throw File.Exists(path) ? Exists(path, Remove(temporary, files)) : new IOException("Something else has that name.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException(
                "KeyFileNotWritable", RekkordErrorKind.WriteError, $"The keyfile '{path}' cannot be written: {error.Message} Choose another place.{Remove(temporary, files)}", path, error);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }

        if (TryFlush(path, files) is { } failure)
        {
            throw new RekkordException(
                NotDurable,
                RekkordErrorKind.WriteError,
                $"The keyfile '{path}' is written, but a power cut may still undo that ({failure.Message}). Copy it to another disk, or remove it and try again elsewhere.",
                path,
                failure);
        }
    }

    /// <summary>Gives a keyfile that was just written the name of an old one, which it replaces.</summary>
    /// <exception cref="RekkordException">
    /// The system refused (<c>KeyFileNotWritable</c>), and the new one is kept under its own name; or a power cut may still undo it
    /// (<c>KeyFileNotDurable</c>).
    /// </exception>
    internal static void Replace(string written, string path, IDurableFiles files)
    {
        try
        {
            files.Rename(written, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException(
                "KeyFileNotWritable",
                RekkordErrorKind.WriteError,
                $"The repository was made, but the keyfile '{path}' could not be replaced: {error.Message} The master key of the repository is in '{written}'. Keep that file.",
                written,
                error);
        }

        if (TryFlush(path, files) is { } failure)
        {
            throw new RekkordException(
                NotDurable,
                RekkordErrorKind.WriteError,
                $"The repository was made, and its master key is in '{path}'. But a power cut may still undo the renaming ({failure.Message}). Then '{path}' is the old keyfile again, and the master key is in '{written}'. Copy '{path}' to another disk.",
                path,
                failure);
        }
    }

    /// <summary>Reads a keyfile.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="options">Where a passphrase comes from, and whether permissions count; null for <see cref="KeyFileOptions.Default"/>.</param>
    /// <exception cref="RekkordException">
    /// There is none (<c>KeyFileNotFound</c>), it cannot be read (<c>KeyFileNotReadable</c>), is not a keyfile (<c>KeyFileInvalid</c>), can
    /// be read by others (<c>KeyFileExposed</c>), belongs to somebody else (<c>KeyFileUntrusted</c>), or has a passphrase and none
    /// (<c>PassphraseRequired</c>) or another one (<c>KeyFilePassphraseWrong</c>) is given.
    /// </exception>
    public static KeyMaterial Read(string path, KeyFileOptions? options = null)
    {
        options ??= KeyFileOptions.Default;
        return SecretBytes.Use(ReadText(path), text =>
        {
            // Somebody who gave a wrong file must not be told to change its permissions.
            if (!options.TrustPermissions && TryFind(text, out _))
                KeyFileTrust.Check(path);
            return Decode(text, path, options);
        });
    }

    /// <summary>Reads what a keyfile with a passphrase says of itself without it. Nothing vouches for that: the text is there for people.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="trustPermissions">Whether to look at one that others can read.</param>
    /// <returns>Null when it has no passphrase.</returns>
    /// <exception cref="RekkordException">As of <see cref="Read"/>, but for those of passphrases.</exception>
    public static KeyFileHeading? ReadHeading(string path, bool trustPermissions) => SecretBytes.Use(ReadText(path), text =>
    {
        if (!TryFind(text, out var fields))
            throw Invalid(path);
        if (!trustPermissions)
            KeyFileTrust.Check(path);
        if (!text.AsSpan(fields.Label).SequenceEqual(SealedLabel))
            return null;
        var words = Encoding.UTF8.GetString(text.AsSpan(..fields.Location.Start.Value)).Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return words is ["Rekkord", var role, "key", "of", "repository", { Length: KeyMaterial.IdLength * 2 } id, ..] && Enum.TryParse<KeyRole>(role, out var known) && id.All(char.IsAsciiHexDigit)
            ? new KeyFileHeading(known, Convert.FromHexString(id))
            : throw Invalid(path);
    });

    /// <summary>Reads a keyfile's text, in UTF-8; the path is for messages. No string is made of it, since a string cannot be wiped.</summary>
    internal static KeyMaterial Decode(byte[] text, string path, KeyFileOptions options)
    {
        if (!TryFind(text, out var fields))
            throw Invalid(path);
        var decoded = SecretBytes.Allocate(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        return SecretBytes.Use(decoded, _ =>
        {
            if (Base64.DecodeFromUtf8(text.AsSpan(fields.Base64Data), decoded, out var consumed, out var length) != OperationStatus.Done)
                throw Invalid(path);
            return SecretBytes.Use(SecretBytes.Copy(decoded.AsSpan(0, length)), body => text.AsSpan(fields.Label).SequenceEqual(SealedLabel)
                ? SecretBytes.Use(Open(CheckSealed(body, path), path, options), content => DecodeContent(content, path))
                : DecodeContent(body, path));
        });
    }

    private static KeyMaterial DecodeContent(byte[] content, string path) => Parse(path, () => new KeyMaterial(KeyFileCodec.Decode(content)));

    private static ReadOnlyMemory<byte> CheckSealed(byte[] body, string path) => Parse(path, () =>
    {
        var withoutChecksum = KeyFileCodec.RemoveChecksum(body);
        KeyFileSeal.CheckHeader(withoutChecksum.Span);
        return withoutChecksum;
    });

    private static bool TryFind(ReadOnlySpan<byte> text, out PemFields fields) =>
        PemEncoding.TryFindUtf8(text, out fields) && (text[fields.Label].SequenceEqual(Label) || text[fields.Label].SequenceEqual(SealedLabel));

    private static T Parse<T>(string path, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException or FormatException or CryptographicException or KeyNotFoundException)
        {
            throw Invalid(path, error);
        }
    }

    private static byte[] Open(ReadOnlyMemory<byte> body, string path, KeyFileOptions options)
    {
        using var passphrase = options.GetPassphrase() ?? throw new RekkordException(
            "PassphraseRequired",
            RekkordErrorKind.Security,
            $"The keyfile '{path}' is protected with a passphrase. None was given, and nobody can be asked. Give it with {options.PassphraseParameter}, Unlock-RekkordKey or in $env:REKKORD_PASSPHRASE, or say in the configuration where it is (PassphraseFrom).",
            path);
        try
        {
            return KeyFileSeal.Open(passphrase, body.Span);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new RekkordException(
                "KeyFilePassphraseWrong",
                RekkordErrorKind.Security,
                $"That is not the passphrase of the keyfile '{path}'. Give the right one with {options.PassphraseParameter} or in $env:REKKORD_PASSPHRASE.",
                path);
        }
    }

    /// <summary>Reads a keyfile as it is. The caller wipes the result.</summary>
    internal static byte[] ReadText(string path)
    {
        try
        {
            // Unbuffered: a buffer would keep what it read.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            var text = SecretBytes.Allocate(MaxLength + 1);
            return SecretBytes.Use(text, _ => file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) is var length && length <= MaxLength
                ? SecretBytes.Copy(text.AsSpan(0, length))
                : throw Invalid(path));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RekkordException(
                "KeyFileNotFound",
                RekkordErrorKind.NotFound,
                $"There is no keyfile '{path}'. Give the right one with -KeyFile, $env:REKKORD_KEY_FILE or KeyFile in the [Repository] section.",
                path,
                error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException(
                "KeyFileNotReadable", RekkordErrorKind.PermissionDenied, $"The keyfile '{path}' cannot be read: {error.Message}", path, error);
        }
    }

    /// <summary>The whole file. The caller wipes it.</summary>
    private static byte[] Encode(KeyMaterial keys, Passphrase? passphrase) => SecretBytes.Use(KeyFileCodec.Encode(keys.ToParts()), content =>
        passphrase is null ? EncodeBlock(keys, Label, content)
        : SecretBytes.Use(KeyFileCodec.AddChecksum(KeyFileSeal.Seal(passphrase, content)), body => EncodeBlock(keys, SealedLabel, body)));

    private static byte[] EncodeBlock(KeyMaterial keys, ReadOnlySpan<byte> label, byte[] content)
    {
        var head = Encoding.UTF8.GetBytes(
            $"Rekkord {keys.Role} key of repository {Convert.ToHexStringLower(keys.RepositoryId)}{Environment.NewLine}"
            + $"Whoever has this file can use its keys on the backups. Keep a copy in a safe place away from them.{Environment.NewLine}");
        var end = Encoding.UTF8.GetBytes(Environment.NewLine);
        var blockLength = PemEncoding.GetEncodedSize(label.Length, content.Length);
        var text = SecretBytes.Allocate(head.Length + blockLength + end.Length);
        head.CopyTo(text, 0);
        PemEncoding.TryWriteUtf8(label, content, text.AsSpan(head.Length, blockLength), out _);
        end.CopyTo(text, head.Length + blockLength);
        return text;
    }

    private static void WritePrivately(string path, byte[] text)
    {
        using var stream = PrivateFile.Create(path);
        stream.Write(text);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Removes what could not get its name.</summary>
    /// <returns>What to add to the error when it stays, for it holds the key; nothing when it is gone.</returns>
    private static string Remove(string temporary, IDurableFiles files)
    {
        try
        {
            files.DeleteFile(temporary);
            return "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Where the directory is missing, so is the file.
            return File.Exists(temporary) ? $" '{temporary}' holds the same key and could not be removed ({error.Message}): remove it." : "";
        }
    }

    /// <summary>Makes a file's name survive a power cut.</summary>
    /// <returns>Why it may not; null when it does.</returns>
    private static Exception? TryFlush(string path, IDurableFiles files)
    {
        try
        {
            files.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error;
        }
    }

    /// <summary>Checks that a keyfile can get a name, before anything is made for it.</summary>
    /// <exception cref="RekkordException">There is a file of that name (<c>KeyFileExists</c>).</exception>
    internal static void RequireFree(string path)
    {
        if (File.Exists(path))
            throw Exists(path);
    }

    private static RekkordException Exists(string path, string leftover = "") => new(
        "KeyFileExists",
        RekkordErrorKind.AlreadyExists,
        $"The keyfile '{path}' exists already and is not replaced: without it, its backups are lost. Choose another name with -KeyFile, or add -Force to replace it.{leftover}",
        path);

    private static RekkordException Invalid(string path, Exception? inner = null) => new(
        "KeyFileInvalid",
        RekkordErrorKind.InvalidData,
        $"'{path}' is not a keyfile of this version, or it is damaged. Use a copy, or the right file.",
        path,
        inner);
}

/// <summary>What stands above the sealed keys of a keyfile.</summary>
/// <param name="Role">What it says of the role.</param>
/// <param name="RepositoryId">What it says of the repository.</param>
public sealed record KeyFileHeading(KeyRole Role, byte[] RepositoryId);
