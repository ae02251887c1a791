using System.Management.Automation;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Rekkord.Module.Tests.Commands;

/// <summary>
/// The session may be asked by the pipeline's thread only. PowerShell does not check that, and what comes of it depends on what a script of the
/// session does at that moment. So the commands check it themselves, in every test that runs one.
/// </summary>
public sealed class PipelineThreadTests
{
    // What an engine's thread may use, and the two that are checked. All else of a PSCmdlet asks the session unchecked.
    private static readonly string[] Used =
        [".ctor", "GetVariableValue", "get_Host", "get_MyInvocation", "get_SessionState"];

    [Fact]
    public async Task No_command_asks_its_session_on_another_thread()
    {
        using var session = new ModuleSession();
        var commands = session.Invoke("(Get-Command -Module Rekkord).ImplementingType").Clean().Output.Select(type => (Type)type.BaseObject).ToList();
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            var (ask, askVariable) = Begin((PSCmdlet)Activator.CreateInstance(command)!);
            await Assert.ThrowsAsync<InvalidOperationException>(() => Task.Factory.StartNew(ask, TaskCreationOptions.LongRunning));
            await Assert.ThrowsAsync<InvalidOperationException>(() => Task.Factory.StartNew(askVariable, TaskCreationOptions.LongRunning));
        }
    }

    [Fact]
    public void Nothing_asks_the_session_in_a_way_that_is_not_checked()
    {
        using var session = new ModuleSession();
        var assembly = (string)session.Invoke("(Get-Command Invoke-RekkordSave).ImplementingType.Assembly.Location").Clean().Output.Single().BaseObject;
        using var file = new PEReader(File.OpenRead(assembly));
        var metadata = file.GetMetadataReader();
        var used = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference
                && metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name) == nameof(PSCmdlet))
            .Select(member => metadata.GetString(member.Name));
        Assert.Equal(Used, used.Distinct().Order(StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Lets a command begin on this thread.</summary>
    /// <returns>What asks its session, and what asks for a variable.</returns>
    private static (Action Ask, Action AskVariable) Begin(PSCmdlet command)
    {
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var shared = command.GetType();
        while (shared.BaseType != typeof(PSCmdlet))
            shared = shared.BaseType!;
        shared.GetMethod("Guard", Own)!.CreateDelegate<Action<Action>>(command)(() => { });
        var session = shared.GetProperty("SessionState", Own)!.GetMethod!.CreateDelegate<Func<SessionState>>(command);
        var variable = shared.GetMethod("GetVariableValue", Own)!.CreateDelegate<Func<string, object?>>(command);
        return (() => session(), () => variable("PWD"));
    }
}
