using Rekkord.Engine.FileSystem.Linux;

namespace Rekkord.Engine.Tests.FileSystem.Linux;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LinuxDestinationTests() : DestinationContract(new LinuxFileSystem());
