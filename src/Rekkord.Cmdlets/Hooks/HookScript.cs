using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Rekkord.Cmdlets.Hooks;

/// <summary>What the text of a script hook says about how it is going to end, and PowerShell does not.</summary>
internal sealed class HookScript
{
    private static readonly string[] NativeErrorPreferences = ["ErrorActionPreference", "PSNativeCommandUseErrorActionPreference"];

    private readonly ScriptBlockAst _script;
    private readonly CommandInvocationIntrinsics _commands;

    private HookScript(ScriptBlockAst script, CommandInvocationIntrinsics commands)
    {
        _script = script;
        _commands = commands;
    }

    /// <summary>Reads a script. One that does not parse has no ends.</summary>
    /// <param name="path">The script.</param>
    /// <param name="commands">Finds commands by name.</param>
    public static HookScript Read(string path, CommandInvocationIntrinsics commands) => new(Parser.ParseFile(path, out _, out _), commands);

    /// <summary>
    /// The first <c>exit</c> with a text that is not a number, which PowerShell takes for <c>exit 0</c>; null when there is none.
    /// </summary>
    public IScriptExtent? ExitWithText => _script
        .FindAll(node => node is ExitStatementAst { Pipeline: PipelineAst { PipelineElements: [CommandExpressionAst { Expression: var value }] } } && IsText(value), searchNestedScriptBlocks: true)
        .FirstOrDefault()?.Extent;

    /// <summary>
    /// Whether a script that reached its end with <c>$?</c> false has <c>$LASTEXITCODE</c> from its last step: that starts a script or
    /// a program, and nothing before it failed and was passed over.
    /// </summary>
    public bool LastStepCanExit
    {
        get
        {
            var last = _script.EndBlock?.Statements.LastOrDefault(statement => statement is not FunctionDefinitionAst);
            if (last is null or TryStatementAst || (last is not (PipelineBaseAst or ReturnStatementAst) && PassesFailuresOver))
                return false;
            return last.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true).Any(command => CanExit((CommandAst)command));
        }
    }

    private bool PassesFailuresOver =>
        _script.Find(node => node is TryStatementAst { CatchClauses.Count: > 0 } or TrapStatementAst || IsOptOut(node), searchNestedScriptBlocks: true) is not null;

    private static bool IsText(ExpressionAst value) => value switch
    {
        StringConstantExpressionAst text => !int.TryParse(text.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out _),
        ExpandableStringExpressionAst text => text.Value.Any(c => char.IsWhiteSpace(c) || c == ':'),
        _ => false,
    };

    private static bool IsOptOut(Ast node)
    {
        if (node is not AssignmentStatementAst assignment)
            return false;
        var assigned = assignment.Left.Find(left => left is VariableExpressionAst, searchNestedScriptBlocks: false) as VariableExpressionAst;
        var name = assigned?.VariablePath.UserPath.Split(':')[^1];
        return NativeErrorPreferences.Contains(name, StringComparer.OrdinalIgnoreCase)
            && assignment.Right.Extent.Text.Trim('\'', '"', ' ').ToUpperInvariant() is not ("STOP" or "$TRUE");
    }

    private bool CanExit(CommandAst command)
    {
        // A name that is only known when it runs is that of a file, as in & "$PSScriptRoot/dump.ps1".
        if (command.GetCommandName() is not { } name)
            return true;
        return name.AsSpan().ContainsAny('/', '\\')
            || _commands.GetCommand(name, CommandTypes.All)?.CommandType is CommandTypes.Application or CommandTypes.ExternalScript;
    }
}
