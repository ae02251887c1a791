namespace Rekkord.Engine.Tests.Scanning;

/// <summary>What can become of a stored file.</summary>
public enum Damage
{
    FlipFirstByte,
    FlipInHead,
    FlipEarly,
    FlipInTheMiddle,
    FlipLate,
    FlipLastByte,
    CutByOneByte,
    CutByAFifth,
    CutInHalf,
    Extend,
    Empty,
    Swap,
    Delete,
}
