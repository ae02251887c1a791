using System.Globalization;
using System.Text.RegularExpressions;
using Rekkord.Engine.Configuration.Syntax;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Configuration;

/// <summary>
/// Brings file, environment and parameters together. The stronger overrides the weaker, and each value is checked by its key's type.
/// </summary>
internal sealed partial class ConfigResolution
{
    private static readonly string[] HomeForms = ["~", "$HOME", "${HOME}"];

    private readonly Dictionary<ConfigKey, Resolved> _values = [];

    /// <summary>A value that was set.</summary>
    /// <param name="Value">A string, <see cref="int"/>, <see cref="long"/>, <see cref="bool"/>, <see cref="TimeSpan"/> or <see cref="SecretReference"/>, by the key's type.</param>
    /// <param name="Source">Where it came from.</param>
    /// <param name="Origin">The same in words.</param>
    internal sealed record Resolved(object Value, ConfigSource Source, string? Origin);

    /// <summary>Takes every value of a file.</summary>
    /// <exception cref="ConfigurationException">A section or key is unknown, or a value is not what its key takes.</exception>
    public void AddFile(ConfigDocument document, string file)
    {
        foreach (var (name, position) in document.Sections)
        {
            if (!ConfigSchema.Sections.Contains(name))
                throw UnknownSection(file, name, position);
        }

        var directory = Path.GetDirectoryName(file)!;
        foreach (var item in document.Items)
        {
            var key = ConfigSchema.Find(item.Section, item.Name) ?? throw Unknown(file, item);
            var value = item.Value switch
            {
                string text when !item.IsTyped || TakesText(key) => Parse(key, ExpandHome(key, text, reason => new ConfigurationException("ConfigInvalidValue", file, item.ValuePosition, reason)), directory),
                bool boolean when key.Type == ConfigValueType.Boolean => (object)boolean,
                long integer when key.Type == ConfigValueType.Number => InRange(key, integer),
                _ => throw new ConfigurationException("ConfigWrongType", file, item.ValuePosition,
                    $"'{item.Name}' takes {Describe(key, item.IsTyped)}, not {DescribeValue(item.Value)}."),
            };
            if (value is null)
            {
                throw new ConfigurationException("ConfigInvalidValue", file, item.ValuePosition,
                    Invalid(item.Name, key, Convert.ToString(item.Value, CultureInfo.InvariantCulture)!));
            }

            _values[key] = new Resolved(value, ConfigSource.File, $"{file}:{item.KeyPosition.Line}");
            ThrowIfSaidTwice(document, item, key, file);
        }
    }

    private static void ThrowIfSaidTwice(ConfigDocument document, ConfigItem item, ConfigKey key, string file)
    {
        if (key.InsteadOf is { } secret && document.Items.Any(other => other.Section == item.Section && other.Name == secret))
            throw new ConfigurationException("ConfigInvalidValue", file, item.KeyPosition, $"'{item.Name}' says where the secret is that '{secret}' gives. Remove one of the two.");
    }

    /// <summary>Takes the value of every key that has a variable which is set and not empty.</summary>
    /// <exception cref="ConfigurationException">
    /// A value is not what its key takes, or two variables of the same meaning differ (<c>ConfigInvalidValue</c>).
    /// </exception>
    public void AddEnvironment(Func<string, string?> variable, string directory)
    {
        foreach (var key in ConfigSchema.Keys)
        {
            var given = new[] { key.EnvironmentVariable, key.AlternativeVariable }
                .OfType<string>()
                .Where(name => variable(name) is { Length: > 0 })
                .ToArray();
            if (given.Length == 0)
                continue;
            if (given.DistinctBy(variable).Count() > 1)
            {
                throw new ConfigurationException("ConfigInvalidValue", RekkordErrorKind.InvalidArgument,
                    $"{given[0]} and {given[1]} mean the same but have different values. Remove one of them from the environment.", given[1]);
            }

            var text = ExpandHome(key, variable(given[0])!, reason => new ConfigurationException("ConfigInvalidValue", RekkordErrorKind.InvalidArgument, reason, given[0]));
            Add(key, text, directory, ConfigSource.Environment, given[0]);
        }
    }

    /// <summary>Takes a parameter's value.</summary>
    /// <exception cref="ConfigurationException">The value is not what its key takes.</exception>
    public void AddParameter(string fullName, string? text, string directory, string parameter)
    {
        if (text is not null)
            Add(ConfigSchema.Keys.Single(key => key.FullName == fullName), text, directory, ConfigSource.Parameter, parameter);
    }

    /// <summary>A setting of a type that has no value of its own for "unset".</summary>
    public ConfigValue<T?> GetStruct<T>(string fullName)
        where T : struct =>
        Find(fullName) is { } found ? new ConfigValue<T?>((T)found.Value, found.Source) : new ConfigValue<T?>(null, ConfigSource.Default);

    /// <summary>A setting that has a default.</summary>
    public ConfigValue<T> GetRequired<T>(string fullName)
    {
        var found = Find(fullName)!;
        return new ConfigValue<T>((T)found.Value, found.Source);
    }

    /// <summary>A setting that is text.</summary>
    public ConfigValue<string?> GetText(string fullName)
    {
        var found = Find(fullName);
        return new ConfigValue<string?>((string?)found?.Value, found?.Source ?? ConfigSource.Default);
    }

    /// <summary>A setting that says where a secret is.</summary>
    public ConfigValue<SecretReference?> GetSecretReference(string fullName)
    {
        var found = Find(fullName);
        return new ConfigValue<SecretReference?>((SecretReference?)found?.Value, found?.Source ?? ConfigSource.Default);
    }

    /// <summary>Every setting as it may be shown.</summary>
    public IReadOnlyList<ConfigEntry> ToEntries() =>
        [.. ConfigSchema.Keys.Select(key => Find(key.FullName) is { } found
            ? new ConfigEntry(key, Display(key, found.Value), found.Source, found.Origin)
            : new ConfigEntry(key, null, ConfigSource.Default, null))];

    private Resolved? Find(string fullName)
    {
        var key = ConfigSchema.Keys.Single(candidate => candidate.FullName == fullName);
        if (_values.TryGetValue(key, out var found))
            return found;
        return key.Default is { } text ? new Resolved(Parse(key, text, "")!, ConfigSource.Default, null) : null;
    }

    private void Add(ConfigKey key, string text, string directory, ConfigSource source, string origin)
    {
        var value = Parse(key, text, directory)
            ?? throw new ConfigurationException("ConfigInvalidValue", RekkordErrorKind.InvalidArgument, Invalid(origin, key, text), origin);
        _values[key] = new Resolved(value, source, origin);
    }

    private static bool TakesText(ConfigKey key) =>
        key.Type is not (ConfigValueType.Number or ConfigValueType.Boolean);

    /// <summary>
    /// A path with the user's home directory for <c>~</c> and <c>$HOME</c> at its beginning. No other variable is known, and none is taken
    /// for a name: a directory that is called <c>$DATA</c> is what nobody means.
    /// </summary>
    private static string ExpandHome(ConfigKey key, string text, Func<string, ConfigurationException> fail)
    {
        if (key.Type != ConfigValueType.Path && (key.Type != ConfigValueType.Location || !IsPath(text)))
            return text;
        var rest = HomeForms.Where(form => text.StartsWith(form, StringComparison.Ordinal)).Select(form => text[form.Length..]).FirstOrDefault(rest => rest is "" or ['/' or '\\', ..]);
        if (rest is null)
        {
            return Variable().Match(text) is { Success: true } variable
                ? throw fail($"'{text}' has '{variable.Value}' in it, which is not replaced here. Only ~ and $HOME at the beginning are. Write the whole path.")
                : text;
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return home.Length > 0 ? home + rest : throw fail($"'{text}' means the home directory, and this account has none. Write the whole path.");
    }

    // A dollar sign alone is a name's, as of the shares of Windows (C$).
    [GeneratedRegex(@"^~[^/\\]*|(?<=^|[/\\])\$(\{|[A-Za-z_])[^/\\]*")]
    private static partial Regex Variable();

    private static object? Parse(ConfigKey key, string text, string directory)
    {
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
            return null;
        return key.Type switch
        {
            ConfigValueType.Text => text,
            ConfigValueType.Path => Path.GetFullPath(text, directory),
            ConfigValueType.Location => IsPath(text) ? Path.GetFullPath(text, directory) : text,
            ConfigValueType.Number => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? InRange(key, number) : null,
            ConfigValueType.Boolean => ParseBoolean(text),
            ConfigValueType.Size => ConfigSize.TryParse(text, out var size) ? size : null,
            ConfigValueType.SecretReference => SecretReference.TryParse(text),
            _ => ConfigDuration.TryParse(text, out var duration) ? duration : null,
        };
    }

    private static int? InRange(ConfigKey key, long number) =>
        number >= key.Minimum && number <= key.Maximum ? (int)number : null;

    private static object? ParseBoolean(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => true,
        "FALSE" or "NO" or "OFF" or "0" => false,
        _ => null,
    };

    // host:path and user@host:path have their colon before any slash; on Windows one letter before it is a drive.
    private static bool IsPath(string location)
    {
        var colon = location.IndexOf(':', StringComparison.Ordinal);
        var slash = location.IndexOfAny(['/', '\\']);
        return colon < 0 || (slash >= 0 && slash < colon) || (OperatingSystem.IsWindows() && colon == 1);
    }

    private static ConfigurationException Unknown(string file, ConfigItem item)
    {
        if (!ConfigSchema.Sections.Contains(item.Section))
        {
            if (item.Section.Length > 0)
                return UnknownSection(file, item.Section, item.SectionPosition);
            var owner = ConfigSchema.Keys.FirstOrDefault(key => key.Name == item.Name)?.Section;
            return new ConfigurationException("ConfigUnknownKey", file, item.KeyPosition,
                $"'{item.Name}' is in no section. "
                + (owner is null ? $"Put it under one of {SectionList}." : $"Put it under [{owner}]."), owner);
        }

        if (ConfigSchema.KeysOfRekkord.TryGetValue($"{item.Section}.{item.Name}", out var instead))
        {
            return new ConfigurationException("ConfigUnknownKey", file, item.KeyPosition,
                $"'{item.Name}' under [{item.Section}] is a key of Rekkord that Rekkord for PowerShell does not have. {instead}");
        }

        var names = ConfigSchema.Keys.Where(key => key.Section == item.Section).Select(key => key.Name).ToList();
        var elsewhere = ConfigSchema.Keys.FirstOrDefault(key => key.Name == item.Name);
        var near = elsewhere is null ? NearestName.Find(item.Name, names) : null;
        var hint = elsewhere is not null ? $"It belongs under [{elsewhere.Section}]."
            : near is not null ? $"Did you mean '{near}'?"
            : $"It takes: {string.Join(", ", names)}.";
        return new ConfigurationException("ConfigUnknownKey", file, item.KeyPosition,
            $"Section [{item.Section}] has no key '{item.Name}'. {hint}", near);
    }

    private static ConfigurationException UnknownSection(string file, string name, ConfigPosition position)
    {
        if (ConfigSchema.SectionsOfRekkord.TryGetValue(name, out var instead))
        {
            return new ConfigurationException("ConfigUnknownSection", file, position,
                $"[{name}] is a section of Rekkord that Rekkord for PowerShell does not have. {instead}");
        }

        var near = NearestName.Find(name, ConfigSchema.Sections);
        return new ConfigurationException("ConfigUnknownSection", file, position,
            $"There is no section [{name}]. " + (near is null ? $"There are: {SectionList}." : $"Did you mean [{near}]?"), near);
    }

    private static string SectionList => string.Join(", ", ConfigSchema.Sections.Select(section => $"[{section}]"));

    // The value itself is left out where it is a secret, or where somebody may have written the secret for the place that it is in.
    private static string Invalid(string name, ConfigKey key, string text) =>
        text is "" ? $"'{name}' has no value. It takes {Describe(key, typed: false)}. To leave it unset, remove the line."
        : key.IsSecret || key.Type == ConfigValueType.SecretReference ? $"The value of '{name}' is not valid. It takes {Describe(key, typed: false)}."
        : $"'{name}' takes {Describe(key, typed: false)}, and '{text}' is not one.";

    private static string Describe(ConfigKey key, bool typed) => key.Type switch
    {
        ConfigValueType.Text => "text",
        ConfigValueType.Path => "a path",
        ConfigValueType.Location => "a repository URL or path",
        ConfigValueType.Number => string.Create(CultureInfo.InvariantCulture, $"a whole number from {key.Minimum} to {key.Maximum}"),
        ConfigValueType.Boolean => "true or false",
        ConfigValueType.SecretReference => "secret:VAULT/NAME, command:PROGRAM ARGUMENTS or credential:NAME",
        ConfigValueType.Size => (typed ? "a size in quotes" : "a size") + " such as 500KB, 2MB or 1GB",
        _ => (typed ? "a duration in quotes" : "a duration") + " such as 90s, 10m, 2h30m, 30d or 1w",
    };

    private static string DescribeValue(object value) => value switch
    {
        string => "text",
        bool => "true or false",
        long => "a number",
        _ => ((ConfigItem.UnsupportedValue)value).Description,
    };

    private static string? Display(ConfigKey key, object value) => value switch
    {
        _ when key.IsSecret => "(hidden)",
        TimeSpan duration => ConfigDuration.Format(duration),
        long size => ConfigSize.Format(size),
        bool boolean => boolean ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        SecretReference reference => reference.ToString(),
        // The URL of a service may have been copied with a token.
        _ when key.Type == ConfigValueType.Location || ((string)value).Contains("://", StringComparison.Ordinal) => Storage.RepositoryLocation.WithoutCredentials((string)value),
        _ => (string)value,
    };
}
