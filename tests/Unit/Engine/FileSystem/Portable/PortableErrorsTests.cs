using System.Text;
using Rekkord.Engine.Errors;
using Rekkord.Engine.FileSystem;
using Rekkord.Engine.FileSystem.Portable;
using Rekkord.Engine.Platform;
using Rekkord.Tests;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

/// <summary>What Windows and macOS refuse has the same error IDs and advice as on Linux.</summary>
public sealed class PortableErrorsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(2, FileSystemFailure.NotFound)]
    [InlineData(3, FileSystemFailure.NotFound)]
    [InlineData(5, FileSystemFailure.AccessDenied)]
    [InlineData(32, FileSystemFailure.InUse)]
    [InlineData(33, FileSystemFailure.InUse)]
    [InlineData(39, FileSystemFailure.DiskFull)]
    [InlineData(112, FileSystemFailure.DiskFull)]
    [InlineData(80, FileSystemFailure.Exists)]
    [InlineData(145, FileSystemFailure.Exists)]
    [InlineData(19, FileSystemFailure.ReadOnly)]
    [InlineData(23, FileSystemFailure.Device)]
    [InlineData(1921, FileSystemFailure.TooManyLinks)]
    [InlineData(31, FileSystemFailure.Other)]
    internal void An_error_of_Windows_is_of_the_kind_that_it_says(int number, FileSystemFailure kind) =>
        Assert.Equal(kind, PortableErrors.ClassifyWin32(number));

    [Theory]
    [InlineData(2, typeof(FileNotFoundException))]
    [InlineData(3, typeof(DirectoryNotFoundException))]
    [InlineData(5, typeof(UnauthorizedAccessException))]
    [InlineData(112, typeof(IOException))]
    public void A_failed_call_of_Windows_gives_the_exception_that_NET_gives_and_keeps_its_number(int number, Type type)
    {
        var error = Win32Error.Create(number, "message");

        Assert.IsType(type, error);
        Assert.Equal(number, Win32Error.NumberOf(error));
    }

    [Fact]
    public void Who_has_a_file_open_is_read_from_what_the_Restart_Manager_tells()
    {
        var records = new byte[2 * FileHolders.RecordLength];
        Assert.Equal(668, FileHolders.RecordLength);
        records[0] = 7;
        Encoding.Unicode.GetBytes("Outlook").CopyTo(records, 12);
        records[FileHolders.RecordLength + 1] = 1;
        Encoding.Unicode.GetBytes("SQL Server").CopyTo(records, FileHolders.RecordLength + 12);

        var holders = FileHolders.Read(records, 2);

        Assert.Equal(["'Outlook' (process 7)", "'SQL Server' (process 256)"], holders);
        Assert.Equal("It is used. It is open in 'Outlook' (process 7), 'SQL Server' (process 256)", PortableErrors.NameHolders("It is used", holders));
        Assert.Equal("It is used", PortableErrors.NameHolders("It is used", []));
    }

    [RequiresWindowsFact]
    public void The_program_that_keeps_a_file_open_is_named()
    {
        var path = Path.Combine(_directory.Path, "file");
        using var open = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);

        var error = Assert.Throws<FileSystemException>(() => PortableSourceFile.Open(path, followLink: false));

        Assert.Contains($"(process {Environment.ProcessId})", error.Message, StringComparison.Ordinal);
    }

    [RequiresWindowsFact]
    public void A_file_that_another_program_keeps_open_is_named_with_what_to_do()
    {
        var path = Path.Combine(_directory.Path, "file");
        using var open = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);

        var error = Assert.Throws<FileSystemException>(() => PortableSourceFile.Open(path, followLink: false));

        Assert.Equal((Win32Error.SharingViolation, RekkordErrorKind.ReadError), (error.ErrorNumber, error.Kind));
        Assert.Contains("Another program has it open.", error.Message, StringComparison.Ordinal);
    }
}
