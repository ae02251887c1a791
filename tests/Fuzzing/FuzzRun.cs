using System.Diagnostics;
using Rekkord.Fuzzing.Coverage;

namespace Rekkord.Fuzzing;

/// <summary>
/// Feeds one target with changed inputs until a number of them, or a time, is over. The parser runs on a thread with a small stack;
/// an input that keeps it longer than <see cref="Patience"/>, takes more memory than the target allows, or raises what is not documented
/// is a finding and ends the run. A stack that overflows ends the process: the input stands in <see cref="CurrentInput"/> then.
/// </summary>
internal sealed class FuzzRun
{
    // Much less than a thread of PowerShell has.
    private const int StackSize = 1024 * 1024;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly FuzzTarget _target;
    private readonly int _seed;
    private readonly Mutator _mutator;
    private readonly ManualResetEventSlim _ended = new();
    private readonly HashSet<string> _answers = new(StringComparer.Ordinal);
    private byte[] _input = [];
    private long _iteration = -1;
    private Finding? _finding;

    public FuzzRun(FuzzTarget target, int seed)
    {
        _target = target;
        _seed = seed;
        _mutator = new Mutator(target, seed);
    }

    /// <summary>How much of the process's time one input may take: ten seconds, and on the clock, on a busy machine, twelve times as long.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A file that is given every input before it is parsed; null for none, which is faster.</summary>
    public CurrentInput? CurrentInput { get; init; }

    /// <summary>What the inputs reached, when the code is instrumented; null when it is not, and inputs are kept by what the parser answers.</summary>
    public CoverageMap? Coverage { get; init; }

    /// <summary>How many inputs were parsed.</summary>
    public long Iterations => Math.Max(0, Interlocked.Read(ref _iteration));

    /// <summary>How many of them were refused.</summary>
    public long Refused { get; private set; }

    /// <summary>The inputs that were kept to be changed further.</summary>
    public IReadOnlyList<byte[]> Kept => _mutator.Kept;

    /// <summary>Runs.</summary>
    /// <param name="known">Inputs of earlier runs, to begin with.</param>
    /// <param name="iterations">The most inputs.</param>
    /// <param name="time">The most time.</param>
    /// <returns>What was found; null when all went well.</returns>
    public Finding? Run(IReadOnlyList<byte[]> known, long iterations, TimeSpan time) => Guard(() =>
    {
        var watch = Stopwatch.StartNew();
        foreach (var seed in _target.Seeds.Concat(known))
            Parse(seed);
        for (var i = 0L; i < iterations && watch.Elapsed < time && _finding is null; i++)
            Parse(_mutator.Next());
    });

    /// <summary>Parses inputs, such as findings of earlier.</summary>
    public Finding? Replay(IReadOnlyList<byte[]> inputs) => Guard(() =>
    {
        foreach (var input in inputs)
            Parse(input);
    });

    private Finding? Guard(Action run)
    {
        var thread = new Thread(
            () =>
            {
                run();
                _ended.Set();
            },
            StackSize) { IsBackground = true, Name = $"Fuzzing {_target.Name}" };
        thread.Start();
        var (last, since, clock) = (-2L, TimeSpan.Zero, Stopwatch.StartNew());
        while (!_ended.Wait(Tick))
        {
            var current = Interlocked.Read(ref _iteration);
            if (current != last)
                (last, since, clock) = (current, Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
            else if (Environment.CpuUsage.TotalTime - since > Patience || clock.Elapsed > Patience * 12)
                return new Finding(_target.Name, _seed, current, _input, $"It took longer than {Patience.TotalSeconds} s.");
        }

        return _finding;
    }

    private void Parse(byte[] input)
    {
        _input = input;
        Interlocked.Increment(ref _iteration);
        CurrentInput?.Set(input);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Coverage?.Begin();
        var (error, isNewAnswer) = (Answer(input), true);
        if (error is not null)
        {
            Refused++;

            // Where a parser gave up says how far it got: one input of each such place is worth changing further.
            isNewAnswer = _answers.Add(error.GetBaseException().StackTrace ?? "");
            if (!_target.IsExpected(error))
                Find(input, error.ToString());
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > _target.AllocationBound)
            Find(input, $"It took {allocated:N0} bytes of memory, and {_target.AllocationBound:N0} are allowed.");
        if (Coverage?.Add(() => Answer(input)) ?? isNewAnswer)
            _mutator.Keep(input);
    }

    /// <summary>Lets the parser have an input.</summary>
    /// <returns>How it was refused; null when it was not.</returns>
    private Exception? Answer(byte[] input)
    {
        try
        {
            _target.Run(input);
            return null;
        }
#pragma warning disable CA1031 // Which exceptions may escape a parser is what is tested.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return error;
        }
    }

    private void Find(byte[] input, string what) => _finding ??= new Finding(_target.Name, _seed, _iteration, input, what);
}
