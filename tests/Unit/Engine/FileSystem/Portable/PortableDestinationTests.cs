using Rekkord.Engine.FileSystem.Portable;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

public sealed class PortableDestinationTests() : DestinationContract(new PortableFileSystem());
