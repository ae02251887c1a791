namespace Rekkord.Engine.Platform;

/// <summary>
/// Tries again what Windows refuses because another program has the file open: virus scanners and indexers look into each new file, and
/// let go of it after an instant. What lasts longer is reported.
/// </summary>
internal static class SharingRetry
{
    private const string Tried = "Rekkord.Tried";

    // 0.6 s in all: a backup may come to many files that stay open.
    private static readonly int[] Pauses = [10, 20, 40, 80, 160, 320];

    /// <summary>Does something to a file.</summary>
    internal static T Run<T>(Func<T> action) => Run(action, IsHeld, Thread.Sleep);

    /// <summary>Renames or removes a file. While somebody has it open, Windows may also call that a missing right.</summary>
    internal static void Replace(Action action) => Run(
        () =>
        {
            action();
            return true;
        },
        static error => IsHeld(error) || (OperatingSystem.IsWindows() && Win32Error.NumberOf(error) == Win32Error.AccessDenied),
        Thread.Sleep);

    /// <summary>Whether somebody else has the file open in a way that excludes others. Only Windows says so.</summary>
    internal static bool IsHeld(Exception error) => OperatingSystem.IsWindows() && IsSharingViolation(Win32Error.NumberOf(error));

    internal static bool IsSharingViolation(int number) => number is Win32Error.SharingViolation or Win32Error.LockViolation;

    /// <summary>
    /// Tries again for as long as the error may pass. One that an attempt within another one has given up on is not tried again by the outer.
    /// </summary>
    /// <param name="action">What is tried.</param>
    /// <param name="mayPass">Whether it is worth trying again after an error.</param>
    /// <param name="pause">Waits for some milliseconds.</param>
    internal static T Run<T>(Func<T> action, Predicate<Exception> mayPass, Action<int> pause)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return action();
            }
            catch (Exception error) when (!error.Data.Contains(Tried) && mayPass(error))
            {
                if (i == Pauses.Length)
                {
                    error.Data[Tried] = true;
                    throw;
                }

                pause(Pauses[i]);
            }
        }
    }
}
