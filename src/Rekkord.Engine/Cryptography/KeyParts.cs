namespace Rekkord.Engine.Cryptography;

/// <summary>The parts of <see cref="KeyMaterial"/> as a keyfile holds them; null is a part that the role lacks.</summary>
internal sealed record KeyParts
{
    public required KeyRole Role { get; init; }

    public required byte[] RepositoryId { get; init; }

    public required byte[] KeyId { get; init; }

    public required byte[] MasterPublicKey { get; init; }

    public required byte[] Certificate { get; init; }

    public byte[]? Seed { get; init; }

    public byte[]? IdKey { get; init; }

    public byte[]? IndexKey { get; init; }

    public byte[]? DataPrivateKey { get; init; }

    public byte[]? LogPrivateKey { get; init; }

    public byte[]? SigningPrivateKey { get; init; }
}
