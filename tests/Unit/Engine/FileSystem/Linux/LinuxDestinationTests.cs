using Rekkord.Engine.FileSystem.Linux;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

public sealed class LinuxDestinationTests() : DestinationContract(new LinuxFileSystem());
