using System.Management.Automation;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>
/// What in the caller's session decides how everything after a script hook runs: kept before the hook, put back after it. Functions
/// of a module see the global preferences and not those of their caller, so while the hook runs the global ones are the hook's.
/// </summary>
internal sealed class CallerSession
{
    private const string Global = "global:";

    // Those of about_Preference_Variables that are variables of a session's own, and the exit code of the last program.
    private static readonly string[] Names =
    [
        "ConfirmPreference", "DebugPreference", "ErrorActionPreference", "ErrorView", "FormatEnumerationLimit", "InformationPreference", "LASTEXITCODE",
        "MaximumHistoryCount", "OFS", "OutputEncoding", "ProgressPreference", "PSDefaultParameterValues", "PSEmailServer", "PSModuleAutoLoadingPreference",
        "PSNativeCommandArgumentPassing", "PSNativeCommandUseErrorActionPreference", "PSSessionApplicationName", "PSSessionConfigurationName",
        "PSSessionOption", "PSStyle", "Transcript", "VerbosePreference", "WarningPreference", "WhatIfPreference",
    ];

    // Wherever a hook's lookup begins: no default values or quietness of a profile's come in its way.
    private static readonly (string Name, Func<object> Value)[] Enforced =
    [
        ("ErrorActionPreference", () => ActionPreference.Stop),
        ("PSNativeCommandUseErrorActionPreference", () => true),
        ("PSDefaultParameterValues", () => new DefaultParameterDictionary()),
        ("WhatIfPreference", () => false),
    ];

    private readonly SessionState _session;
    private readonly List<Kept> _kept;
    private readonly PathInfo _location;
    private readonly EventHandler<CommandLookupEventArgs>? _lookup;

    private sealed record Kept(string Name, object? Value, ScopedItemOptions? Options);

    /// <summary>Keeps what there is.</summary>
    public CallerSession(SessionState session)
    {
        _session = session;
        _location = session.Path.CurrentLocation;
        _lookup = session.InvokeCommand.PreCommandLookupAction;

        // The global ones first: what the caller itself sees is compared after they are as before.
        _kept = [.. Names.Select(name => Keep(Global + name)), .. Names.Select(Keep)];
    }

    /// <summary>Makes a session's global preferences those of a hook.</summary>
    /// <exception cref="SessionStateException">One of them is constant.</exception>
    public static void Prepare(PSVariableIntrinsics variables, ProviderIntrinsics providers, CommandInvocationIntrinsics commands)
    {
        foreach (var (name, value) in Enforced)
            Put(variables, providers, new Kept(Global + name, value(), variables.Get(Global + name)?.Options ?? ScopedItemOptions.None));
        commands.PreCommandLookupAction += RefuseToReplaceProcess;
    }

    /// <summary>Makes this session's global preferences those of a hook.</summary>
    /// <exception cref="SessionStateException">One of them is constant.</exception>
    public void Prepare() => Prepare(_session.PSVariable, _session.InvokeProvider, _session.InvokeCommand);

    /// <summary>Puts everything back, as far as it can be.</summary>
    /// <returns>What cannot be, in words; null when nothing is left.</returns>
    public string? PutBack()
    {
        List<string> left = [];
        _session.InvokeCommand.PreCommandLookupAction = _lookup;
        foreach (var kept in _kept.Where(kept => !PutBack(kept)))
            left.Add($"${kept.Name}");
        try
        {
            _session.Path.SetLocation(WildcardPattern.Escape(_location.Path));
        }
        catch (Exception error) when (error is RuntimeException or ProviderInvocationException)
        {
            left.Add($"the location '{_location.Path}'");
        }

        return left.Count == 0 ? null : string.Join(", ", left);
    }

    private Kept Keep(string name)
    {
        var variable = _session.PSVariable.Get(name);
        return new Kept(name, variable?.Value, variable?.Options);
    }

    private bool PutBack(Kept kept)
    {
        var now = _session.PSVariable.Get(kept.Name);
        if (ReferenceEquals(now?.Value, kept.Value) && now?.Options == kept.Options)
            return true;
        try
        {
            Put(_session.PSVariable, _session.InvokeProvider, kept);
            return true;
        }
        catch (RuntimeException)
        {
            return false;
        }
    }

    private static void Put(PSVariableIntrinsics variables, ProviderIntrinsics providers, Kept kept)
    {
        // One that is read-only can be neither set nor made writable again, only removed.
        if (variables.Get(kept.Name) is { } locked && locked.Options.HasFlag(ScopedItemOptions.ReadOnly))
            providers.Item.Remove([$"Variable:{kept.Name}"], recurse: false, force: true, literalPath: true);

        // What a hook attached to it, a check of values for one, may not take the value that is put back.
        if (variables.Get(kept.Name) is { } variable && (kept.Options is null || !TrySet(variable, kept.Value)))
            variables.Remove(variable);

        if (kept.Options is not { } options)
            return;
        if (variables.Get(kept.Name) is null)
            variables.Set(kept.Name, kept.Value);
        if (variables.Get(kept.Name) is { } set && set.Options != options)
            set.Options = options | (set.Options & ScopedItemOptions.AllScope);
    }

    private static bool TrySet(PSVariable variable, object? value)
    {
        try
        {
            variable.Value = value;
            return true;
        }
        catch (MetadataException)
        {
            return false;
        }
    }

    /// <summary>The process of a save must not become another program: its exit code would be taken for that of the save.</summary>
    private static void RefuseToReplaceProcess(object? sender, CommandLookupEventArgs lookup)
    {
        if (lookup.CommandName.Split('\\')[^1].Equals("Switch-Process", StringComparison.OrdinalIgnoreCase))
            lookup.CommandScriptBlock = ScriptBlock.Create("throw 'A script hook runs in the process of its command, and exec would end that process. Start the program without exec.'");
    }
}
