using System.Globalization;
using Rekkord.Engine.Platform;

namespace Rekkord.Engine.Hooks.External;

/// <summary>
/// The descriptors beyond input, output and error output that this process got from the one that started it, such as the lock of
/// <c>flock lock pwsh …</c>. .NET opens its own so that no other program inherits them; those without that mark came from outside.
/// </summary>
internal static class InheritedDescriptors
{
    /// <summary>The first after error output.</summary>
    public const int First = 3;

    private static readonly Lock Counting = new();
    private static readonly List<int> Hidden = [];
    private static int _users;

    /// <summary>Those that a program which is started now would inherit.</summary>
    public static IReadOnlyList<int> Find() =>
        [.. Directory.EnumerateFileSystemEntries(OperatingSystem.IsMacOS() ? "/dev/fd" : "/proc/self/fd")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)
            .Where(number => number >= First && Descriptors.IsInherited(number))];

    /// <summary>
    /// Keeps them from programs that this process starts until the result is disposed. For hooks that run in this process, whose
    /// programs .NET starts.
    /// </summary>
    public static IDisposable Hide()
    {
        if (OperatingSystem.IsWindows())
            return new Hiding(isNeeded: false);
        lock (Counting)
        {
            if (_users++ == 0)
            {
                Hidden.AddRange(Find());
                Hidden.ForEach(descriptor => Descriptors.SetInherited(descriptor, false));
            }
        }

        return new Hiding(isNeeded: true);
    }

    private sealed class Hiding(bool isNeeded) : IDisposable
    {
        private bool _isNeeded = isNeeded;

        public void Dispose()
        {
            if (!_isNeeded)
                return;
            _isNeeded = false;
            lock (Counting)
            {
                if (--_users > 0)
                    return;
                Hidden.ForEach(descriptor => Descriptors.SetInherited(descriptor, true));
                Hidden.Clear();
            }
        }
    }
}
