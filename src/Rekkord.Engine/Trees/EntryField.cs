namespace Rekkord.Engine.Trees;

/// <summary>The keys of an entry's CBOR map. Stored; the values never change.</summary>
internal enum EntryField
{
    Name = 1,
    Kind = 2,
    Mode = 3,
    UserId = 4,
    GroupId = 5,
    UserName = 6,
    GroupName = 7,
    ModifiedSeconds = 8,
    ModifiedNanoseconds = 9,
    CreatedSeconds = 10,
    CreatedNanoseconds = 11,
    Size = 12,
    Chunks = 13,
    ChunkLists = 14,
    DataRanges = 15,
    LinkTarget = 16,
    HardLink = 17,
    ExtendedAttributes = 18,
    SpecialDevice = 19,
    WindowsAttributes = 20,
    SecurityDescriptor = 21,
    Flags = 22,
}
