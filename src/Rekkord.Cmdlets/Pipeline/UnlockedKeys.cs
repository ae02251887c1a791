using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;
using Rekkord.Engine.Cryptography;

namespace Rekkord.Cmdlets.Pipeline;

/// <summary>
/// The passphrases that a session keeps for its keyfiles, each for a while. Other sessions of the process do not see them. They are wiped when
/// their time is over, at Lock-RekkordKey, when the module is removed, and when the session ends.
/// </summary>
internal sealed class UnlockedKeys
{
    private static readonly ConditionalWeakTable<Runspace, UnlockedKeys> Sessions = [];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    private UnlockedKeys()
    {
    }

    /// <summary>Those of the session that the calling thread works for.</summary>
    public static UnlockedKeys OfSession() => Sessions.GetValue(Runspace.DefaultRunspace, static session =>
    {
        var keys = new UnlockedKeys();
        session.StateChanged += (_, change) =>
        {
            if (change.RunspaceStateInfo.State is RunspaceState.Closed or RunspaceState.Broken)
                keys.Clear();
        };
        return keys;
    });

    /// <summary>Keeps a passphrase, which belongs to the session afterwards.</summary>
    /// <param name="keyFile">The full path of its keyfile.</param>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="lifetime">For how long.</param>
    /// <returns>Until when.</returns>
    public DateTimeOffset Add(string keyFile, Passphrase passphrase, TimeSpan lifetime)
    {
        lock (_gate)
        {
            Remove(keyFile);
            var entry = new Entry(passphrase, DateTimeOffset.UtcNow + lifetime);
            entry.Timer = new Timer(_ => Expire(keyFile, entry), null, lifetime, Timeout.InfiniteTimeSpan);
            _entries.Add(keyFile, entry);
            return entry.Until;
        }
    }

    /// <summary>A copy of the passphrase that is kept for a keyfile; null when none is.</summary>
    public Passphrase? Find(string keyFile)
    {
        lock (_gate)
            return Current(keyFile)?.Passphrase.Copy();
    }

    /// <summary>Until when the passphrase of a keyfile is kept; null when it is not.</summary>
    public DateTimeOffset? UntilOf(string keyFile)
    {
        lock (_gate)
            return Current(keyFile)?.Until;
    }

    /// <summary>Forgets one.</summary>
    public void Remove(string keyFile)
    {
        lock (_gate)
        {
            if (_entries.Remove(keyFile, out var entry))
                entry.Dispose();
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            foreach (var keyFile in _entries.Keys.ToArray())
                Remove(keyFile);
        }
    }

    // The clock is asked as well: the timer stands still while the machine sleeps.
    private Entry? Current(string keyFile)
    {
        if (_entries.TryGetValue(keyFile, out var entry) && entry.Until <= DateTimeOffset.UtcNow)
            Remove(keyFile);
        return _entries.GetValueOrDefault(keyFile);
    }

    private void Expire(string keyFile, Entry entry)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_entries.GetValueOrDefault(keyFile), entry))
                Remove(keyFile);
        }
    }

    private sealed class Entry(Passphrase passphrase, DateTimeOffset until) : IDisposable
    {
        public Passphrase Passphrase { get; } = passphrase;

        public DateTimeOffset Until { get; } = until;

        public Timer? Timer { get; set; }

        public void Dispose()
        {
            Timer?.Dispose();
            Passphrase.Dispose();
        }
    }
}

/// <summary>Runs when the module is removed from a session.</summary>
public sealed class ModuleCleanup : IModuleAssemblyCleanup
{
    /// <summary>Forgets the passphrases of the session.</summary>
    public void OnRemove(PSModuleInfo psModuleInfo) => UnlockedKeys.OfSession().Clear();
}
