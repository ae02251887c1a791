using System.Diagnostics;
using System.Management.Automation;

namespace Rekkord.Module.Tests.Completion;

/// <summary>What the Tab key offers for the name of a channel.</summary>
[Collection(Keys.SealedRepository.Variable)]
public sealed class ChannelCompletionTests : IDisposable
{
    private readonly ModuleSandbox _sandbox = new();

    public ChannelCompletionTests()
    {
        foreach (var channel in new[] { "web", "web", "mail", "Web's new" })
        {
            _sandbox.Session.Set("channel", channel);
            _sandbox.Invoke("Invoke-RekkordSave $channel $source").Clean();
        }
    }

    [Theory]
    [InlineData("Get-RekkordSnapshot -ConfigPath CONFIG -Channel ")]
    [InlineData("Get-RekkordSnapshot -ConfigPath ./rekkord.toml ")]
    [InlineData("Get-RekkordSnapshot -Repository ./repository -KeyFile ./master.key ")]
    [InlineData("Invoke-RekkordSave -ConfigPath CONFIG ")]
    [InlineData("Restore-RekkordSnapshot -ConfigPath CONFIG ")]
    public void The_channels_of_the_repository_are_offered_in_order(string line) =>
        Assert.Equal(["'Web''s new'", "mail", "web"], Complete(line).Select(match => match.CompletionText));

    [Theory]
    [InlineData("w", "'Web''s new' web")]
    [InlineData("'w", "'Web''s new' web")]
    [InlineData("MA", "mail")]
    public void Only_those_that_begin_like_the_word_are_offered(string word, string expected) =>
        Assert.Equal(expected, string.Join(' ', Complete("Get-RekkordSnapshot -ConfigPath CONFIG " + word).Select(match => match.CompletionText)));

    [Fact]
    public void Parameters_may_come_from_the_defaults_of_the_session()
    {
        _sandbox.Session.Set("PSDefaultParameterValues", new DefaultParameterDictionary { ["*-Rekkord*:ConfigPath"] = _sandbox.ConfigFile });
        Assert.Equal("mail", Assert.Single(Complete("Get-RekkordSnapshot m")).CompletionText);
        _sandbox.Session.Set("PSDefaultParameterValues", new DefaultParameterDictionary { ["*-Rekkord*:ConfigPath"] = _sandbox.ConfigFile, ["Disabled"] = true });
        Assert.Empty(Complete("Get-RekkordSnapshot m"));
    }

    [Fact]
    public void A_prefix_is_kept_and_IDs_are_offered_after_theirs()
    {
        Assert.Equal(["'channel:Web''s new'", "channel:web"], Complete("Restore-RekkordSnapshot -ConfigPath CONFIG channel:we").Select(match => match.CompletionText));
        Assert.Equal(["'channel:Web''s new'", "channel:mail", "channel:web"], Complete("Get-RekkordItem -ConfigPath CONFIG channel:").Select(match => match.CompletionText));
        var ids = Complete("Restore-RekkordSnapshot -ConfigPath CONFIG id:");
        Assert.Equal(4, ids.Count);
        Assert.StartsWith("Web's new, ", ids[0].ToolTip, StringComparison.Ordinal);
        Assert.Equal(ids[2].CompletionText, Assert.Single(Complete($"Restore-RekkordSnapshot -ConfigPath CONFIG {ids[2].CompletionText[..20]}")).CompletionText);
    }

    [Fact]
    public void A_name_that_alone_would_mean_two_things_is_offered_with_its_prefix_but_not_to_a_save()
    {
        var name = Complete("Restore-RekkordSnapshot -ConfigPath CONFIG id:")[0].CompletionText[3..11];
        _sandbox.Invoke($"Invoke-RekkordSave {name} $source").Clean();

        Assert.Equal($"channel:{name}", Complete($"Restore-RekkordSnapshot -ConfigPath CONFIG {name}")[0].CompletionText);
        Assert.Equal(name, Assert.Single(Complete($"Invoke-RekkordSave -ConfigPath CONFIG {name}")).CompletionText);
    }

    [Fact]
    public void An_ID_is_offered_where_its_first_digits_were_typed_with_its_channel_and_age()
    {
        var id = _sandbox.Invoke("(Get-RekkordSnapshot mail).Id").Clean().Output.Single().ToString();
        Assert.StartsWith("1 snapshot, the newest of ", Assert.Single(Complete("Restore-RekkordSnapshot -ConfigPath CONFIG mai")).ToolTip, StringComparison.Ordinal);
        foreach (var line in new[] { "Restore-RekkordSnapshot ", "Get-RekkordSnapshot -Id ", "Remove-RekkordSnapshot " })
        {
            var found = Assert.Single(Complete($"{line}{id[..10]} -ConfigPath CONFIG", line.Length + 10));
            Assert.Equal(id, found.CompletionText);
            Assert.Matches(@"^mail, \d{4}-\d\d-\d\d \d\d:\d\d, (just now|a minute ago|\d+ minutes ago)$", found.ToolTip);
        }

        Assert.Contains("just now", Complete("Get-RekkordSnapshot -ConfigPath CONFIG -Id ").Select(found => found.ToolTip.Split(", ")[^1]));
        Assert.Empty(Complete("Undo-RekkordRemoval -ConfigPath CONFIG -Id "));
        _sandbox.Invoke($"Remove-RekkordSnapshot {id} -Force").Clean();
        Assert.Equal(id, Assert.Single(Complete("Undo-RekkordRemoval -ConfigPath CONFIG -Id ")).CompletionText);
    }

    [Theory]
    [InlineData("Get-RekkordItem -ConfigPath CONFIG mail:")]
    [InlineData("Get-RekkordItem -ConfigPath CONFIG -Snapshot mail -Path ")]
    [InlineData("Restore-RekkordSnapshot -ConfigPath CONFIG mail -Path ")]
    [InlineData("Compare-RekkordSnapshot -ConfigPath CONFIG mail mail ")]
    public void Paths_in_a_snapshot_are_offered_level_by_level(string line)
    {
        _sandbox.Write("sub/a b", "content");
        _sandbox.Write("sub/ab", "content");
        _sandbox.Write("other", "content");
        _sandbox.Invoke("Invoke-RekkordSave mail $source").Clean();
        var source = Path.Combine(_sandbox.Base, "source");
        var name = line.EndsWith(':') ? "mail:" : "";

        // As the command takes it: from the current directory on.
        Assert.Equal([$"{name}{source}/other", $"{name}{source}/sub"], Complete($"{line}./source/").Select(match => match.CompletionText));

        // Somebody who has typed nothing sees what was saved.
        Assert.Equal(name + source, Assert.Single(Complete(line)).CompletionText);
        Assert.Equal([$"{name}{source}/other", $"{name}{source}/sub"], Complete($"{line}{source}/").Select(match => match.CompletionText));
        Assert.Equal([$"'{name}{source}/sub/a b'", $"{name}{source}/sub/ab"], Complete($"{line}{source}/sub/A").Select(match => match.CompletionText));
        Assert.Empty(Complete($"{line}{source}/nothing/"));
    }

    [Fact]
    public void The_IDs_of_keyfiles_are_offered_by_what_they_signed()
    {
        _sandbox.Invoke("$made = New-RekkordKey WriteOnly ./write.key $keyFile; Invoke-RekkordSave other $source -KeyFile ./write.key -WarningAction Ignore").Clean();
        var id = _sandbox.Invoke("$made.Id").Clean().Output.Single().ToString();
        Assert.Equal(id, Assert.Single(Complete("Revoke-RekkordKey -ConfigPath CONFIG ")).CompletionText);
    }

    [Theory]
    [InlineData("Get-RekkordSnapshot -Repository $r -KeyFile $k ")]
    [InlineData("Get-RekkordSnapshot -Repository:$r -KeyFile:$k ")]
    [InlineData("Get-RekkordSnapshot @both -Channel ")]
    public void Parameters_may_be_variables(string line)
    {
        _sandbox.Invoke("$global:r = './repository'; $global:k = './master.key'; $global:both = @{ Repository = $r; KeyFile = $k }").Clean();
        Assert.Equal(3, Complete(line).Count);
    }

    [Fact]
    public void Each_says_how_many_snapshots_it_has() =>
        Assert.StartsWith("2 snapshots", Complete("Get-RekkordSnapshot -ConfigPath CONFIG web").Single(match => match.CompletionText == "web").ToolTip, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("-ConfigPath ./missing.toml ")]
    [InlineData("-ConfigPath ./master.key ")]
    [InlineData("-ConfigPath nowhere:/x ")]
    [InlineData("-Repository ./missing -KeyFile ./master.key ")]
    [InlineData("-Repository ./repository -KeyFile ./rekkord.toml ")]
    [InlineData("-Repository gopher://x/y -KeyFile ./master.key ")]
    public void What_cannot_be_opened_offers_nothing_asks_nothing_and_shows_no_error(string parameters)
    {
        _sandbox.Session.Set("PSDefaultParameterValues", new DefaultParameterDictionary());
        Assert.Empty(Complete($"Get-RekkordSnapshot {parameters}-Channel "));
        Assert.Empty(_sandbox.Session.Host.Lines);
        Assert.Empty(_sandbox.Session.Host.Questions);
    }

    [Fact]
    public void A_passphrase_is_taken_from_the_environment_and_never_asked_for()
    {
        _sandbox.Session.Set("passphrase", new System.Net.NetworkCredential("", "sesame").SecurePassword);
        _sandbox.Session.Host.Secret = new System.Net.NetworkCredential("", "sesame").SecurePassword;
        _sandbox.Invoke("New-RekkordKey LogOnly ./log.key $keyFile -Passphrase $passphrase").Clean();
        const string Line = "Get-RekkordSnapshot -ConfigPath CONFIG -KeyFile ./log.key ma";

        Assert.Empty(Complete(Line));
        Assert.Empty(_sandbox.Session.Host.Lines);
        Environment.SetEnvironmentVariable("REKKORD_PASSPHRASE", "sesame");
        try
        {
            // Where the machine is busy, making a key of the passphrase takes longer than a completion waits. Then the Tab key is pressed again.
            var found = Complete(Line);
            for (var again = 0; found.Count == 0 && again < 30; again++)
                found = Complete(Line);

            Assert.Equal("mail", Assert.Single(found).CompletionText);
        }
        finally
        {
            Environment.SetEnvironmentVariable("REKKORD_PASSPHRASE", null);
        }
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void Storage_that_does_not_answer_is_not_waited_for()
    {
        var fifo = Path.Combine(_sandbox.Base, "fifo.toml");
        using (var made = Process.Start("mkfifo", [fifo]))
            made.WaitForExit();
        Assert.Empty(Complete("Get-RekkordSnapshot -ConfigPath ./fifo.toml "));

        // Releases whoever still reads.
        using var release = new FileStream(fifo, FileMode.Open, FileAccess.ReadWrite);
    }

    public void Dispose() => _sandbox.Dispose();

    private List<CompletionResult> Complete(string line, int? cursor = null)
    {
        _sandbox.Session.Host.Lines.Clear();
        line = line.Replace("CONFIG", $"'{_sandbox.ConfigFile}'", StringComparison.Ordinal);
        using var shell = PowerShell.Create(_sandbox.Session.Runspace);
        var found = CommandCompletion.CompleteInput(line, cursor ?? line.Length, null, shell);

        // Without completions of its own, PowerShell offers the files of the current directory.
        return [.. found.CompletionMatches.Where(match => match.ResultType == CompletionResultType.ParameterValue)];
    }
}
