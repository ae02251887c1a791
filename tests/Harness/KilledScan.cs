namespace Rekkord.Reliability.Harness;

/// <summary>Scans that are killed: they change nothing, and the next one finds nothing wrong.</summary>
internal sealed class KilledScan(Workspace workspace) : KilledOperation(workspace)
{
    private const int RoundsPerSave = 10;

    private IReadOnlyList<(string, long)> _before = [];
    private int _round;

    protected override void Prepare() => Workspace.Save("scanned", Source);

    protected override string Begin()
    {
        if (_round++ % RoundsPerSave == 0)
        {
            Source.Change();
            Workspace.Save("scanned", Source);
        }

        _before = Workspace.ListObjects();
        return $"(Invoke-RekkordScan -Full {Workspace.RepositoryParameters} -Confirm:$false).Status";
    }

    protected override void Check(string? result)
    {
        Workspace.Require(result is null or "Succeeded", $"A scan ended as {result}.");
        Workspace.Require(_before.SequenceEqual(Workspace.ListObjects()), "A killed scan changed the repository.");
        Workspace.List();
        Workspace.Scan(full: false);
    }
}
