using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.Objects;
using Rekkord.Engine.Storage;

namespace Rekkord.Engine.Native.Messages;

/// <summary>
/// Exceptions, with the exceptions inside them and the place where they were thrown. The engine's own arrive as what they were, and so do
/// those of .NET that anybody looks for.
/// </summary>
internal static class ErrorMessages
{
    private enum ExceptionType
    {
        Rekkord,
        FileSystem,
        Storage,
        DamagedObject,
        IO,
        UnauthorizedAccess,
        Cryptographic,
        OutOfMemory,
        Other,
    }

    public static void Write(MessageWriter writer, Exception error)
    {
        var type = TypeOf(error);
        writer.Write((int)type);
        writer.Write(type == ExceptionType.Other ? $"{error.GetType()}: {error.Message}" : error.Message);
        writer.Write(error.HResult);
        writer.Write(error.StackTrace);
        writer.Write(error.InnerException is not null);
        if (error.InnerException is { } inner)
            Write(writer, inner);
        if (error is not RekkordException known)
            return;
        writer.Write(known.ErrorId);
        writer.Write((int)known.Kind);
        writer.Write(known.Target);
        writer.Write(error is FileSystemException { ErrorNumber: var number } ? number : 0);
        writer.Write(error is StorageException { IsTransient: true });
    }

    public static Exception Read(MessageReader reader)
    {
        var type = (ExceptionType)reader.ReadInt32();
        var message = reader.ReadString();
        var code = reader.ReadInt32();
        var place = reader.ReadOptionalString();
        var inner = reader.ReadBoolean() ? Read(reader) : null;
        var error = type <= ExceptionType.DamagedObject ? ReadKnown(reader, type, message, inner) : Create(type, message, inner);
        error.HResult = code;
        return place is null ? error : ExceptionDispatchInfo.SetRemoteStackTrace(error, place);
    }

    private static ExceptionType TypeOf(Exception error) => error switch
    {
        FileSystemException => ExceptionType.FileSystem,
        StorageException => ExceptionType.Storage,
        DamagedObjectException => ExceptionType.DamagedObject,
        RekkordException => ExceptionType.Rekkord,
        IOException => ExceptionType.IO,
        UnauthorizedAccessException => ExceptionType.UnauthorizedAccess,
        CryptographicException => ExceptionType.Cryptographic,
        OutOfMemoryException => ExceptionType.OutOfMemory,
        _ => ExceptionType.Other,
    };

    private static RekkordException ReadKnown(MessageReader reader, ExceptionType type, string message, Exception? inner)
    {
        var id = reader.ReadString();
        var kind = (RekkordErrorKind)reader.ReadInt32();
        var target = reader.ReadOptionalString();
        var errorNumber = reader.ReadInt32();
        var isTransient = reader.ReadBoolean();
        return type switch
        {
            ExceptionType.FileSystem => new FileSystemException(id, kind, message, target!, errorNumber),
            ExceptionType.Storage => new StorageException(id, kind, message, target!, inner) { IsTransient = isTransient },
            ExceptionType.DamagedObject => DamagedObjectException.FromMessage(message, target!, inner),
            _ => new RekkordException(id, kind, message, target, inner),
        };
    }

    private static Exception Create(ExceptionType type, string message, Exception? inner) => type switch
    {
        ExceptionType.IO => new IOException(message, inner),
        ExceptionType.UnauthorizedAccess => new UnauthorizedAccessException(message, inner),
        ExceptionType.Cryptographic => new CryptographicException(message, inner),
        ExceptionType.OutOfMemory => new InsufficientMemoryException(message, inner),
        _ => new NativeEngineException(message, inner),
    };
}

/// <summary>Something that nobody foresaw went wrong in the native library; the message begins with the type of the exception there.</summary>
/// <param name="message">The type and message of the exception there.</param>
/// <param name="inner">What it was caused by.</param>
internal sealed class NativeEngineException(string message, Exception? inner = null) : Exception(message, inner);
