using System.Security.Cryptography;
using Rekkord.Engine.Errors;

namespace Rekkord.Engine.Cryptography;

/// <summary>
/// The keys that one keyfile holds. What a role may not do, its keyfile lacks the key for: a part that is absent is null
/// here, and asking for it raises an error that names the role which has it.
/// </summary>
public sealed class KeyMaterial : IDisposable
{
    internal const int IdLength = 16;
    private const int SeedLength = 32;

    private readonly byte[]? _seed;
    private readonly byte[]? _idKey;
    private readonly byte[]? _indexKey;
    private readonly byte[]? _dataPrivateKey;
    private readonly byte[]? _logPrivateKey;
    private readonly byte[]? _signingPrivateKey;
    private bool _disposed;

    internal KeyMaterial(KeyParts parts)
    {
        Role = parts.Role;
        RepositoryId = parts.RepositoryId;
        KeyId = parts.KeyId;
        MasterPublicKey = parts.MasterPublicKey;
        Certificate = parts.Certificate;
        _seed = parts.Seed;
        _idKey = parts.IdKey;
        _indexKey = parts.IndexKey;
        _dataPrivateKey = parts.DataPrivateKey;
        _logPrivateKey = parts.LogPrivateKey;
        _signingPrivateKey = parts.SigningPrivateKey;
    }

    /// <summary>The role of the keyfile.</summary>
    public KeyRole Role { get; }

    /// <summary>The ID of the repository the keyfile belongs to, 16 bytes.</summary>
    public byte[] RepositoryId { get; }

    /// <summary>The ID of the keyfile itself, 16 bytes.</summary>
    public byte[] KeyId { get; }

    /// <summary>The public half of the master signing key, against which everything signed is checked.</summary>
    internal byte[] MasterPublicKey { get; }

    /// <summary>The master key's certificate of this keyfile's signing key; empty for the master keyfile.</summary>
    internal byte[] Certificate { get; }

    /// <summary>The secret that everything derives from; the master keyfile alone holds it.</summary>
    internal byte[] Seed => Require(_seed, KeyPermission.Certify);

    /// <summary>The key that object IDs are computed under.</summary>
    internal byte[] IdKey => Require(_idKey, KeyPermission.Save);

    /// <summary>The key of indexes and pack directories.</summary>
    internal byte[] IndexKey => Require(_indexKey, KeyPermission.Save);

    /// <summary>The private key that opens packs and snapshots.</summary>
    internal byte[] DataPrivateKey => Require(_dataPrivateKey, KeyPermission.Read);

    /// <summary>The private key that opens tags.</summary>
    internal byte[] LogPrivateKey => Require(_logPrivateKey, KeyPermission.List);

    /// <summary>The key that snapshots and tags are signed with.</summary>
    internal byte[] SigningPrivateKey => Require(_signingPrivateKey, KeyPermission.Save);

    /// <summary>The same key, where what it signs of removed snapshots counts.</summary>
    internal byte[] RemovingPrivateKey => Require(CanRemove ? _signingPrivateKey : null, KeyPermission.Remove);

    /// <summary>Whether snapshots can be made with it.</summary>
    public bool CanWrite => _signingPrivateKey is not null;

    /// <summary>Whether content can be read with it.</summary>
    public bool CanRead => _dataPrivateKey is not null;

    /// <summary>Whether snapshots can be listed with it.</summary>
    public bool CanList => _logPrivateKey is not null;

    /// <summary>Whether snapshots can be removed with it. Every signing key could sign that; it counts from these roles only.</summary>
    public bool CanRemove => Role.Permits(KeyPermission.Remove) && CanWrite;

    /// <summary>When the master key made it; null for the master key itself.</summary>
    /// <exception cref="CryptographicException">The keyfile's certificate is not the master key's.</exception>
    public DateTimeOffset? CreatedTime => Certificate.Length == 0
        ? null
        : DateTimeOffset.FromUnixTimeSeconds(Cryptography.Certificate.Verify(Certificate, MasterPublicKey, RepositoryId).CreatedSeconds);

    /// <summary>Checks early, before any work, that a command can do its own with these keys.</summary>
    /// <param name="permission">What it needs them for.</param>
    /// <param name="command">Its name.</param>
    /// <param name="keyFile">The file that they were read from.</param>
    /// <param name="parameter">The parameter that another can be given with.</param>
    /// <exception cref="RekkordException">It cannot (<c>KeyRoleInsufficient</c>); the message has the roles that can, and the one that this is.</exception>
    public void Demand(KeyPermission permission, string command, string keyFile, string parameter = "-KeyFile")
    {
        var part = permission switch
        {
            KeyPermission.Certify => _seed,
            KeyPermission.Remove => CanRemove ? _signingPrivateKey : null,
            KeyPermission.Save => _signingPrivateKey,
            KeyPermission.Read => _dataPrivateKey,
            _ => _logPrivateKey,
        };
        if (part is null)
            throw Insufficient($"{command} needs a {KeyRoles.WithPermission(permission)} keyfile, and '{keyFile}' is a {Role} keyfile. Give another one with {parameter}.", keyFile);
    }

    /// <summary>Makes the material of a new master key, for a new repository.</summary>
    public static KeyMaterial CreateMaster() => FromSeed(CreateSeed(), RandomNumberGenerator.GetBytes(IdLength));

    /// <summary>Everything a master keyfile stands for derives from its seed, which is the material's afterwards.</summary>
    internal static KeyMaterial FromSeed(byte[] seed, byte[] repositoryId)
    {
        var signing = DerivePrivateKey(seed, "rekkord master signing key v1");
        return new KeyMaterial(new KeyParts
        {
            Role = KeyRole.Master,
            RepositoryId = repositoryId,
            KeyId = KeyDerivation.Derive(seed, "rekkord master key id v1", IdLength),
            MasterPublicKey = P256.GetPublicKey(signing),
            Certificate = [],
            Seed = seed,
            IdKey = KeyDerivation.Derive(seed, "rekkord id key v1"),
            IndexKey = KeyDerivation.Derive(seed, "rekkord index key v1"),
            DataPrivateKey = DerivePrivateKey(seed, "rekkord data key v1"),
            LogPrivateKey = DerivePrivateKey(seed, "rekkord log key v1"),
            SigningPrivateKey = signing,
        });
    }

    /// <summary>Makes the material of a keyfile with less than the master's permissions.</summary>
    /// <param name="role">ReadWrite, WriteOnly, LogOnly or Prune.</param>
    /// <exception cref="RekkordException">This is not a master key (<c>KeyRoleInsufficient</c>).</exception>
    public KeyMaterial Derive(KeyRole role)
    {
        _ = Seed;
        var keyId = RandomNumberGenerator.GetBytes(IdLength);
        var signing = SecretBytes.Use(CreateSeed(), seed => Hpke.DerivePrivateKey(seed));
        var writes = role.Permits(KeyPermission.Save);
        var certificate = new Certificate(RepositoryId, keyId, role, P256.GetPublicKey(signing), DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        if (!writes)
            CryptographicOperations.ZeroMemory(signing);
        return new KeyMaterial(new KeyParts
        {
            Role = role,
            RepositoryId = RepositoryId,
            KeyId = keyId,
            MasterPublicKey = MasterPublicKey,
            Certificate = certificate.Issue(SigningPrivateKey),

            // Copies: whichever of the two is disposed of first must not wipe what the other works with.
            IdKey = writes ? SecretBytes.Copy(IdKey) : null,
            IndexKey = writes ? SecretBytes.Copy(IndexKey) : null,
            DataPrivateKey = role.Permits(KeyPermission.Read) ? SecretBytes.Copy(DataPrivateKey) : null,
            LogPrivateKey = role.Permits(KeyPermission.List) ? SecretBytes.Copy(LogPrivateKey) : null,
            SigningPrivateKey = writes ? signing : null,
        });
    }

    internal KeyParts ToParts() => new()
    {
        Role = Role,
        RepositoryId = RepositoryId,
        KeyId = KeyId,
        MasterPublicKey = MasterPublicKey,
        Certificate = Certificate,
        Seed = _seed,
        IdKey = _idKey,
        IndexKey = _indexKey,
        DataPrivateKey = _dataPrivateKey,
        LogPrivateKey = _logPrivateKey,
        SigningPrivateKey = _signingPrivateKey,
    };

    /// <summary>Overwrites the secret parts; asking for one afterwards is an error, since a key of zeros would work and open nothing.</summary>
    public void Dispose()
    {
        _disposed = true;
        foreach (var secret in (ReadOnlySpan<byte[]?>)[_seed, _idKey, _indexKey, _dataPrivateKey, _logPrivateKey, _signingPrivateKey])
            CryptographicOperations.ZeroMemory(secret);
    }

    private static byte[] CreateSeed()
    {
        var seed = SecretBytes.Allocate(SeedLength);
        RandomNumberGenerator.Fill(seed);
        return seed;
    }

    private static byte[] DerivePrivateKey(byte[] seed, string purpose) =>
        SecretBytes.Use(KeyDerivation.Derive(seed, purpose), material => Hpke.DerivePrivateKey(material));

    private static RekkordException Insufficient(string why, string? keyFile = null) =>
        new("KeyRoleInsufficient", RekkordErrorKind.PermissionDenied, why, keyFile);

    private byte[] Require(byte[]? part, KeyPermission permission)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return part ?? throw Insufficient($"This needs a {KeyRoles.WithPermission(permission)} keyfile, and the one in use is a {Role} keyfile. Give another one with -KeyFile.");
    }
}
