namespace Rekkord.Engine.Tests.Scanning;

/// <summary>The types of objects that a repository stores.</summary>
public enum StoredType
{
    DataPack,
    MetadataPack,
    Index,
    Tag,
    Snapshot,
    Revocation,
    Descriptor,
}
