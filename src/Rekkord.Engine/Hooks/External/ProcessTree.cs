using System.Globalization;
using System.Text;
using Rekkord.Engine.Hooks.Definitions;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.External;

/// <summary>
/// Everything a hook's process started. The hook leads a session and process group of its own; what it started is in them, or is a
/// descendant, or still carries the run's identifier in its environment although it has become a daemon.
/// </summary>
/// <param name="leader">
/// The hook's process, not yet reaped, so that its number cannot have become somebody else's; null for a script, which runs in this one.
/// </param>
/// <param name="runId">The value of <see cref="HookVariables.RunId"/>.</param>
internal sealed class ProcessTree(int? leader, string runId)
{
    private readonly byte[] _marker = Encoding.UTF8.GetBytes($"{HookVariables.RunId}={runId}");

    // What was once found stays known until it has ended, also when its parent ends before it.
    private readonly Dictionary<int, Member> _members = [];

    private readonly record struct Member(int Id, int Parent, int Group, int Session, char State, ulong StartTime);

    /// <summary>Sends a signal to all of it.</summary>
    public void Signal(int signal)
    {
        // Found before anything is signalled: when a parent is gone, nothing says whose child a process was.
        var members = Find();
        if (leader is { } group)
            _ = LibC.Kill(-group, signal);
        foreach (var member in members)
        {
            // Between finding it and this, its number could only have come to another process if it had ended.
            if (member.Group != leader && IsStillThere(member))
                _ = LibC.Kill(member.Id, signal);
        }
    }

    /// <summary>How many of its processes live, as far as this system can tell beyond the leader: it takes <c>/proc</c>.</summary>
    public int CountLiving(bool leaderHasEnded) =>
        OperatingSystem.IsLinux() ? Find().Count : leaderHasEnded ? 0 : 1;

    private List<Member> Find()
    {
        if (!OperatingSystem.IsLinux())
            return [];
        var processes = Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && id != Environment.ProcessId)
            .Select(ReadStatus)
            .OfType<Member>()
            .ToList();

        foreach (var process in processes)
        {
            if (process.Id == leader || process.Session == leader || process.Group == leader || HasMarker(process.Id))
                _members[process.Id] = process;
        }
        // Children of what is found belong to it, and theirs; this ends, because every round adds or is the last.
        while (processes.FindAll(process => !_members.ContainsKey(process.Id) && _members.ContainsKey(process.Parent)) is { Count: > 0 } more)
            more.ForEach(process => _members.Add(process.Id, process));

        foreach (var gone in _members.Values.Where(member => !IsStillThere(member)).ToList())
            _members.Remove(gone.Id);
        return [.. _members.Values];
    }

    private static bool IsStillThere(Member member) =>
        ReadStatus(member.Id) is { State: not ('Z' or 'X') } now && now.StartTime == member.StartTime;

    private bool HasMarker(int id)
    {
        var environment = ReadFile($"/proc/{id}/environ");
        for (var rest = environment.AsSpan(); rest.IndexOf(_marker) is var at and >= 0; rest = rest[(at + 1)..])
        {
            if (at + _marker.Length == rest.Length || rest[at + _marker.Length] == 0)
                return true;
        }

        return false;
    }

    /// <summary>Reads <c>/proc/PID/stat</c> (proc(5)); null when there is no such process any more.</summary>
    private static Member? ReadStatus(int id)
    {
        var text = Encoding.UTF8.GetString(ReadFile($"/proc/{id}/stat"));
        // The name, in parentheses, may hold anything, parentheses too; the fields after it are numbers.
        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20)
            return null;
        return new Member(id, Number(fields[1]), Number(fields[2]), Number(fields[3]), fields[0][0],
            ulong.Parse(fields[19], CultureInfo.InvariantCulture));

        static int Number(string field) => int.Parse(field, CultureInfo.InvariantCulture);
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended, or belongs to another user and is none of ours.
            return [];
        }
    }
}
