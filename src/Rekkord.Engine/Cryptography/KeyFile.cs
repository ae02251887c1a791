using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// Reads and writes keyfiles: a PEM block (RFC 7468) whose body is a CBOR map and its SHA-256. docs/format.md has the bytes.
/// </summary>
public static class KeyFile
{
    private const string Label = "REKKORD KEY";
    private const int FormatVersion = 1;
    private const int MaxLength = 64 * 1024;
    private const int ChecksumLength = 32;

    /// <summary>Writes a keyfile that only the current user can read (0600).</summary>
    /// <param name="path">Where to write it.</param>
    /// <param name="keys">What it holds.</param>
    /// <param name="overwrite">Whether an existing file may be replaced. It never is half-written: the new one is renamed over it.</param>
    /// <exception cref="RekkordException">The file exists (<c>KeyFileExists</c>), or cannot be written (<c>KeyFileNotWritable</c>).</exception>
    public static void Write(string path, KeyMaterial keys, bool overwrite = false)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var text = new StringBuilder()
            .Append("Rekkord ").Append(keys.Role).Append(" key of repository ").AppendLine(Convert.ToHexStringLower(keys.RepositoryId))
            .AppendLine("Whoever has this file has its powers over the backups. Keep a copy in a safe place away from them.")
            .AppendLine(PemEncoding.WriteString(Label, AddChecksum(Encode(keys.ToParts()))))
            .ToString();
        if (!overwrite && File.Exists(path))
            throw Exists(path);

        var temporary = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.tmp";
        try
        {
            WritePrivately(temporary, text);
            File.Move(temporary, path, overwrite);
            Storage.DurableDirectory.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            if (!overwrite && File.Exists(path))
                throw Exists(path);
            throw new RekkordException(
                "KeyFileNotWritable", RekkordErrorKind.WriteError, $"The keyfile '{path}' cannot be written: {error.Message} Choose another place.", path, error);
        }
    }

    /// <summary>Reads a keyfile.</summary>
    /// <exception cref="RekkordException">
    /// There is none (<c>KeyFileNotFound</c>), it cannot be read (<c>KeyFileNotReadable</c>), or is no keyfile (<c>KeyFileInvalid</c>).
    /// </exception>
    public static KeyMaterial Read(string path)
    {
        string text;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxLength })
                throw Invalid(path);
            text = File.ReadAllText(path);
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

        if (!PemEncoding.TryFind(text, out var fields) || text[fields.Label] != Label)
            throw Invalid(path);
        try
        {
            return new KeyMaterial(Parse(RemoveChecksum(Convert.FromBase64String(text[fields.Base64Data]))));
        }
        catch (Exception error) when (error is CborContentException or InvalidOperationException or OverflowException or FormatException or CryptographicException or KeyNotFoundException)
        {
            throw Invalid(path, error);
        }
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

    private static byte[] AddChecksum(byte[] map) => [.. map, .. SHA256.HashData(map)];

    /// <summary>Without a checksum, a save with one wrong digit in the ID key would succeed, and nothing of it could be read.</summary>
    private static byte[] RemoveChecksum(byte[] body)
    {
        if (body.Length < ChecksumLength || !SHA256.HashData(body.AsSpan(..^ChecksumLength)).AsSpan().SequenceEqual(body.AsSpan(^ChecksumLength..)))
            throw new CryptographicException("The keyfile's checksum does not match.");
        return body[..^ChecksumLength];
    }

    private static byte[] Encode(KeyParts parts)
    {
        // The master keyfile is its seed: what derives from it is not stored, so that nothing in it can disagree.
        (int Key, byte[]? Value)[] fields = parts.Seed is not null
            ? [(3, parts.RepositoryId), (6, parts.Seed)]
            : [(3, parts.RepositoryId), (4, parts.KeyId), (5, parts.MasterPublicKey), (7, parts.IdKey), (8, parts.IndexKey), (9, parts.DataPrivateKey),
               (10, parts.LogPrivateKey), (11, parts.SigningPrivateKey), (12, parts.Certificate)];
        var present = fields.Where(field => field.Value is not null).ToArray();

        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(present.Length + 2);
        writer.WriteInt32(1);
        writer.WriteInt32(FormatVersion);
        writer.WriteInt32(2);
        writer.WriteInt32((int)parts.Role);
        foreach (var (key, value) in present)
        {
            writer.WriteInt32(key);
            writer.WriteByteString(value!);
        }

        writer.WriteEndMap();
        return writer.Encode();
    }

    private static KeyParts Parse(byte[] body)
    {
        var reader = new CborReader(body, CborConformanceMode.Canonical);
        var fields = new Dictionary<int, byte[]>();
        var version = 0;
        var role = default(KeyRole);
        for (var count = reader.ReadStartMap(); count > 0; count--)
        {
            switch (reader.ReadInt32())
            {
                case 1: version = reader.ReadInt32(); break;
                case 2: role = (KeyRole)reader.ReadInt32(); break;
                case var key: fields[key] = reader.ReadByteString(); break;
            }
        }

        reader.ReadEndMap();
        if (version != FormatVersion)
            throw new CborContentException("This version of keyfiles is not known.");
        return role == KeyRole.Master
            ? KeyMaterial.FromSeed(fields[6].Length == 32 ? fields[6] : throw new CborContentException("The seed has a wrong length."), Id(fields[3])).ToParts()
            : ToRestrictedParts(role, fields);
    }

    private static KeyParts ToRestrictedParts(KeyRole role, Dictionary<int, byte[]> fields)
    {
        if (!Enum.IsDefined(role))
            throw new CborContentException("The role of the keyfile is not known.");
        return new KeyParts
        {
            Role = role,
            RepositoryId = Id(fields[3]),
            KeyId = Id(fields[4]),
            MasterPublicKey = fields[5],
            IdKey = fields.GetValueOrDefault(7),
            IndexKey = fields.GetValueOrDefault(8),
            DataPrivateKey = fields.GetValueOrDefault(9),
            LogPrivateKey = fields.GetValueOrDefault(10),
            SigningPrivateKey = fields.GetValueOrDefault(11),
            Certificate = fields[12],
        };
    }

    private static byte[] Id(byte[] id) =>
        id.Length == KeyMaterial.IdLength ? id : throw new CborContentException("An ID has a wrong length.");

    private static RekkordException Exists(string path) => new(
        "KeyFileExists",
        RekkordErrorKind.AlreadyExists,
        $"The keyfile '{path}' exists already and is kept: without it, the backups it belongs to are lost. Choose another name with -KeyFile, or add -Force to replace it.",
        path);

    private static RekkordException Invalid(string path, Exception? inner = null) => new(
        "KeyFileInvalid",
        RekkordErrorKind.InvalidData,
        $"'{path}' is not a keyfile of this version, or is damaged. Use a copy of it, or the right file.",
        path,
        inner);
}
