using Xunit;
using Xunit.Abstractions;

namespace Rekkord.WindowsSmoke;

/// <summary>Counts what xUnit tells of the tests, and prints the failures.</summary>
internal sealed class Messages : LongLivedMarshalByRefObject, IMessageSink
{
    private readonly Lock _lock = new();

    public List<ITestCase> Cases { get; } = [];

    public ManualResetEvent Discovered { get; } = new(false);

    public ManualResetEvent Finished { get; } = new(false);

    public int Passed { get; private set; }

    public int Failed { get; private set; }

    public int Skipped { get; private set; }

    public bool OnMessage(IMessageSinkMessage message)
    {
        lock (_lock)
            Take(message);
        return true;
    }

    private void Take(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseDiscoveryMessage discovery:
                Cases.Add(discovery.TestCase);
                break;
            case IDiscoveryCompleteMessage:
                Discovered.Set();
                break;
            case ITestPassed:
                Passed++;
                break;
            case ITestSkipped:
                Skipped++;
                break;
            case ITestFailed failed:
                Failed++;
                Console.WriteLine($"{failed.Test.DisplayName}\n  {failed.ExceptionTypes[0]}: {failed.Messages[0]}\n{failed.StackTraces[0]}");
                break;
            case ITestAssemblyFinished:
                Finished.Set();
                break;
        }
    }
}

/// <summary>Has xUnit run one test after the other.</summary>
internal sealed class OneAtATime : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
{
    public TValue GetValue<TValue>(string name) =>
        name == "xunit.execution.DisableParallelization" && true is TValue yes ? yes : default!;

    public void SetValue<TValue>(string name, TValue value)
    {
        // It has no others.
    }
}
