namespace Rekkord.Benchmarks.Limits;

/// <summary>A part of the work.</summary>
internal enum Part
{
    /// <summary>Opening and reading the files that are saved.</summary>
    ReadFiles,

    /// <summary>Cutting them into chunks.</summary>
    Cut,

    /// <summary>The IDs of all chunks.</summary>
    Identify,

    /// <summary>Of these, the IDs of chunks that came for the first time.</summary>
    IdentifyNew,

    /// <summary>Compressing segments.</summary>
    Compress,

    /// <summary>Encrypting them.</summary>
    Seal,

    /// <summary>Hashing packs.</summary>
    HashPacks,

    /// <summary>Writing packs.</summary>
    WritePacks,

    /// <summary>Reading packs.</summary>
    ReadPacks,

    /// <summary>Decrypting segments.</summary>
    Open,

    /// <summary>Decompressing them.</summary>
    Decompress,

    /// <summary>Creating files and writing the content to them.</summary>
    WriteFiles,
}
