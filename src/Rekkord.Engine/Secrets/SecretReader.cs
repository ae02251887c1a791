using System.Text;
using Rekkord.Engine.Configuration;
using Rekkord.Engine.Cryptography;
using Rekkord.Engine.Errors;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Secrets;

/// <summary>
/// Gets secrets that programs write and that systemd gives. Of what was read the first line counts, and no error has any of it.
/// </summary>
public static class SecretReader
{
    /// <summary>More than any secret has, in bytes.</summary>
    internal const int MaximumLength = 64 * 1024;

    private const string CredentialsVariable = "CREDENTIALS_DIRECTORY";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A keyfile's passphrase.</summary>
    /// <param name="reference">A command, or a credential of systemd.</param>
    /// <param name="stop">Ends the command.</param>
    /// <exception cref="RekkordException">
    /// The command failed (<c>SecretCommandFailed</c>), there is no such credential (<c>SecretNotFound</c>), or what it gave is no secret
    /// (<c>SecretInvalid</c>).
    /// </exception>
    public static Passphrase ReadPassphrase(SecretReference reference, CancellationToken stop) => ReadLine(
        reference,
        line =>
        {
            var characters = GC.AllocateUninitializedArray<char>(StrictUtf8.GetMaxCharCount(line.Length), pinned: true);
            try
            {
                return Passphrase.FromText(characters.AsSpan(0, StrictUtf8.GetChars(line, characters)));
            }
            finally
            {
                Array.Clear(characters);
            }
        },
        stop);

    /// <summary>A secret for a library that takes text. A string cannot be wiped.</summary>
    /// <param name="reference">A command, or a credential of systemd.</param>
    /// <param name="stop">Ends the command.</param>
    /// <exception cref="RekkordException">As of <see cref="ReadPassphrase"/>.</exception>
    public static string ReadText(SecretReference reference, CancellationToken stop) => ReadLine(reference, StrictUtf8.GetString, stop);

    private static T ReadLine<T>(SecretReference reference, Func<byte[], T> use, CancellationToken stop)
    {
        var output = reference switch
        {
            SecretReference.OfCommand command => SecretCommand.Run(command, stop),
            SecretReference.OfService credential => ReadCredential(credential),
            _ => throw new ArgumentException("A vault is asked in a session.", nameof(reference)),
        };
        return SecretBytes.Use(output, _ => SecretBytes.Use(SecretBytes.Copy(FirstLine(output)), line =>
        {
            if (line.Length == 0 || output.Length > MaximumLength || line.Contains((byte)0))
                throw Invalid(reference);
            try
            {
                return use(line);
            }
            catch (DecoderFallbackException)
            {
                // The exception quotes what it is about.
                throw Invalid(reference);
            }
        }));
    }

    private static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> output)
    {
        var end = output.IndexOf((byte)'\n');
        return (end < 0 ? output : output[..end]).TrimEnd((byte)'\r');
    }

    private static byte[] ReadCredential(SecretReference.OfService credential)
    {
        if (ProcessEnvironment.Get(CredentialsVariable) is not { Length: > 0 } directory)
        {
            throw new RekkordException(
                "SecretNotFound",
                RekkordErrorKind.NotFound,
                $"The credential '{credential.Name}' is not there: ${CredentialsVariable} is not set, because systemd did not start this with credentials. Put LoadCredential={credential.Name}:FILE or LoadCredentialEncrypted={credential.Name}:FILE into the [Service] section of the unit.",
                credential.ToString());
        }

        var path = Path.Combine(directory, credential.Name);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return ReadAll(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RekkordException(
                "SecretNotFound", RekkordErrorKind.NotFound, $"The credential '{path}' cannot be read: {OneLine.From(error.Message, 300)} The unit names its credentials with LoadCredential=.", credential.ToString(), error);
        }
    }

    /// <summary>Reads a stream to its end, or to one byte more than a secret may have. The caller wipes the result.</summary>
    internal static byte[] ReadAll(Stream stream)
    {
        var buffer = SecretBytes.Allocate(MaximumLength + 1);
        return SecretBytes.Use(buffer, _ => SecretBytes.Copy(buffer.AsSpan(0, stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false))));
    }

    private static RekkordException Invalid(SecretReference reference) => new(
        "SecretInvalid",
        RekkordErrorKind.InvalidData,
        $"What {Describe(reference)} gave is no secret. Its first line must be text in UTF-8, not empty, and all of it at most {MaximumLength / 1024} KiB.",
        reference.ToString());

    private static string Describe(SecretReference reference) =>
        reference is SecretReference.OfCommand command ? $"the command '{command.Program}'" : $"the credential '{((SecretReference.OfService)reference).Name}'";
}
