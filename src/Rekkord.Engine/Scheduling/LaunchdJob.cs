using System.Xml.Linq;

namespace Rekkord.Engine.Scheduling;

/// <summary>A task as a property list for launchd of macOS: a daemon of the machine, or an agent of a user, which runs while that user is logged in.</summary>
public static class LaunchdJob
{
    private const int SecondsForPostHooks = 600;

    /// <summary>The file. A time that passes while the machine sleeps is made up for when it wakes; one that passes while it is off is not.</summary>
    /// <param name="task">The task.</param>
    /// <param name="log">The file that takes what the script writes: launchd keeps nothing of it.</param>
    public static TaskFile Create(TaskDefinition task, string log)
    {
        ArgumentNullException.ThrowIfNull(task);
        var document = new XDocument(
            new XDocumentType("plist", "-//Apple//DTD PLIST 1.0//EN", "http://www.apple.com/DTDs/PropertyList-1.0.dtd", null),
            new XComment(" Made by Register-RekkordTask. "),
            new XElement("plist", new XAttribute("version", "1.0"), Dictionary(
                ("Label", Text(task.FileName)),
                ("ProgramArguments", new XElement("array", task.CommandLine.Select(Text))),
                ("EnvironmentVariables", Dictionary(("HOME", Text(task.Home)), ("NO_COLOR", Text("1")))),
                ("StartCalendarInterval", task.Days.Count == 0 ? At(task, null) : new XElement("array", task.Days.Select(day => At(task, day)))),
                ("ExitTimeOut", Number(SecondsForPostHooks)),
                ("StandardOutPath", Text(log)),
                ("StandardErrorPath", Text(log)))));
        return new TaskFile($"{task.FileName}.plist", $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document}\n");
    }

    private static XElement At(TaskDefinition task, DayOfWeek? day)
    {
        var time = Dictionary(("Hour", Number(task.At.Hour)), ("Minute", Number(task.At.Minute)));
        if (day is { } weekday)
            time.Add(new XElement("key", "Weekday"), Number((int)weekday));
        return time;
    }

    private static XElement Dictionary(params (string Key, XElement Value)[] entries) =>
        new("dict", entries.SelectMany(entry => (XElement[])[new("key", entry.Key), entry.Value]));

    private static XElement Text(string text) => new("string", text);

    private static XElement Number(int number) => new("integer", number);
}
