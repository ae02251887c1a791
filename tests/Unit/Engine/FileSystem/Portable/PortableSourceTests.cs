using Rekkord.Engine.FileSystem.Portable;

namespace Rekkord.Engine.Tests.FileSystem.Portable;

public sealed class PortableSourceTests() : SourceContract(new PortableFileSystem());
