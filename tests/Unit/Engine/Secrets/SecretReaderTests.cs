using Rekkord.Engine.Configuration;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Secrets;

namespace Rekkord.Engine.Tests.Secrets;

/// <summary>Secrets that programs write and that systemd gives, and what is said when they do not.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SecretReaderTests : IDisposable
{
    private const string Secret = "sésame-öffne-dich";

    private readonly string _directory = Directory.CreateTempSubdirectory("rekkord-secrets-").FullName;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", null);
        Environment.SetEnvironmentVariable("REKKORD_PASSPHRASE", null);
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData($"printf '{Secret}'")]
    [InlineData($"echo '{Secret}'")]
    [InlineData($"printf '{Secret}\\r\\nuser: me\\n'")]
    [InlineData($"echo noise >&2; cat; echo '{Secret}'")]
    public void The_first_line_that_a_program_writes_is_the_secret(string script)
    {
        Assert.Equal(Secret, SecretReader.ReadText(Command(script), CancellationToken.None));
        using var passphrase = SecretReader.ReadPassphrase(Command(script), CancellationToken.None);
        using var same = Rekkord.Engine.Cryptography.Passphrase.FromText(Secret);
        Assert.True(same.Bytes.SequenceEqual(passphrase.Bytes));
    }

    [Theory]
    [InlineData("ended with exit code 3", $"echo '{Secret}'; echo '{Secret}' >&2; exit 3")]
    [InlineData("ended with exit code", $"echo '{Secret}'; kill -9 $$")]
    public void A_program_that_fails_is_named_and_nothing_that_it_wrote_is_shown(string how, string script)
    {
        var command = Command(script);
        var error = Assert.Throws<RekkordException>(() => SecretReader.ReadText(command, CancellationToken.None));
        Assert.Equal("SecretCommandFailed", error.ErrorId);
        Assert.Contains($"'{command.Program}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(how, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, $"{error}{error.Target}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("echo; echo second")]
    [InlineData("printf 'caf\\351\\n'")]
    [InlineData("printf 'a\\000b\\n'")]
    [InlineData("yes secret")]
    [InlineData("head -c 70000 /dev/zero | tr '\\0' a")]
    public void What_is_no_secret_is_refused_and_not_shown(string script)
    {
        var error = Assert.Throws<RekkordException>(() => SecretReader.ReadText(Command(script), CancellationToken.None));
        Assert.Equal("SecretInvalid", error.ErrorId);
        Assert.DoesNotContain("caf", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-program-anywhere")]
    [InlineData("/no/such/program")]
    [InlineData("/etc/hostname")]
    public void A_program_that_cannot_be_started_is_named_without_its_arguments(string program)
    {
        var error = Assert.Throws<RekkordException>(() => SecretReader.ReadText(new SecretReference.OfCommand(program, ["--token", Secret]), CancellationToken.None));
        Assert.Equal("SecretCommandFailed", error.ErrorId);
        Assert.Contains(program, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, $"{error}{error.Target}", StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_by_its_name_is_not_looked_for_in_the_current_directory()
    {
        var here = Path.Combine(Environment.CurrentDirectory, $"writes-a-secret-{Guid.NewGuid():n}");
        File.Copy(Write("program", $"#!/bin/sh\necho '{Secret}'\n"), here);
        try
        {
            Assert.Equal(Secret, SecretReader.ReadText(new SecretReference.OfCommand(here, []), CancellationToken.None));
            Assert.Equal("SecretCommandFailed", Assert.Throws<RekkordException>(() => SecretReader.ReadText(new SecretReference.OfCommand(Path.GetFileName(here), []), CancellationToken.None)).ErrorId);
        }
        finally
        {
            File.Delete(here);
        }
    }

    [Fact]
    public void Arguments_go_to_the_program_as_they_are_and_our_variables_do_not()
    {
        Environment.SetEnvironmentVariable("REKKORD_PASSPHRASE", Secret);
        var program = Write("tells", "#!/bin/sh\nprintf '%s|' \"$@\" \"$REKKORD_PASSPHRASE\"\n");
        Assert.Equal("a b|$HOME|*|;||", SecretReader.ReadText(new SecretReference.OfCommand(program, ["a b", "$HOME", "*", ";"]), CancellationToken.None));
    }

    [Fact]
    public void A_program_that_does_not_end_is_ended_with_what_it_started_when_the_command_is_stopped()
    {
        using var stop = new CancellationTokenSource();
        var started = Path.Combine(_directory, "started");
        var reading = Task.Run(() => SecretReader.ReadText(Command($"sleep 600 & echo $! > '{started}.new'; mv '{started}.new' '{started}'; wait"), stop.Token));
        SpinWait.SpinUntil(() => File.Exists(started));

        stop.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => reading.GetAwaiter().GetResult());
        var child = File.ReadAllText(started).Trim();
        Assert.True(SpinWait.SpinUntil(() => !File.Exists($"/proc/{child}/cmdline") || File.ReadAllText($"/proc/{child}/cmdline").Length == 0, TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_credential_of_systemd_is_the_first_line_of_its_file()
    {
        Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", _directory);
        File.WriteAllText(Path.Combine(_directory, "rekkord"), $"{Secret}\nmore\n");
        Assert.Equal(Secret, SecretReader.ReadText(new SecretReference.OfService("rekkord"), CancellationToken.None));
    }

    [Theory]
    [InlineData(null, "$CREDENTIALS_DIRECTORY is not set")]
    [InlineData("", "$CREDENTIALS_DIRECTORY is not set")]
    [InlineData("/no/such/directory", "'/no/such/directory/rekkord' cannot be read")]
    public void A_credential_that_is_not_there_is_an_error_that_says_what_the_unit_lacks(string? directory, string said)
    {
        Environment.SetEnvironmentVariable("CREDENTIALS_DIRECTORY", directory);
        var error = Assert.Throws<RekkordException>(() => SecretReader.ReadText(new SecretReference.OfService("rekkord"), CancellationToken.None));
        Assert.Equal(("SecretNotFound", RekkordErrorKind.NotFound), (error.ErrorId, error.Kind));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Contains("LoadCredential=", error.Message, StringComparison.Ordinal);
    }

    private SecretReference.OfCommand Command(string script) => new(Write("program", $"#!/bin/sh\n{script}\n"), []);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_000_000);
        return path;
    }
}
