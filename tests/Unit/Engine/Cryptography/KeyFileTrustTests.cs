using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Tests.FileSystem.Linux;
using Rekkord.Engine.Tests.Hooks;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>A keyfile that others can read is refused.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class KeyFileTrustTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _key;

    public KeyFileTrustTests()
    {
        _key = _directory["it's a key"];
        using var keys = KeyMaterial.CreateMaster();
        KeyFile.Write(_key, keys);
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("600")]
    [InlineData("400")]
    [InlineData("700")]
    public void A_keyfile_of_its_owner_alone_is_read(string mode)
    {
        HookSandbox.Execute("chmod", mode, _key);
        KeyFile.Read(_key).Dispose();
    }

    [Theory]
    [InlineData("640")]
    [InlineData("604")]
    [InlineData("620")]
    [InlineData("602")]
    [InlineData("610")]
    [InlineData("644")]
    public void A_keyfile_that_the_group_or_others_can_get_at_is_refused_with_the_command_that_helps_and_read_when_told_so(string mode)
    {
        HookSandbox.Execute("chmod", mode, _key);

        var error = Assert.Throws<RekkordException>(() => KeyFile.Read(_key));

        Assert.Equal(("KeyFileExposed", RekkordErrorKind.Security), (error.ErrorId, error.Kind));
        Assert.Contains($"its mode is {mode}", error.Message, StringComparison.Ordinal);
        var remedy = error.Message[error.Message.IndexOf("chmod", StringComparison.Ordinal)..];
        KeyFile.Read(_key, new KeyFileOptions { TrustPermissions = true }).Dispose();
        HookSandbox.Execute("sh", "-c", remedy);
        KeyFile.Read(_key).Dispose();
    }

    [Fact]
    public void A_link_does_not_hide_what_it_leads_to()
    {
        File.CreateSymbolicLink(_directory["link"], _key);
        KeyFile.Read(_directory["link"]).Dispose();
        HookSandbox.Execute("chmod", "644", _key);

        Assert.Equal("KeyFileExposed", Assert.Throws<RekkordException>(() => KeyFile.Read(_directory["link"])).ErrorId);
    }

    [RequiresRootFact]
    public void A_keyfile_of_another_user_is_refused_with_the_command_that_helps()
    {
        HookSandbox.Execute("chown", "daemon", _key);

        var error = Assert.Throws<RekkordException>(() => KeyFile.Read(_key));

        Assert.Equal("KeyFileUntrusted", error.ErrorId);
        Assert.Contains("belongs to user daemon", error.Message, StringComparison.Ordinal);
        HookSandbox.Execute("sh", "-c", error.Message[error.Message.IndexOf("chown", StringComparison.Ordinal)..]);
        KeyFile.Read(_key).Dispose();
    }

    [RequiresRootFact]
    public void Roots_keyfile_that_a_group_may_read_is_refused_to_a_member_of_the_group()
    {
        HookSandbox.Execute("chgrp", UnprivilegedThread.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), _key);
        HookSandbox.Execute("chmod", "640", _key);

        UnprivilegedThread.Run(() => Assert.Equal("KeyFileExposed", Assert.Throws<RekkordException>(() => KeyFileTrust.Check(_key)).ErrorId));
    }
}
