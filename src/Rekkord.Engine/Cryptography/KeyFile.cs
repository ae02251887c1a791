using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// Reads and writes keyfiles: a PEM block (RFC 7468) around the keys, in the clear or sealed with a passphrase. docs/format.md has
/// the bytes.
/// </summary>
public static class KeyFile
{
    private const string Label = "REKKORD KEY";
    private const string SealedLabel = "REKKORD ENCRYPTED KEY";
    private const int MaxLength = 64 * 1024;

    /// <summary>The error of a keyfile that is in its place and that a power cut may still take from there.</summary>
    internal const string NotDurable = "KeyFileNotDurable";

    /// <summary>Writes a keyfile that only the current user can read (0600).</summary>
    /// <param name="path">Where to write it.</param>
    /// <param name="keys">What it holds.</param>
    /// <param name="overwrite">Whether an existing file may be replaced. It never is half-written: the new one is renamed over it.</param>
    /// <param name="passphrase">What to seal it with; null to leave it readable by whoever has the file.</param>
    /// <exception cref="RekkordException">
    /// The file exists (<c>KeyFileExists</c>), or cannot be written (<c>KeyFileNotWritable</c>); or it is written, and may not survive a
    /// power cut (<c>KeyFileNotDurable</c>).
    /// </exception>
    public static void Write(string path, KeyMaterial keys, bool overwrite = false, Passphrase? passphrase = null) =>
        Write(path, keys, overwrite, passphrase, SystemStorageFiles.Instance);

    internal static void Write(string path, KeyMaterial keys, bool overwrite, Passphrase? passphrase, IStorageFiles files)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var text = Encode(keys, passphrase);
        if (!overwrite && File.Exists(path))
            throw Exists(path);

        var temporary = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.tmp";
        try
        {
            WritePrivately(temporary, text);
            if (overwrite)
                files.Rename(temporary, path);
            else if (!files.TryRename(temporary, path))
                throw File.Exists(path) ? Exists(path, Remove(temporary, files)) : new IOException("There is something else of that name.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException(
                "KeyFileNotWritable", RekkordErrorKind.WriteError, $"The keyfile '{path}' cannot be written: {error.Message} Choose another place.{Remove(temporary, files)}", path, error);
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
    internal static void Replace(string written, string path, IStorageFiles files)
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
                $"The repository is there, but the keyfile '{path}' cannot be replaced: {error.Message} The master key of the repository is in '{written}': keep that file.",
                written,
                error);
        }

        if (TryFlush(path, files) is { } failure)
        {
            throw new RekkordException(
                NotDurable,
                RekkordErrorKind.WriteError,
                $"The repository is there, and its master key is in '{path}', but a power cut may still undo the renaming ({failure.Message}): then '{path}' is the keyfile that it replaced, and the master key is in '{written}'. Copy '{path}' to another disk.",
                path,
                failure);
        }
    }

    /// <summary>Reads a keyfile.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="options">Where a passphrase comes from, and whether permissions count; null for <see cref="KeyFileOptions.Default"/>.</param>
    /// <exception cref="RekkordException">
    /// There is none (<c>KeyFileNotFound</c>), it cannot be read (<c>KeyFileNotReadable</c>), is no keyfile (<c>KeyFileInvalid</c>), can
    /// be read by others (<c>KeyFileExposed</c>), belongs to somebody else (<c>KeyFileUntrusted</c>), or has a passphrase and none
    /// (<c>PassphraseRequired</c>) or another one (<c>KeyFilePassphraseWrong</c>) is given.
    /// </exception>
    public static KeyMaterial Read(string path, KeyFileOptions? options = null)
    {
        options ??= KeyFileOptions.Default;
        var text = ReadText(path);

        // Who gave a wrong file is not to be told to change its permissions.
        if (!options.TrustPermissions && TryFind(text, out _))
            KeyFileTrust.Check(path);
        return Decode(text, path, options);
    }

    /// <summary>Reads a keyfile's text; the path is for messages.</summary>
    internal static KeyMaterial Decode(string text, string path, KeyFileOptions options)
    {
        var isSealed = false;
        var body = Parse(path, () =>
        {
            if (!TryFind(text, out var fields))
                throw Invalid(path);
            isSealed = text[fields.Label] == SealedLabel;
            var decoded = Convert.FromBase64String(text[fields.Base64Data]);
            if (!isSealed)
                return decoded;
            var withoutChecksum = KeyFileCodec.RemoveChecksum(decoded);
            KeyFileSeal.CheckHeader(withoutChecksum);
            return withoutChecksum;
        });
        var content = isSealed ? Open(body, path, options) : body;
        try
        {
            return Parse(path, () => new KeyMaterial(KeyFileCodec.Decode(content)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }

    private static bool TryFind(string text, out PemFields fields) =>
        PemEncoding.TryFind(text, out fields) && text[fields.Label] is (Label or SealedLabel);

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

    private static byte[] Open(byte[] body, string path, KeyFileOptions options)
    {
        using var passphrase = options.GetPassphrase() ?? throw new RekkordException(
            "PassphraseRequired",
            RekkordErrorKind.Security,
            $"The keyfile '{path}' is protected with a passphrase, and there is none, nor anybody to ask. Give it with {options.PassphraseParameter} or in $env:REKKORD_PASSPHRASE.",
            path);
        try
        {
            return KeyFileSeal.Open(passphrase, body);
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

    internal static string ReadText(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxLength })
                throw Invalid(path);
            return File.ReadAllText(path);
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

    private static string Encode(KeyMaterial keys, Passphrase? passphrase)
    {
        var content = KeyFileCodec.Encode(keys.ToParts());
        var block = passphrase is null
            ? PemEncoding.WriteString(Label, content)
            : PemEncoding.WriteString(SealedLabel, KeyFileCodec.AddChecksum(KeyFileSeal.Seal(passphrase, content)));
        return new StringBuilder()
            .Append("Rekkord ").Append(keys.Role).Append(" key of repository ").AppendLine(Convert.ToHexStringLower(keys.RepositoryId))
            .AppendLine("Whoever has this file has its powers over the backups. Keep a copy in a safe place away from them.")
            .AppendLine(block)
            .ToString();
    }

    private static void WritePrivately(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(path, options);
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Removes what could not get its name.</summary>
    /// <returns>What to add to the error when it stays, for it holds the key; nothing when it is gone.</returns>
    private static string Remove(string temporary, IStorageFiles files)
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
    private static Exception? TryFlush(string path, IStorageFiles files)
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

    private static RekkordException Exists(string path, string leftover = "") => new(
        "KeyFileExists",
        RekkordErrorKind.AlreadyExists,
        $"The keyfile '{path}' exists already and is kept: without it, the backups it belongs to are lost. Choose another name with -KeyFile, or add -Force to replace it.{leftover}",
        path);

    private static RekkordException Invalid(string path, Exception? inner = null) => new(
        "KeyFileInvalid",
        RekkordErrorKind.InvalidData,
        $"'{path}' is not a keyfile of this version, or is damaged. Use a copy of it, or the right file.",
        path,
        inner);
}
