using Rekkord.Engine.Hooks;
using Rekkord.Engine.Hooks.Definitions;

namespace Rekkord.Engine.Tests.Hooks;

public sealed class HookContextTests
{
    [Fact]
    public void A_pre_hook_gets_its_context_and_no_SUCCESS()
    {
        var variables = new HookContext
        {
            Phase = HookPhase.PreSave,
            Channel = "home",
            Paths = ["/a", "/b c"],
            Repository = "/repo",
            ConfigFile = "/etc/rekkord/rekkord.ini",
        }.CreateEnvironment().Variables;
        Assert.Equal("PreSave", variables["REKKORD_PHASE"]);
        Assert.Equal("save", variables["REKKORD_COMMAND"]);
        Assert.Equal("home", variables["REKKORD_CHANNEL"]);
        Assert.Equal($"/a{Path.PathSeparator}/b c", variables["REKKORD_PATHS"]);
        Assert.Equal("/repo", variables["REKKORD_REPOSITORY"]);
        Assert.Equal("/etc/rekkord/rekkord.ini", variables["REKKORD_CONFIG_FILE"]);
        Assert.DoesNotContain("SUCCESS", variables.Keys);
        Assert.DoesNotContain("REKKORD_OUTCOME", variables.Keys);
        Assert.DoesNotContain("REKKORD_SNAPSHOT", variables.Keys);
        Assert.DoesNotContain("REKKORD_ERROR", variables.Keys);
    }

    [Theory]
    [InlineData(HookOutcome.Success, "1", "success")]
    [InlineData(HookOutcome.Partial, "0", "partial")]
    [InlineData(HookOutcome.Failure, "0", "failure")]
    [InlineData(HookOutcome.Cancelled, "0", "cancelled")]
    [InlineData(null, "0", "failure")]
    public void A_post_hook_gets_SUCCESS_the_outcome_the_snapshot_and_one_line_of_errors(HookOutcome? outcome, string success, string word)
    {
        var variables = new HookContext
        {
            Phase = HookPhase.PostScan, Outcome = outcome, Snapshot = "ab12", Errors = ["disk\nfull", "and more"],
        }.CreateEnvironment().Variables;
        Assert.Equal("scan", variables["REKKORD_COMMAND"]);
        Assert.Equal(success, variables["SUCCESS"]);
        Assert.Equal(word, variables["REKKORD_OUTCOME"]);
        Assert.Equal("ab12", variables["REKKORD_SNAPSHOT"]);
        Assert.Equal("disk full; and more", variables["REKKORD_ERROR"]);
    }

    [Fact]
    public void What_configured_this_process_is_taken_away()
    {
        var inherited = new Dictionary<string, string>
        {
            ["PATH"] = "/bin", ["SUCCESS"] = "1", ["REKKORD_PASSPHRASE"] = "geheim", ["REKKORD_S3_SECRET_KEY"] = "geheim",
            ["REKKORD_KEY_FILE"] = "/key", ["REKKORD_SNAPSHOT"] = "of another run", ["REKKORDX"] = "not ours", ["AWS_SECRET_ACCESS_KEY"] = "the hook's",
        };
        var environment = new HookContext { Phase = HookPhase.PreSave }.CreateEnvironment();
        var applied = environment.Apply(inherited);
        Assert.Equal(
            ["AWS_SECRET_ACCESS_KEY", "PATH", "REKKORDX", "REKKORD_COMMAND", "REKKORD_HOOK_RUN", "REKKORD_PATHS", "REKKORD_PHASE"],
            applied.Keys.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("geheim", applied.Values);

        var changes = environment.ChangesFrom(inherited);
        Assert.Equal(
            ["REKKORD_KEY_FILE", "REKKORD_PASSPHRASE", "REKKORD_S3_SECRET_KEY", "REKKORD_SNAPSHOT", "SUCCESS"],
            changes.Where(change => change.Value is null).Select(change => change.Key).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("PATH", changes.Keys);
    }

    [Theory]
    [InlineData("/srv/backup", "/srv/backup")]
    [InlineData(@"C:\backup", @"C:\backup")]
    [InlineData("user@host:backup", "user@host:backup")]
    [InlineData("sftp://user:p:a@ss@host:22/x", "sftp://user@host:22/x")]
    [InlineData("ssh://user@host/x", "ssh://user@host/x")]
    [InlineData("https://key:secret@host/bucket", "https://host/bucket")]
    [InlineData("https://token@host/bucket?X-Amz-Signature=abc#frag", "https://host/bucket")]
    [InlineData("azure://account/container/a?sv=2026-02-06&sig=abc", "azure://account/container/a")]
    [InlineData("s3://key:sec/ret@host", "s3://key:sec/ret@host")]
    public void The_repository_is_told_without_credentials(string location, string shown)
    {
        // A secret with an unescaped slash is no URL any more; where its authority ends cannot be known.
        var context = new HookContext { Phase = HookPhase.PreSave, Repository = location };
        Assert.Equal(shown, context.Repository);
        Assert.Equal(shown, context.CreateEnvironment().Variables["REKKORD_REPOSITORY"]);
    }

    [Fact]
    public void Paths_that_no_environment_can_hold_are_cut_at_a_whole_path_and_said_to_be()
    {
        var paths = Enumerable.Range(0, 20_000).Select(i => $"/data/directory/file-{i}").ToList();
        var variables = new HookContext { Phase = HookPhase.PreSave, Paths = paths }.CreateEnvironment().Variables;
        var told = variables["REKKORD_PATHS"].Split(Path.PathSeparator);
        Assert.Equal(paths.Take(told.Length), told);
        Assert.InRange(told.Length, 1000, paths.Count - 1);
        Assert.Equal("1", variables["REKKORD_PATHS_TRUNCATED"]);
    }

    [Fact]
    public void Each_run_has_an_identifier_of_its_own()
    {
        var context = new HookContext { Phase = HookPhase.PreSave };
        Assert.NotEqual(
            context.CreateEnvironment().Variables[HookVariables.RunId],
            context.CreateEnvironment().Variables[HookVariables.RunId]);
    }
}
