using Rekkord.Benchmarks.Inputs;

namespace Rekkord.Benchmarks.Engine;

/// <summary>Saves, scans and restores something small a few times, until the runtime has compiled what is used often in its final form.</summary>
internal static class WarmUp
{
    private const int Rounds = 4;

    public static void Run(FailureObserver observer)
    {
        var work = Directory.CreateTempSubdirectory("rekkord-warm-up-").FullName;
        try
        {
            var source = Directory.CreateDirectory(Path.Combine(work, "source")).FullName;
            new SmallFiles(directories: 4).Create(source);
            new DiskImage(mebibytes: 48).Create(source);
            for (var round = 0; round < Rounds; round++)
            {
                var directory = Directory.CreateDirectory(Path.Combine(work, $"{round}")).FullName;
                EngineCommand.Run("init", directory, "", observer);
                EngineCommand.Run("save", directory, source, observer);
                EngineCommand.Run("save", directory, source, observer);
                EngineCommand.Run("scan", directory, "", observer);
                EngineCommand.Run("restore", directory, Path.Combine(directory, "restored"), observer);
            }
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }
}
