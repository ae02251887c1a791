using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks;

/// <summary>
/// The variables a hook gets and those that are taken away from what it would inherit. Everything named <c>REKKORD_…</c> belongs
/// to Rekkord: a hook sees exactly the ones of its own context, and none that configured this process (they may be secrets, such
/// as <c>REKKORD_PASSPHRASE</c>, or belong to an outer run).
/// </summary>
public sealed class HookEnvironment
{
    private const string SuccessVariable = "SUCCESS";
    private const string OwnPrefix = "REKKORD_";

    // Linux takes up to 131,072 bytes in one variable (MAX_ARG_STRLEN), Windows 32,767 characters.
    private static readonly int MaximumPathsLength = OperatingSystem.IsWindows() ? 32_000 : 120_000;
    private const int MaximumErrorLength = 4_000;

    private HookEnvironment(Dictionary<string, string> variables) => Variables = variables;

    /// <summary>The variables to set, by name.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>Whether an inherited variable of this name must not reach the hook with the value it has.</summary>
    public bool Removes(string name) =>
        !Variables.ContainsKey(name)
        && (name.StartsWith(OwnPrefix, ProcessEnvironment.NameComparison) || string.Equals(name, SuccessVariable, ProcessEnvironment.NameComparison));

    /// <summary>
    /// What has to change in an inherited environment: the value for each name to set, null for each to remove. Names that stay as
    /// they are do not appear.
    /// </summary>
    /// <param name="inherited">The environment before.</param>
    public IReadOnlyDictionary<string, string?> ChangesFrom(IReadOnlyDictionary<string, string> inherited)
    {
        ArgumentNullException.ThrowIfNull(inherited);
        var changes = new Dictionary<string, string?>(StringComparer.FromComparison(ProcessEnvironment.NameComparison));
        foreach (var name in inherited.Keys)
        {
            if (Removes(name))
                changes[name] = null;
        }

        foreach (var (name, value) in Variables)
            changes[name] = value;
        return changes;
    }

    /// <summary>The whole environment of an external hook.</summary>
    /// <param name="inherited">The environment before.</param>
    public IReadOnlyDictionary<string, string> Apply(IReadOnlyDictionary<string, string> inherited)
    {
        ArgumentNullException.ThrowIfNull(inherited);
        var result = new Dictionary<string, string>(StringComparer.FromComparison(ProcessEnvironment.NameComparison));
        foreach (var (name, value) in inherited)
        {
            if (!Removes(name))
                result[name] = value;
        }

        foreach (var (name, value) in Variables)
            result[name] = value;
        return result;
    }

    internal static HookEnvironment From(HookContext context)
    {
        var variables = new Dictionary<string, string>(StringComparer.FromComparison(ProcessEnvironment.NameComparison))
        {
            [HookVariables.Phase] = context.Phase.ToString(),
            ["REKKORD_COMMAND"] = context.Command,
            [HookVariables.RunId] = Guid.NewGuid().ToString("N"),
        };
        Set(variables, "REKKORD_CHANNEL", context.Channel);
        Set(variables, HookVariables.Repository, context.Repository);
        Set(variables, HookVariables.CopyOf(HookVariables.Repository)!, context.Repository);
        Set(variables, HookVariables.ConfigFile, context.ConfigFile);
        Set(variables, HookVariables.CopyOf(HookVariables.ConfigFile)!, context.ConfigFile);
        SetPaths(variables, context.Paths);

        if (!context.Phase.IsPre())
        {
            variables[SuccessVariable] = context.Success == true ? "1" : "0";
            variables["REKKORD_OUTCOME"] = (context.Outcome ?? HookOutcome.Failure).ToString().ToLowerInvariant();
            Set(variables, "REKKORD_SNAPSHOT", context.Snapshot);
            if (context.Errors.Count > 0)
                variables["REKKORD_ERROR"] = OneLine.From(string.Join("; ", context.Errors), MaximumErrorLength);
        }

        return new HookEnvironment(variables);
    }

    private static void Set(Dictionary<string, string> variables, string name, string? value)
    {
        // An environment cannot hold NUL; the rest of such a value would be lost without a word.
        if (value is not null)
            variables[name] = value.Replace('\0', '\uFFFD');
    }

    private static void SetPaths(Dictionary<string, string> variables, IReadOnlyList<string> paths)
    {
        var joined = new StringBuilder();
        var length = 0;
        foreach (var path in paths)
        {
            length += (OperatingSystem.IsWindows() ? path.Length : Encoding.UTF8.GetByteCount(path)) + 1;
            if (length > MaximumPathsLength)
            {
                variables["REKKORD_PATHS_TRUNCATED"] = "1";
                break;
            }

            if (joined.Length > 0)
                joined.Append(Path.PathSeparator);
            joined.Append(path);
        }

        Set(variables, "REKKORD_PATHS", joined.ToString());
    }
}
