using System.Globalization;
using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Configuration;

/// <summary>Makes a configuration file with every key and what it does. Keys without a value are comments.</summary>
public static class ConfigTemplate
{
    /// <summary>The text of the file, in TOML.</summary>
    /// <param name="values">The values to set, by section and name (<c>Repository.URL</c>).</param>
    public static string Create(IReadOnlyDictionary<string, string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var text = new StringBuilder("# The configuration of Rekkord for PowerShell. Lines that begin with # say what can be set, and what counts without it.\n");
        foreach (var section in ConfigSchema.Sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n[{section}]\n");
            foreach (var key in ConfigSchema.Keys.Where(key => key.Section == section))
            {
                text.Append(CultureInfo.InvariantCulture, $"# {key.Description}\n");
                text.Append(values.TryGetValue(key.FullName, out var value) ? $"{key.Name} = {Quote(key, value)}\n" : $"#{key.Name} = {Example(key)}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>Writes a file that only its owner can read: it may get secrets.</summary>
    /// <exception cref="RekkordException">There is one already (<c>ConfigFileExists</c>), or it cannot be written (<c>ConfigFileNotWritable</c>).</exception>
    public static void Write(string path, string text, bool overwrite)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (File.Exists(path) && !overwrite)
                throw new RekkordException("ConfigFileExists", RekkordErrorKind.AlreadyExists, $"There is a configuration file '{path}' already. Give another one with -Path, or add -Force to replace it.", path);
            var temporary = $"{path}.new";
            File.Delete(temporary);
            using (var writer = new StreamWriter(PrivateFile.Create(temporary), new UTF8Encoding(false)))
                writer.Write(text);
            if (overwrite)
                ReplacingRename.Rename(temporary, path);
            else
                File.Move(temporary, path, overwrite: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException("ConfigFileNotWritable", RekkordErrorKind.WriteError, $"The configuration file '{path}' cannot be written: {error.Message}", path, error);
        }
    }

    private static string Example(ConfigKey key) => key.Default is { } value ? Quote(key, value) : key.Type switch
    {
        ConfigValueType.Number => "1",
        ConfigValueType.Boolean => "false",
        ConfigValueType.Duration => "\"30d\"",
        ConfigValueType.Size => "\"2MB\"",
        _ => "\"\"",
    };

    private static string Quote(ConfigKey key, string value) => key.Type is ConfigValueType.Number or ConfigValueType.Boolean
        ? value
        : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
