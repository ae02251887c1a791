namespace Rekkord.Module.Tests.Commands;

public sealed class RevokeKeyTests : IDisposable
{
    private readonly ModuleSandbox _sandbox = new();
    private readonly string _id;

    public RevokeKeyTests()
    {
        _sandbox.Write("file", "content");
        _id = _sandbox.Invoke("New-RekkordKey WriteOnly ./write.key $keyFile").Clean().Output[0].Text("Id")!;
    }

    private string Stored => Path.Combine(_sandbox.Repository, "revoked", _id);

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void A_revoked_key_saves_no_more_and_says_so_before_any_hook_runs()
    {
        var saved = _sandbox.Invoke("Invoke-RekkordSave test $source -KeyFile ./write.key").Clean().Save.Text("Id")!;
        _sandbox.LogOutcome("PreSave");

        var revocation = Assert.Single(_sandbox.Invoke($"Revoke-RekkordKey {_id} -Reason 'disk lost' -Confirm:$false").Clean().Output);

        Assert.Equal((_id, "disk lost"), (revocation.Text("KeyId"), revocation.Text("Reason")));
        Assert.Equal([saved], revocation.Texts("Snapshots"));
        var refused = _sandbox.Invoke("Invoke-RekkordSave test $source -KeyFile ./write.key");
        Assert.Equal("KeyRevoked", refused.EndingId);
        Assert.Empty(_sandbox.LogLines);
        Assert.Equal("Trusted", Assert.Single(_sandbox.Invoke("Get-RekkordSnapshot").Clean().Output).Text("SignerStatus"));
    }

    [Fact]
    public void Distrusted_snapshots_are_shown_as_such_and_reported_by_a_scan_and_restored_by_ID_only()
    {
        var saved = _sandbox.Invoke("Invoke-RekkordSave test $source -KeyFile ./write.key").Clean().Save.Text("Id")!;
        _sandbox.Invoke($"Revoke-RekkordKey {_id} -DistrustExisting -Confirm:$false").Clean();

        Assert.Equal("Revoked", Assert.Single(_sandbox.Invoke("Get-RekkordSnapshot").Clean().Output).Text("SignerStatus"));
        var scan = _sandbox.Invoke("Invoke-RekkordScan");
        Assert.Equal(["SignerRevoked"], Assert.Single(scan.OfType("RekkordScanResult")).Items("Problems").Select(problem => problem.Text("Kind")));
        Assert.Contains(scan.Errors, error => error.FullyQualifiedErrorId.StartsWith("SignerRevoked,", StringComparison.Ordinal));
        Assert.Equal("SnapshotNotFound", _sandbox.Invoke("Restore-RekkordSnapshot test $destination").EndingId);
        var run = _sandbox.Invoke($"Restore-RekkordSnapshot {saved} $destination").Clean();
        Assert.Contains(run.Warnings, warning => warning.Contains(_id, StringComparison.Ordinal));
    }

    [Fact]
    public void It_asks_first_and_a_no_revokes_nothing()
    {
        var run = _sandbox.Invoke($"Revoke-RekkordKey {_id}").Clean();

        Assert.Empty(run.Output);
        Assert.Contains(_id, Assert.Single(_sandbox.Session.Host.Questions), StringComparison.Ordinal);
        Assert.False(File.Exists(Stored));
        _sandbox.Session.Host.Answer = "Yes";
        Assert.Single(_sandbox.Invoke($"Revoke-RekkordKey {_id}").Clean().Output);
        Assert.True(File.Exists(Stored));
    }

    [Fact]
    public void WhatIf_revokes_nothing()
    {
        Assert.Contains(_id, Assert.Single(_sandbox.Invoke($"Revoke-RekkordKey {_id} -WhatIf").Clean().HostLines), StringComparison.Ordinal);
        Assert.False(File.Exists(Stored));
    }

    [Fact]
    public void Keys_come_over_the_pipeline_and_one_that_signed_nothing_is_warned_of()
    {
        var run = _sandbox.Invoke("New-RekkordKey LogOnly ./other.key $keyFile | Revoke-RekkordKey -Confirm:$false").Clean();

        Assert.Single(run.OfType("RekkordRevocation"));
        Assert.Contains("No snapshot", Assert.Single(run.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_ID_is_an_error() => Assert.Equal("KeyIdInvalid", _sandbox.Invoke("Revoke-RekkordKey write.key -Confirm:$false").EndingId);
}
