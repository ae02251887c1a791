using System.Text.RegularExpressions;
using Rekkord.Engine.Snapshots;

namespace Rekkord.Engine.Tests;

/// <summary>What must come out of the golden repository, as text: owners are left out, since only root can put them back.</summary>
internal static partial class GoldenListing
{
    public static string[] Of(string tree) => [.. TreeListing.Of(tree).Select(line => $"{line.Key}\t{Owner().Replace(line.Value, "$1", 1)}")];

    public static void Write(string path, string tree) => File.WriteAllLines(path, Of(tree));

    public static string Describe(Snapshot snapshot) =>
        $"{snapshot.Id} {(snapshot.KeyId.Length == 0 ? "master" : "keyfile")} {snapshot.Summary.Files} {snapshot.Summary.Directories} {snapshot.Summary.Size} {snapshot.Summary.Channel}";

    [GeneratedRegex(@"^(\w+ \d+) \d+:\d+")]
    private static partial Regex Owner();
}
