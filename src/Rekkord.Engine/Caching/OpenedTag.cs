namespace Rekkord.Engine.Caching;

/// <summary>What a tag said when it was opened. Whether its signer still counts is not part of it: that may change.</summary>
/// <param name="KeyId">The ID of the keyfile that signed it, 16 bytes; null: the master key.</param>
/// <param name="Payload">What was signed.</param>
internal readonly record struct OpenedTag(byte[]? KeyId, ReadOnlyMemory<byte> Payload);
