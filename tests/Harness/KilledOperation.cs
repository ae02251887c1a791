using System.Globalization;

namespace Rekkord.Reliability.Harness;

/// <summary>One operation that is killed at a random instant, round after round, over one repository that grows.</summary>
internal abstract class KilledOperation : IExperiment
{
    private const int MostMeasuredRuns = 3;

    // However slow the machine gets meanwhile, a quarter of the rounds ends by itself, so that the kills reach the operation's last steps.
    private const double LongerAfterKill = 1.05;
    private const double ShorterAfterEnd = 0.85;

    private readonly List<double> _seconds = [];
    private double _longest;
    private int _killed;
    private int _ended;
    private int _fullChecks;

    protected KilledOperation(Workspace workspace)
    {
        Workspace = workspace;
        Source = workspace.CreateSource("source");
    }

    protected Workspace Workspace { get; }

    protected ChangingSource Source { get; }

    public void Run()
    {
        Prepare();
        var rounds = Workspace.Options.Rounds;
        for (var run = 0; run < Math.Clamp(rounds / 2, 1, MostMeasuredRuns); run++)
            Measure();
        _longest = Typical;
        PowerShellChild? next = Workspace.StartChild();
        try
        {
            for (var round = 1; round <= rounds; round++)
            {
                var result = KillOrEnd(next!);
                next!.Dispose();

                // It starts while the repository is looked at, and so does not take the processor from the one to be killed.
                next = round < rounds ? Workspace.StartChild() : null;
                Check(result);
                if (round % Workspace.Options.CheckEvery == 0 || round == rounds)
                    CheckEverything(round);
            }
        }
        finally
        {
            next?.Dispose();
        }

        End();
        Workspace.RequireLeftoversAreRemoved(Source);
        Workspace.Scan(full: true);
    }

    public virtual void Report(TextWriter output) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{_killed} killed, {_ended} done before the kill; the operation takes {Typical:0.00} s; {Workspace.Snapshots.Count} snapshots, {_fullChecks} full checks, nothing lost."));

    private double Typical => _seconds.Order().ElementAt(_seconds.Count / 2);

    /// <summary>Makes what the operation works on.</summary>
    protected abstract void Prepare();

    /// <summary>Changes what the operation is to meet, before each run.</summary>
    /// <returns>The command.</returns>
    protected abstract string Begin();

    /// <summary>Looks at what a run left.</summary>
    /// <param name="result">What the command gave; null when it was killed before.</param>
    protected abstract void Check(string? result);

    /// <summary>Looks at what all of it left.</summary>
    protected virtual void End()
    {
        // Most operations leave nothing of their own.
    }

    private void Measure()
    {
        using var child = Workspace.StartChild();
        child.Begin(Begin());
        var result = child.WaitUntilDone();
        _seconds.Add(child.Elapsed.TotalSeconds);
        Check(result);
    }

    private string? KillOrEnd(PowerShellChild child)
    {
        child.Begin(Begin());
        var result = child.KillAfter(TimeSpan.FromSeconds(Workspace.Random.NextDouble() * _longest));
        if (result is null)
        {
            _killed++;
            _longest *= LongerAfterKill;
        }
        else
        {
            _ended++;
            _seconds.Add(child.Elapsed.TotalSeconds);
            _longest *= ShorterAfterEnd;
        }

        return result;
    }

    private void CheckEverything(int round)
    {
        _fullChecks++;
        var scan = Workspace.Scan(full: true);
        Workspace.List();
        foreach (var snapshot in Workspace.Snapshots.TakeLast(1).Append(Workspace.Snapshots[0]).Append(Workspace.Snapshots[Workspace.Random.Next(Workspace.Snapshots.Count)]))
            Workspace.RestoreAndCompare(snapshot, Source);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  round {round}: {_killed} killed, {_ended} done; {scan.Snapshots} snapshots, {scan.VerifiedPacks} packs, {scan.VerifiedSize / 1e6:0} MB verified in full"));
    }
}
