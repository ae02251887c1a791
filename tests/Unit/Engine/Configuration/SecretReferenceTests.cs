using Rekkord.Engine.Configuration;

namespace Rekkord.Engine.Tests.Configuration;

public sealed class SecretReferenceTests : IDisposable
{
    private readonly ConfigSandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    private static readonly string Echo = OperatingSystem.IsWindows() ? @"C:\Windows\echo.exe" : "/bin/echo";

    [Theory]
    [InlineData("secret:vault/name")]
    [InlineData("secret:name")]
    [InlineData("secret:vault/a name/with more")]
    [InlineData("command:pass show backup")]
    [InlineData("command:ECHO \"two words\" \"\"")]
    [InlineData("credential:name.txt")]
    public void The_three_forms_are_read_and_shown_as_they_were_written(string text)
    {
        text = text.Replace("ECHO", Echo, StringComparison.Ordinal);
        Assert.Equal(text, SecretReference.TryParse(text)!.ToString());
    }

    [Fact]
    public void What_is_between_double_quotes_is_one_argument_and_nothing_else_means_anything()
    {
        var command = Assert.IsType<SecretReference.OfCommand>(SecretReference.TryParse($"command:{Echo}  \"a b\" $HOME;'x' \"\""));
        Assert.Equal(Echo, command.Program);
        Assert.Equal(["a b", "$HOME;'x'", ""], command.Arguments);
    }

    [Theory]
    [InlineData("hunter2-hunter2")]
    [InlineData("secret:")]
    [InlineData("secret:/name")]
    [InlineData("secret:vault/")]
    [InlineData("Secret:vault/name")]
    [InlineData("command:")]
    [InlineData("command:  ")]
    [InlineData("command:\"pass")]
    [InlineData("command:./pass")]
    [InlineData("command:bin/pass hunter2-hunter2")]
    [InlineData("credential:")]
    [InlineData("credential:..")]
    [InlineData("credential:../name")]
    public void Anything_else_is_an_error_that_does_not_show_it(string text)
    {
        Assert.Null(SecretReference.TryParse(text));
        var error = _sandbox.Fail("c.ini", $"[Repository]\nPassphraseFrom = '{text}'\n");
        Assert.Equal("ConfigInvalidValue", error.ErrorId);
        Assert.Contains("secret:VAULT/NAME", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SecretKey = 'x'\nSecretKeyFrom = 'secret:a/b'")]
    [InlineData("SecretKeyFrom = 'secret:a/b'\nSecretKey = 'x'")]
    public void A_secret_and_its_place_in_one_file_are_an_error(string lines)
    {
        var error = _sandbox.Fail("c.toml", $"[S3]\n{lines}\n");
        Assert.Equal("ConfigInvalidValue", error.ErrorId);
        Assert.Contains("'SecretKeyFrom' says where the secret is that 'SecretKey' gives", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_variable_of_a_secret_is_stronger_than_its_place()
    {
        _sandbox.Variables["REKKORD_S3_SECRET_KEY"] = "from the environment";
        var config = _sandbox.LoadText("c.toml", "[S3]\nSecretKeyFrom = 'command:false'\n");
        Assert.Equal("from the environment", config.S3.ToOptions(_ => throw new InvalidOperationException()).SecretKey);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public void A_file_with_places_only_may_be_read_by_everybody()
    {
        var path = _sandbox.Write("c.toml", "[S3]\nSecretKeyFrom = 'secret:a/b'\n");
        File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
        Assert.Equal("secret:a/b", _sandbox.Load(new ConfigurationRequest { ConfigPath = path }).Entries.Single(entry => entry.Key.Name == "SecretKeyFrom").DisplayValue);
    }
}
