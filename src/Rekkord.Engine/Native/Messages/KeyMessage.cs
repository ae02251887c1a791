using System.Buffers.Binary;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Engine.Native.Messages;

/// <summary>
/// The keys of an operation, in bytes that do not move and that the sender wipes. The seed of a master keyfile is not among them: no
/// operation needs it.
/// </summary>
internal static class KeyMessage
{
    /// <summary>Copies the parts into a message, which the caller wipes.</summary>
    public static byte[] Encode(KeyMaterial keys)
    {
        var parts = keys.ToParts();
        byte[]?[] fields =
        [
            parts.RepositoryId, parts.KeyId, parts.MasterPublicKey, parts.Certificate,
            parts.IdKey, parts.IndexKey, parts.DataPrivateKey, parts.LogPrivateKey, parts.SigningPrivateKey,
        ];
        var message = SecretBytes.Allocate(sizeof(byte) + fields.Sum(field => sizeof(int) + (field?.Length ?? 0)));
        message[0] = (byte)parts.Role;
        var rest = message.AsSpan(1);
        foreach (var field in fields)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, field?.Length ?? -1);
            rest = rest[sizeof(int)..];
            field.CopyTo(rest);
            rest = rest[(field?.Length ?? 0)..];
        }

        return message;
    }

    /// <summary>Copies the parts out of a message.</summary>
    public static KeyMaterial Decode(ReadOnlySpan<byte> message)
    {
        var role = (KeyRole)message[0];
        message = message[1..];
        return new KeyMaterial(new KeyParts
        {
            Role = role,
            RepositoryId = Next(ref message)!,
            KeyId = Next(ref message)!,
            MasterPublicKey = Next(ref message)!,
            Certificate = Next(ref message)!,
            IdKey = Next(ref message),
            IndexKey = Next(ref message),
            DataPrivateKey = Next(ref message),
            LogPrivateKey = Next(ref message),
            SigningPrivateKey = Next(ref message),
        });
    }

    private static byte[]? Next(ref ReadOnlySpan<byte> rest)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[sizeof(int)..];
        if (length < 0)
            return null;
        var field = SecretBytes.Copy(rest[..length]);
        rest = rest[length..];
        return field;
    }
}
