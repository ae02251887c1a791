namespace Rekkord.Engine.Hooks;
internal sealed class ExternalHook(IHookObserver observer, string workingDirectory, TimeSpan? timeout)
{
    public HookResult Run(Hook hook, HookContext context, CancellationToken stop)
    {
        _ = (observer, workingDirectory, timeout, context, stop);
        return new HookResult { Hook = hook, Status = HookStatus.Failed, StartTime = DateTimeOffset.Now, Reason = "not yet" };
    }
}
