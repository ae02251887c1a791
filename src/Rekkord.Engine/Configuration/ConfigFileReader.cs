using System.Text;
using Rekkord.Engine.Configuration.Syntax;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Configuration;

/// <summary>Reads a configuration file: TOML when it is named <c>.toml</c>, Rekkord's INI form under any other name.</summary>
internal static class ConfigFileReader
{
    /// <summary>The largest file that is read, in bytes; a configuration has a few hundred.</summary>
    private const int MaximumLength = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ConfigurationException">
    /// <c>ConfigFileUnreadable</c>, <c>ConfigSyntaxError</c>, <c>ConfigDuplicateKey</c>, <c>ConfigFileExposed</c> or
    /// <c>ConfigFileUntrusted</c>.
    /// </exception>
    public static ConfigDocument Read(string file)
    {
        var bytes = ReadBytes(file);
        CheckTrust(file);
        var text = Decode(bytes, file);
        var document = file.EndsWith(".toml", StringComparison.OrdinalIgnoreCase)
            ? TomlReader.Read(text, file)
            : IniReader.Read(text, file);
        if (!OperatingSystem.IsWindows())
            CheckSecrets(document, file);
        return document;
    }

    private static byte[] ReadBytes(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[MaximumLength + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length <= MaximumLength ? bytes[..length]
                : throw new ConfigurationException("ConfigFileUnreadable", RekkordErrorKind.InvalidData,
                    $"The configuration file '{file}' is larger than 1 MiB, too large for a configuration.", file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var kind = error is UnauthorizedAccessException ? RekkordErrorKind.PermissionDenied : RekkordErrorKind.ReadError;
            throw new ConfigurationException("ConfigFileUnreadable", kind,
                $"The configuration file '{file}' cannot be read: {OneLine.From(error.Message, 500)}", file, error);
        }
    }

    private static string Decode(byte[] bytes, string file)
    {
        var content = bytes.AsSpan();
        if (content.StartsWith(Encoding.UTF8.Preamble))
            content = content[Encoding.UTF8.Preamble.Length..];
        var wrong = content.IndexOf((byte)0);
        try
        {
            if (wrong < 0)
                return StrictUtf8.GetString(content);
        }
        catch (DecoderFallbackException error)
        {
            wrong = Math.Max(error.Index, 0);
        }

        var before = content[..wrong];
        var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        throw new ConfigurationException("ConfigSyntaxError", file, new ConfigPosition(before.Count((byte)'\n') + 1, column),
            "From here on the file is not UTF-8 text. Save it as UTF-8.");
    }

    /// <summary>
    /// Whoever can change the file, or put another in its place, decides what runs in the name of the current user and where the data goes,
    /// with or without a hook in it today. So it is trusted like a hook; a setting in it cannot switch that off.
    /// </summary>
    private static void CheckTrust(string file)
    {
        PathDoubt? doubt;
        try
        {
            doubt = PathTrust.Create().CheckNamed(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // What cannot be checked is not trusted.
            doubt = new PathDoubt(IsDangerous: false, $"its permissions cannot be checked: {OneLine.From(error.Message, 500)}", null);
        }

        if (doubt is not null)
        {
            var remedy = doubt.Remedy is { } command ? $" Run: {command}" : "";
            throw new ConfigurationException("ConfigFileUntrusted", RekkordErrorKind.Security,
                $"The configuration file '{file}' is refused, because it decides which programs run and where the data goes: {doubt.Reason}.{remedy}", file);
        }
    }

    /// <summary>Passwords that everybody can read are refused.</summary>
    private static void CheckSecrets(ConfigDocument document, string file)
    {
#pragma warning disable CA1416 // The caller knows that this is not Windows.
        var mode = File.GetUnixFileMode(Path.GetFullPath(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file));
#pragma warning restore CA1416
        var secret = document.Items.FirstOrDefault(item => ConfigSchema.Find(item.Section, item.Name) is { IsSecret: true });
        if (secret is not null && mode.HasFlag(UnixFileMode.OtherRead))
        {
            throw new ConfigurationException("ConfigFileExposed", RekkordErrorKind.Security,
                $"The configuration file '{file}' holds '{secret.Name}' and every user can read it. Run: chmod o-rwx {ShellQuoting.Quote(file)}", file);
        }
    }
}
