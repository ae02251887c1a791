using Rekkord.Engine.FileSystem.Linux;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

public sealed class LinuxSourceTests() : SourceContract(new LinuxFileSystem());
