using System.Globalization;
using System.Xml.Linq;

namespace Rekkord.Engine.Scheduling;

/// <summary>A task as an XML file for Windows's task scheduler. Its last run result is the exit code of <c>pwsh</c>.</summary>
public static class WindowsTask
{
    private static readonly XNamespace Schema = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    /// <summary>The file.</summary>
    public static TaskFile Create(TaskDefinition task)
    {
        ArgumentNullException.ThrowIfNull(task);
        var schedule = task.Days.Count == 0
            ? Element("ScheduleByDay", Element("DaysInterval", 1))
            : Element("ScheduleByWeek", Element("WeeksInterval", 1), Element("DaysOfWeek", [.. task.Days.Select(day => Element($"{day}"))]));
        var start = new DateTime(2026, 1, 1).Add(task.At.ToTimeSpan()).ToString("s", CultureInfo.InvariantCulture);
        var arguments = task.CommandLine.Skip(1).Select(word => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word);
        var document = new XDocument(
            new XDeclaration("1.0", "UTF-16", null),
            new XElement(
                Schema + "Task",
                new XAttribute("version", "1.2"),
                Element("RegistrationInfo", Element("Description", $"Rekkord task {task.Name}. Made by Register-RekkordTask.")),
                Element("Triggers", Element("CalendarTrigger", Element("StartBoundary", start), Element("Enabled", true), schedule)),
                Element("Principals", new XElement(Schema + "Principal", new XAttribute("id", "Author"), Element("UserId", "S-1-5-18"), Element("RunLevel", "HighestAvailable"))),
                Element(
                    "Settings",
                    Element("MultipleInstancesPolicy", "IgnoreNew"),
                    Element("DisallowStartIfOnBatteries", false),
                    Element("StopIfGoingOnBatteries", false),
                    Element("StartWhenAvailable", true),
                    Element("ExecutionTimeLimit", "PT0S")),
                new XElement(
                    Schema + "Actions",
                    new XAttribute("Context", "Author"),
                    Element("Exec", Element("Command", task.CommandLine[0]), Element("Arguments", string.Join(' ', arguments))))));
        return new TaskFile($"{task.FileName}.xml", $"{document.Declaration}\n{document}\n");
    }

    private static XElement Element(string name, params object[] content) => new(Schema + name, content);
}
