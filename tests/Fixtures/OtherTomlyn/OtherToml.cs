namespace Tomlyn;

/// <summary>What a session that already has a Tomlyn of its own uses of it.</summary>
public static class OtherToml
{
    /// <summary>Answers, to show that this assembly works.</summary>
    public static string Answer() => "the other Tomlyn";
}
