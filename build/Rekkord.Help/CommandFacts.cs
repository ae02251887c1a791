using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace Rekkord.Help;

/// <summary>What PowerShell knows of a parameter.</summary>
internal sealed class ParameterFacts
{
    public required string Name { get; init; }

    /// <summary>The type of its value; of one that may be left out, the type below.</summary>
    public required Type Type { get; init; }

    /// <summary>The parameter set that it is in; null when it is in all.</summary>
    public string? Set { get; init; }

    public bool IsMandatory { get; init; }

    /// <summary>Null when it is given by name only.</summary>
    public int? Position { get; init; }

    public bool FromPipeline { get; init; }

    public bool FromPipelineByPropertyName { get; init; }

    public bool TakesWildcards { get; init; }

    public IReadOnlyList<string> Aliases { get; init; } = [];

    public string DefaultValue { get; init; } = "None";

    /// <summary>The words that it takes; empty when it takes others.</summary>
    public IReadOnlyList<string> AcceptedValues { get; init; } = [];

    public bool IsSwitch => Type == typeof(SwitchParameter);

    /// <summary>How a syntax names its value.</summary>
    public string ValueName => AcceptedValues.Count > 0
        ? $"{{{string.Join(" | ", AcceptedValues)}}}"
        : $"<{Type.Name}>";

    /// <summary>As it stands in a syntax.</summary>
    public string Syntax
    {
        get
        {
            var name = Position is null ? $"-{Name}" : $"[-{Name}]";
            var text = IsSwitch ? name : $"{name} {ValueName}";
            return IsMandatory ? text : $"[{text}]";
        }
    }
}

/// <summary>What PowerShell knows of a cmdlet: read from the compiled type, so that help cannot say something else.</summary>
internal sealed class CommandFacts
{
    private CommandFacts(Type type)
    {
        var metadata = new CommandMetadata(type);
        var attribute = type.GetCustomAttribute<CmdletAttribute>()!;
        (Name, Verb, Noun) = (metadata.Name, attribute.VerbName, attribute.NounName);
        OutputTypes = [.. type.GetCustomAttributes<OutputTypeAttribute>().SelectMany(output => output.Type).Select(output => output.Type)];
        var instance = Activator.CreateInstance(type)!;
        Parameters = [.. metadata.Parameters.Values.Select(parameter => Read(type, parameter, instance))];
        if (metadata.SupportsShouldProcess)
            Parameters = [.. Parameters, CreateSwitch("WhatIf", "wi"), CreateSwitch("Confirm", "cf")];
        ParameterSets = [.. Parameters.Select(parameter => parameter.Set).OfType<string>().Distinct().OrderBy(set => set != metadata.DefaultParameterSetName)];
        if (ParameterSets.Count == 0)
            ParameterSets = [null];
    }

    public string Name { get; }

    public string Verb { get; }

    public string Noun { get; }

    public IReadOnlyList<ParameterFacts> Parameters { get; }

    /// <summary>Its parameter sets, the default one first; one without a name when all parameters can be given together.</summary>
    public IReadOnlyList<string?> ParameterSets { get; }

    public IReadOnlyList<Type> OutputTypes { get; }

    /// <summary>All cmdlets of an assembly, with what it needs beside it.</summary>
    public static IReadOnlyList<CommandFacts> ReadAll(string assemblyPath)
    {
        var directory = Path.GetDirectoryName(assemblyPath)!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
            File.Exists(Path.Combine(directory, name.Name + ".dll")) ? context.LoadFromAssemblyPath(Path.Combine(directory, name.Name + ".dll")) : null;
        var assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(assemblyPath);
        return [.. assembly.GetExportedTypes().Where(type => type.IsDefined(typeof(CmdletAttribute))).Select(type => new CommandFacts(type)).OrderBy(command => command.Name, StringComparer.Ordinal)];
    }

    private static ParameterFacts CreateSwitch(string name, string alias) =>
        new() { Name = name, Type = typeof(SwitchParameter), Aliases = [alias], DefaultValue = "False" };

    private static ParameterFacts Read(Type command, ParameterMetadata parameter, object instance)
    {
        // A parameter that were in some sets and not in others would need a syntax of its own in each.
        var (setName, set) = parameter.ParameterSets.Single();
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        var accepted = parameter.Attributes.OfType<ValidateSetAttribute>().FirstOrDefault()?.ValidValues;
        var element = type.GetElementType() ?? type;
        return new ParameterFacts
        {
            Name = parameter.Name,
            Type = type,
            Set = setName == ParameterAttribute.AllParameterSets ? null : setName,
            IsMandatory = set.IsMandatory,
            Position = set.Position < 0 ? null : set.Position,
            FromPipeline = set.ValueFromPipeline,
            FromPipelineByPropertyName = set.ValueFromPipelineByPropertyName,
            TakesWildcards = parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any(),
            Aliases = [.. parameter.Aliases],
            DefaultValue = set.IsMandatory ? "None" : Describe(command.GetProperty(parameter.Name)!.GetValue(instance)),
            AcceptedValues = accepted is not null ? [.. accepted] : element.IsEnum ? Enum.GetNames(element) : [],
        };
    }

    private static string Describe(object? value)
    {
        var text = value switch
        {
            IEnumerable and not string => string.Join(", ", ((IEnumerable)value).Cast<object>().Select(Describe)),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
        return string.IsNullOrEmpty(text) ? "None" : text;
    }
}
