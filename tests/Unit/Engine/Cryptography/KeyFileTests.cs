using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Tests.Cryptography;

public sealed class KeyFileTests : IDisposable
{
    private static readonly KeyFileOptions Trusting = new() { TrustPermissions = true };

    private readonly TemporaryDirectory _directory = new();
    private readonly KeyMaterial _master = KeyMaterial.CreateMaster();

    public void Dispose()
    {
        _directory.Dispose();
        _master.Dispose();
    }

    [Theory]
    [InlineData(KeyRole.Master)]
    [InlineData(KeyRole.ReadWrite)]
    [InlineData(KeyRole.WriteOnly)]
    [InlineData(KeyRole.LogOnly)]
    [InlineData(KeyRole.Prune)]
    public void A_keyfile_is_read_as_it_was_written(KeyRole role)
    {
        using var keys = role == KeyRole.Master ? _master : _master.Derive(role);
        KeyFile.Write(_directory["key"], keys);

        using var read = KeyFile.Read(_directory["key"]);

        Assert.Equivalent(keys.ToParts(), read.ToParts(), strict: true);
    }

    [Fact]
    public void Nobody_else_can_read_a_keyfile_also_when_it_replaces_one_that_everybody_could()
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        KeyFile.Write(_directory["new"], _master);
        File.WriteAllText(_directory["old"], "");
        File.SetUnixFileMode(_directory["old"], everybody);
        KeyFile.Write(_directory["old"], _master, overwrite: true);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["new"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["old"]));
    }

    [Fact]
    public void A_keyfile_is_never_overwritten_unasked()
    {
        KeyFile.Write(_directory["key"], _master);
        var before = File.ReadAllBytes(_directory["key"]);
        using var other = KeyMaterial.CreateMaster();

        Assert.Equal("KeyFileExists", Assert.Throws<RekkordException>(() => KeyFile.Write(_directory["key"], other)).ErrorId);

        Assert.Equal(before, File.ReadAllBytes(_directory["key"]));
        Assert.Equal([_directory["key"]], Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void A_keyfile_that_cannot_be_written_leaves_nothing_behind()
    {
        Directory.CreateDirectory(_directory["key/in the way"]);

        var error = Assert.Throws<RekkordException>(() => KeyFile.Write(_directory["key"], _master, overwrite: true));

        Assert.Equal("KeyFileNotWritable", error.ErrorId);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void A_missing_keyfile_is_told_by_name()
    {
        var error = Assert.Throws<RekkordException>(() => KeyFile.Read(_directory["none"]));

        Assert.Equal("KeyFileNotFound", error.ErrorId);
        Assert.Contains(_directory["none"], error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KeyRole.Master)]
    [InlineData(KeyRole.WriteOnly)]
    public void A_keyfile_with_any_character_of_its_key_changed_is_refused(KeyRole role)
    {
        using var keys = role == KeyRole.Master ? _master : _master.Derive(role);
        KeyFile.Write(_directory["key"], keys);
        var text = File.ReadAllText(_directory["key"]);
        var start = text.IndexOf("KEY-----", StringComparison.Ordinal) + "KEY-----".Length;
        var end = text.IndexOf("-----END", StringComparison.Ordinal);
        for (var i = start; i < end; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]))
                continue;
            var changed = new StringBuilder(text) { [i] = text[i] == 'A' ? 'B' : 'A' };
            AssertInvalid(changed.ToString());
        }
    }

    [Fact]
    public void What_is_no_whole_keyfile_is_refused()
    {
        KeyFile.Write(_directory["key"], _master);
        var text = File.ReadAllText(_directory["key"]);
        for (var length = 0; length < text.TrimEnd().Length; length += 7)
            AssertInvalid(text[..length]);
        AssertInvalid(text.Replace("REKKORD KEY", "PRIVATE KEY", StringComparison.Ordinal));
        AssertInvalid(new string('x', 100_000));
    }

    [Fact]
    public void Text_around_the_key_does_not_matter()
    {
        KeyFile.Write(_directory["key"], _master);
        File.WriteAllText(_directory["mailed"], $"Dear colleague,\r\n{File.ReadAllText(_directory["key"]).ReplaceLineEndings("\r\n")}\r\nRegards\r\n");

        using var read = KeyFile.Read(_directory["mailed"], Trusting);

        Assert.Equal(_master.RepositoryId, read.RepositoryId);
    }

    [Theory]
    [InlineData(257, false)]
    [InlineData(0, false)]
    [InlineData(5, false)]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    public void A_role_that_there_is_not_is_refused_and_not_cut_down_to_one_that_there_is(int role, bool valid)
    {
        // A map of version, role, repository ID and seed, as a master keyfile has it.
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(4);
        foreach (var (key, value) in new[] { (1, 1), (2, role) })
        {
            writer.WriteInt32(key);
            writer.WriteInt32(value);
        }

        foreach (var (key, value) in new[] { (3, _master.RepositoryId), (6, _master.Seed) })
        {
            writer.WriteInt32(key);
            writer.WriteByteString(value);
        }

        writer.WriteEndMap();
        var text = PemEncoding.WriteString("REKKORD KEY", KeyFileCodec.AddChecksum(writer.Encode()));

        if (!valid)
        {
            AssertInvalid(text);
            return;
        }

        using var read = KeyFile.Decode(System.Text.Encoding.UTF8.GetBytes(text), "path", Trusting);
        Assert.Equal(KeyRole.Master, read.Role);
    }

    private void AssertInvalid(string text)
    {
        File.WriteAllText(_directory["damaged"], text);
        var error = Assert.Throws<RekkordException>(() => KeyFile.Read(_directory["damaged"], Trusting));
        Assert.Equal("KeyFileInvalid", error.ErrorId);
        Assert.Contains(_directory["damaged"], error.Message, StringComparison.Ordinal);
    }
}
