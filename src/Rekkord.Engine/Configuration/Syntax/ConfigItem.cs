namespace Rekkord.Engine.Configuration.Syntax;

/// <summary>One <c>key = value</c> of a file, before the schema has looked at it.</summary>
/// <param name="Section">The section it stands in; empty when it stands before the first.</param>
/// <param name="Name">The key.</param>
/// <param name="Value">A string, <see cref="bool"/>, <see cref="long"/>, or the value's text in an <see cref="UnsupportedValue"/>.</param>
/// <param name="IsTyped">Whether the form has types (TOML), so that the text <c>"true"</c> is not a truth value.</param>
/// <param name="SectionPosition">Where the section is named.</param>
/// <param name="KeyPosition">Where the key stands.</param>
/// <param name="ValuePosition">Where the value stands.</param>
internal sealed record ConfigItem(
    string Section,
    string Name,
    object Value,
    bool IsTyped,
    ConfigPosition SectionPosition,
    ConfigPosition KeyPosition,
    ConfigPosition ValuePosition)
{
    /// <summary>A value of a type that no key has.</summary>
    /// <param name="Description">The type, as in "an array".</param>
    internal sealed record UnsupportedValue(string Description);
}
