namespace Rekkord.Engine.Configuration.Syntax;

/// <summary>A place in a configuration file.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column, from 1, in characters.</param>
public readonly record struct ConfigPosition(int Line, int Column);
