namespace Rekkord.Engine.Tests.Scanning;

/// <summary>The same with objects of a few hundred bytes, each of which can be damaged.</summary>
public sealed class TinyDamageFixture : DamageFixture
{
    public TinyDamageFixture()
        : base(files: 3, fileSize: 100, largeSize: 300)
    {
    }
}
