using Rekkord.Engine.Tests;

if (args is not [var output])
{
    Console.Error.WriteLine("Give the directory to put the golden repository into. docs/format.md says when it may be made again.");
    return 2;
}

GoldenRepositoryMaker.Run(Path.GetFullPath(output));
return 0;
