using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class AccountDatabaseTests
{
    [Fact]
    public void Names_and_numbers_lead_to_each_other()
    {
        Assert.Equal("root", AccountDatabase.GetUserName(0));
        Assert.Equal("root", AccountDatabase.GetGroupName(0));
        Assert.Equal(0u, AccountDatabase.FindUser("root"));
        Assert.Equal(0u, AccountDatabase.FindGroup("root"));
        foreach (var line in File.ReadLines("/etc/passwd").Where(line => line.Contains(':', StringComparison.Ordinal)))
            Assert.NotNull(AccountDatabase.GetUserName(uint.Parse(line.Split(':')[2], null)));
    }

    [Fact]
    public void Unknown_ones_are_null()
    {
        Assert.Null(AccountDatabase.GetUserName(UnprivilegedThread.Id));
        Assert.Null(AccountDatabase.GetGroupName(UnprivilegedThread.Id));
        Assert.Null(AccountDatabase.FindUser("nobody-has-this-name"));
        Assert.Null(AccountDatabase.FindGroup("nobody-has-this-name"));
        Assert.Null(AccountDatabase.FindUser("root\0x"));
        Assert.Null(AccountDatabase.FindGroup(""));
    }
}
