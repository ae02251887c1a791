using System.Buffers.Binary;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Tests.Cryptography;

/// <summary>A keyfile that is sealed with a passphrase, made once: that takes time on purpose.</summary>
public sealed class SealedKeyFile : IDisposable
{
    internal const string Secret = "correct horse battery stäple";

    public SealedKeyFile()
    {
        using var master = KeyMaterial.CreateMaster();
        Keys = master.Derive(KeyRole.WriteOnly);
        using var passphrase = Passphrase.FromText(Secret);
        KeyFile.Write(Directory["key"], Keys, passphrase: passphrase);
    }

    internal TemporaryDirectory Directory { get; } = new();

    internal KeyMaterial Keys { get; }

    public void Dispose()
    {
        Keys.Dispose();
        Directory.Dispose();
    }
}

/// <summary>Keyfiles that are sealed with a passphrase.</summary>
public sealed class KeyFilePassphraseTests(SealedKeyFile made) : IClassFixture<SealedKeyFile>
{
    private const string Secret = SealedKeyFile.Secret;

    private readonly TemporaryDirectory _directory = made.Directory;
    private readonly KeyMaterial _keys = made.Keys;

    private string Text => File.ReadAllText(_directory["key"]);

    [Theory]
    [InlineData(Secret)]
    [InlineData("correct horse battery sta\u0308ple")]
    public void The_passphrase_opens_it_however_its_letters_were_composed(string typed)
    {
        using var read = Read(typed);

        Assert.Equivalent(_keys.ToParts(), read.ToParts(), strict: true);
    }

    [Fact]
    public void A_SecureString_is_the_same_passphrase()
    {
        using var typed = new SecureString();
        foreach (var letter in Secret)
            typed.AppendChar(letter);

        using var read = KeyFile.Read(_directory["key"], new KeyFileOptions { GetPassphrase = () => Passphrase.FromSecureString(typed) });

        Assert.Equal(_keys.KeyId, read.KeyId);
    }

    [Theory]
    [InlineData("correct horse battery staple")]
    [InlineData("Correct horse battery stäple")]
    [InlineData(" ")]
    public void Another_passphrase_is_told_to_be_wrong_and_is_in_no_message(string typed)
    {
        var error = Assert.Throws<RekkordException>(() => Read(typed));

        Assert.Equal("KeyFilePassphraseWrong", error.ErrorId);
        Assert.Contains(_directory["key"], error.Message, StringComparison.Ordinal);
        if (typed != " ")
            Assert.DoesNotContain(typed, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_passphrase_it_says_that_one_is_needed()
    {
        var error = Assert.Throws<RekkordException>(() => KeyFile.Read(_directory["key"]));

        Assert.Equal("PassphraseRequired", error.ErrorId);
        Assert.Contains("REKKORD_PASSPHRASE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_keyfile_without_a_passphrase_asks_for_none()
    {
        KeyFile.Write(_directory["open"], _keys);

        using var read = KeyFile.Read(_directory["open"], new KeyFileOptions { GetPassphrase = () => throw new InvalidOperationException() });

        Assert.Equal(_keys.KeyId, read.KeyId);
    }

    [Fact]
    public void What_is_no_text_is_no_passphrase()
    {
        // Half a letter; an attribute could not hold it. The word is in no path: error texts have those of the source, too.
        foreach (var typed in new[] { "", "Tr0ub4dor \ud800" })
        {
            var error = Assert.Throws<RekkordException>(() => Passphrase.FromText(typed));

            Assert.Equal("PassphraseInvalid", error.ErrorId);
            Assert.DoesNotContain("Tr0ub4dor", error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_process_that_cannot_normalize_takes_only_what_is_in_normal_form_whatever_it_is()
    {
        using var elsewhere = Passphrase.FromText("Größe");
        using var here = Passphrase.FromText("Größe", systemNormalizes: false);
        Assert.True(elsewhere.Bytes.SequenceEqual(here.Bytes));

        var error = Assert.Throws<RekkordException>(() => Passphrase.FromText("Gro\u0308ße", systemNormalizes: false));

        Assert.Equal("PassphraseInvalid", error.ErrorId);
        Assert.Contains("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_holds_none_of_its_keys_in_the_clear_and_is_another_one_each_time()
    {
        using var passphrase = Passphrase.FromText(Secret);
        KeyFile.Write(_directory["again"], _keys, passphrase: passphrase);
        var (one, other) = (Body(Text), Body(File.ReadAllText(_directory["again"])));

        foreach (var secret in new[] { _keys.IdKey, _keys.IndexKey, _keys.SigningPrivateKey })
            Assert.Equal(-1, one.AsSpan().IndexOf(secret));
        Assert.DoesNotContain(one.Chunk(16).Select(Convert.ToHexString), other.Chunk(16).Select(Convert.ToHexString).Contains);
    }

    [Fact]
    public void A_changed_character_makes_it_damaged_and_not_the_passphrase_wrong()
    {
        var body = Body(Text);
        for (var i = 0; i < body.Length; i += 5)
        {
            var changed = body.ToArray();
            changed[i] ^= 1;
            AssertInvalid(changed);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(KeyFileSeal.Iterations - 1)]
    [InlineData(KeyFileSeal.MaximumIterations + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void A_number_of_iterations_out_of_bounds_is_refused_before_anybody_is_asked_or_any_time_is_spent(int iterations) =>
        AssertInvalid(Forge(bytes => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), iterations)));

    [Fact]
    public void Its_header_cannot_be_changed()
    {
        var error = Assert.Throws<RekkordException>(() => Read(Secret, Pem(Forge(bytes => BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), KeyFileSeal.Iterations + 1)))));

        Assert.Equal("KeyFilePassphraseWrong", error.ErrorId);
    }

    [Fact]
    public void It_is_made_as_the_format_says()
    {
        var bytes = Body(Text)[..^32];
        var key = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Secret), bytes[8..40], 600_000, HashAlgorithmName.SHA256, 32);
        using var aead = new AesGcm(key, 16);
        var content = new byte[bytes.Length - 56];

        aead.Decrypt(new byte[12], bytes[40..^16], bytes[^16..], content, bytes[..40]);

        Assert.Equal(KeyFileCodec.Encode(_keys.ToParts()), content);
    }

    private static byte[] Body(string text) => Convert.FromBase64String(text[PemEncoding.Find(text).Base64Data]);

    private static string Pem(byte[] body) => PemEncoding.WriteString("REKKORD ENCRYPTED KEY", body);

    /// <summary>The body with something changed and a checksum that is right again.</summary>
    private byte[] Forge(Action<byte[]> change)
    {
        var bytes = Body(Text)[..^32];
        change(bytes);
        return KeyFileCodec.AddChecksum(bytes);
    }

    private KeyMaterial Read(string typed, string? text = null) =>
        KeyFile.Decode(Encoding.UTF8.GetBytes(text ?? Text), _directory["key"], new KeyFileOptions { GetPassphrase = () => Passphrase.FromText(typed) });

    private static void AssertInvalid(byte[] body)
    {
        var options = new KeyFileOptions { GetPassphrase = () => throw new InvalidOperationException("It must not ask.") };
        Assert.Equal("KeyFileInvalid", Assert.Throws<RekkordException>(() => KeyFile.Decode(Encoding.UTF8.GetBytes(Pem(body)), "path", options)).ErrorId);
    }
}
