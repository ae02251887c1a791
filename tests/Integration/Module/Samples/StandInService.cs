namespace Rekkord.Module.Integration.Tests.Samples;

/// <summary>Stands for a Windows service, with the members of its ServiceController that the samples use. It keeps its state in a file.</summary>
public sealed class StandInService(string file)
{
    private string _actualStatus = "Running";

    public string Name { get; } = "Shop";

    /// <summary>As it was when it was last looked at.</summary>
    public string Status { get; private set; } = "Running";

    /// <summary>What it was asked to do, in order.</summary>
    public IList<string> Calls { get; } = [];

    /// <summary>Why it does not stop; null when it does.</summary>
    public string? Obstacle { get; set; }

    public void Stop()
    {
        Calls.Add("stop");
        if (Obstacle is not null)
            throw new InvalidOperationException(Obstacle);
        _actualStatus = "Stopped";
        File.WriteAllText(file, "at rest");
    }

    public void Start()
    {
        Calls.Add("start");
        _actualStatus = "Running";
        File.WriteAllText(file, "in use");
    }

    public void Refresh() => Status = _actualStatus;

    public void WaitForStatus(string status, TimeSpan limit)
    {
        Refresh();
        Assert.Equal(status, Status);
    }
}
