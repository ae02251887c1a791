using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Repository;

namespace Rekkord.Fuzzing;

/// <summary>What tells snapshots, tags and removals apart in docs/format.md, section 6.</summary>
internal sealed record RecordKind(string Folder, byte[] Magic, byte[] Domain, Func<Descriptor, byte[]> PublicKey, Func<KeyMaterial, byte[]> PrivateKey)
{
    public static RecordKind Snapshot { get; } = new(
        ObjectName.Snapshots, "RKS\u0001"u8.ToArray(), "rekkord snapshot v1\0"u8.ToArray(), descriptor => descriptor.DataPublicKey, keys => keys.DataPrivateKey);

    public static RecordKind Removal { get; } = new(
        ObjectName.Removals, "RKD\u0001"u8.ToArray(), "rekkord removal v1\0"u8.ToArray(), descriptor => descriptor.LogPublicKey, keys => keys.LogPrivateKey);

    public static RecordKind Tag { get; } = new(
        ObjectName.Tags, "RKT\u0001"u8.ToArray(), "rekkord tag v1\0"u8.ToArray(), descriptor => descriptor.LogPublicKey, keys => keys.LogPrivateKey);
}
