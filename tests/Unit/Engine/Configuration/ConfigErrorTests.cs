namespace Rekkord.Engine.Tests.Configuration;

/// <summary>What is wrong with a file is told with file, line, column and, where there is one, the nearest valid name.</summary>
public sealed class ConfigErrorTests : IDisposable
{
    private readonly ConfigSandbox _sandbox = new();

    [Theory]
    [InlineData("[Hook]\n", 1, 2, "ConfigUnknownSection", "Did you mean [Hooks]?")]
    [InlineData("[hooks]\n", 1, 2, "ConfigUnknownSection", "Did you mean [Hooks]?")]
    [InlineData("\n  [ Whatever ] # x\n", 2, 5, "ConfigUnknownSection", "There are: [Repository], [Settings]")]
    [InlineData("[Hooks]\nPreSaveDirectroy = x\n", 2, 1, "ConfigUnknownKey", "Did you mean 'PreSaveDirectory'?")]
    [InlineData("[Hooks]\n  presavedirectory = x\n", 2, 3, "ConfigUnknownKey", "Did you mean 'PreSaveDirectory'?")]
    [InlineData("[Hooks]\nURL = x\n", 2, 1, "ConfigUnknownKey", "It belongs under [Repository].")]
    [InlineData("[S3]\nCompletelyElse = x\n", 2, 1, "ConfigUnknownKey", "It takes: AccessKeyID, SecretKey, SecretKeyFrom, SessionToken, SessionTokenFrom, Region, StorageClass, LockMode.")]
    [InlineData("[Protection]\nTestWrites = On\n", 2, 1, "ConfigUnknownKey", "is a key of Rekkord that Rekkord for PowerShell does not have")]
    [InlineData("[S3]\nKeyID = x\n", 2, 1, "ConfigUnknownKey", "Write AccessKeyID.")]
    [InlineData("[SFTP]\nHost = x\n", 2, 1, "ConfigUnknownKey", "Put it in the URL under [Repository].")]
    [InlineData("[Connect]\nApiKey = x\n", 1, 2, "ConfigUnknownSection", "is a section of Rekkord")]
    [InlineData("[SSH]\nKeyFile = x\n", 1, 2, "ConfigUnknownSection", "go under [SFTP]")]
    [InlineData("URL = x\n", 1, 1, "ConfigUnknownKey", "Put it under [Repository].")]
    [InlineData("[Settings]\nThreads = many\n", 2, 11, "ConfigInvalidValue", "a whole number from 1 to 1024, and 'many' is not one")]
    [InlineData("[Settings]\nThreads = 0\n", 2, 11, "ConfigInvalidValue", "from 1 to 1024")]
    [InlineData("[Settings]\nThreads=99999999999999999999\n", 2, 9, "ConfigInvalidValue", "from 1 to 1024")]
    [InlineData("[Hooks]\nHookTimeout = 10 minutes\n", 2, 15, "ConfigInvalidValue", "a duration such as 90s, 10m, 2h30m, 30d or 1w, and '10 minutes'")]
    [InlineData("[Hooks]\nTrustHookPermissions = maybe\n", 2, 24, "ConfigInvalidValue", "takes true or false")]
    [InlineData("[Hooks]\nPreSaveDirectory =\n", 2, 19, "ConfigInvalidValue", "has no value")]
    [InlineData("[Hooks]\nPreSaveDirectory = # nothing\n", 2, 20, "ConfigInvalidValue", "has no value")]
    [InlineData("[Hooks]\nHookTimeout = 1m\n[Settings]\n[Hooks]\nHookTimeout = 2m\n", 5, 1, "ConfigDuplicateKey", "The first is in line 2")]
    [InlineData("[Hooks\n", 1, 7, "ConfigSyntaxError", "no closing ']'")]
    [InlineData("[Hooks] x\n", 1, 9, "ConfigSyntaxError", "may follow a section heading")]
    [InlineData("[]\n", 1, 1, "ConfigSyntaxError", "no name")]
    [InlineData("[Hooks]\n  PreSaveDirectory /x\n", 2, 3, "ConfigSyntaxError", "neither a comment")]
    [InlineData("[Hooks]\n= /x\n", 2, 1, "ConfigSyntaxError", "no key before")]
    [InlineData("[Hooks]\nPreSaveDirectory = \"/x\n", 2, 20, "ConfigSyntaxError", "no closing '\"'")]
    [InlineData("[Hooks]\nPreSaveDirectory = \"/x\" y\n", 2, 25, "ConfigSyntaxError", "after a value in quotes|follow a value in quotes")]
    [InlineData("[Hooks]\nPreSaveDirectory = ä\0\n", 2, 21, "ConfigSyntaxError", "UTF-8")]
    public void In_the_INI_form(string text, int line, int column, string errorId, string message) =>
        AssertError("c.ini", text, line, column, errorId, message);

    [Theory]
    [InlineData("[Hook]\n", 1, 2, "ConfigUnknownSection", "Did you mean [Hooks]?")]
    [InlineData("[Hooks.Sub]\nx = 1\n", 1, 2, "ConfigUnknownSection", "There is no section [Hooks.Sub]")]
    [InlineData("[Hooks]\nPreSaveDirectroy = 'x'\n", 2, 1, "ConfigUnknownKey", "Did you mean 'PreSaveDirectory'?")]
    [InlineData("Hooks.PreSaveDir = 'x'\n", 1, 7, "ConfigUnknownKey", "has no key 'PreSaveDir'")]
    [InlineData("Hooks = { Timeout = '1m' }\n", 1, 11, "ConfigUnknownKey", "has no key 'Timeout'")]
    [InlineData("URL = 'x'\n", 1, 1, "ConfigUnknownKey", "Put it under [Repository].")]
    [InlineData("[Settings]\nThreads = '4'\n", 2, 11, "ConfigWrongType", "takes a whole number from 1 to 1024, not text")]
    [InlineData("[Settings]\nThreads = 4.5\n", 2, 11, "ConfigWrongType", "not a number with a fraction")]
    [InlineData("[Settings]\nThreads = 1979-05-27\n", 2, 11, "ConfigWrongType", "not a date or time")]
    [InlineData("[Settings]\nThreads = 4000\n", 2, 11, "ConfigInvalidValue", "from 1 to 1024, and '4000'")]
    [InlineData("[Hooks]\nHookTimeout = 600\n", 2, 15, "ConfigWrongType", "takes a duration in quotes such as 90s")]
    [InlineData("[Hooks]\nHookTimeout = '600'\n", 2, 15, "ConfigInvalidValue", "'600' is not one")]
    [InlineData("[Hooks]\nTrustHookPermissions = 'true'\n", 2, 24, "ConfigWrongType", "takes true or false, not text")]
    [InlineData("[Hooks]\nPreSaveDirectory = ['/x']\n", 2, 20, "ConfigWrongType", "takes a path, not an array")]
    [InlineData("[Hooks]\nPreSaveDirectory = ''\n", 2, 20, "ConfigInvalidValue", "has no value")]
    [InlineData("[Hooks]\nPreSaveDirectory = \"a\\u0000b\"\n", 2, 20, "ConfigInvalidValue", "takes a path")]
    [InlineData("[Hooks]\nHookTimeout = '1m'\nHookTimeout = '2m'\n", 3, 1, "ConfigDuplicateKey", "The first is in line 2")]
    [InlineData("[Hooks]\nPreSaveDirectory = /x\n", 2, 20, "ConfigSyntaxError", "")]
    [InlineData("[Hooks]\nPreSaveDirectory = 'x\n", 2, 0, "ConfigSyntaxError", "")]
    [InlineData("[[Hooks]]\n", 1, 3, "ConfigUnknownKey", "")]
    [InlineData("[Hooks]\n[Hooks]\n", 2, 0, "ConfigSyntaxError", "")]
    public void In_the_TOML_form(string text, int line, int column, string errorId, string message) =>
        AssertError("c.toml", text, line, column, errorId, message);

    [Theory]
    [InlineData("[")]
    [InlineData("{a=")]
    public void Nesting_without_end_is_a_syntax_error(string opening)
    {
        var error = _sandbox.Fail("c.toml", "[Settings]\nThreads = " + string.Concat(Enumerable.Repeat(opening, 100_000)));

        Assert.Equal("ConfigSyntaxError", error.ErrorId);
        Assert.Contains("c.toml", error.Message, StringComparison.Ordinal);
        Assert.Contains("nested too deeply", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[Repository]\nKeyFile = \"C:\\")]
    [InlineData("[Repository]\nKeyFile = \"a\\U0000")]
    [InlineData("[Repository]\nKeyFile = \"\"\"a\\")]
    [InlineData("[\"\\u00")]
    public void A_file_that_ends_after_a_backslash_is_a_syntax_error(string text)
    {
        var error = _sandbox.Fail("c.toml", text);

        Assert.Equal("ConfigSyntaxError", error.ErrorId);
        Assert.Contains("c.toml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_found_at_their_place()
    {
        var path = _sandbox.Write("c.ini", "");
        File.WriteAllBytes(path, [.. "[Hooks]\n# é "u8, 0xE9, (byte)'\n']);
        var error = Assert.Throws<Engine.Configuration.Syntax.ConfigurationException>(
            () => _sandbox.Load(new Engine.Configuration.ConfigurationRequest { ConfigPath = path }));
        Assert.Equal(("ConfigSyntaxError", 2, 5), (error.ErrorId, error.Line, error.Column));
    }

    [Fact]
    public void A_suggestion_can_be_had_without_reading_the_message() =>
        Assert.Equal("PreSaveDirectory", _sandbox.Fail("c.ini", "[Hooks]\nPreSavDirectory = x\n").Suggestion);

    public void Dispose() => _sandbox.Dispose();

    private void AssertError(string name, string text, int line, int column, string errorId, string message)
    {
        var error = _sandbox.Fail(name, text);
        Assert.Equal(errorId, error.ErrorId);
        Assert.Equal(Path.Combine(_sandbox.Root, name), error.File);
        Assert.Equal(line, error.Line);
        // Where only the parser's own idea of the place counts, none is asked for.
        if (column > 0)
            Assert.Equal(column, error.Column);
        Assert.StartsWith($"{error.File}:{error.Line}:{error.Column}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message.Split('|')[^1], error.Message, StringComparison.Ordinal);
    }
}
