using Rekkord.Engine.FileSystem.Portable;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

/// <summary>A refused audit list costs nothing else of a security descriptor.</summary>
public sealed class AuditListTests
{
    public static TheoryData<Exception> Refusals =>
    [
        new UnauthorizedAccessException("no"),
        new IOException("no", Win32Error.ToHResult(Win32Error.PrivilegeNotHeld)),
    ];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Where_it_is_refused_the_rest_is_done_without_it(Exception refused)
    {
        var done = AuditList.WithOrWithout(isWanted: true, withAudit => withAudit ? throw refused : "the rest", out var refusal);

        Assert.Equal("the rest", done);
        Assert.Same(refused, refusal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_it_is_not_refused_it_is_done_once(bool isWanted)
    {
        var done = new List<bool>();

        Assert.True(AuditList.WithOrWithout(isWanted, withAudit => { done.Add(withAudit); return true; }, out var refusal));

        Assert.Equal([isWanted], done);
        Assert.Null(refusal);
    }

    [Theory]
    [InlineData(true, Win32Error.AccessDenied, 2)]
    [InlineData(true, Win32Error.IoDevice, 1)]
    [InlineData(false, Win32Error.AccessDenied, 1)]
    public void What_is_refused_without_it_too_is_an_exception(bool isWanted, int error, int expectedTries)
    {
        var tries = 0;

        Assert.ThrowsAny<Exception>(() => AuditList.WithOrWithout<bool>(isWanted, _ => { tries++; throw Win32Error.Create(error, "no"); }, out var _));

        Assert.Equal(expectedTries, tries);
    }
}
