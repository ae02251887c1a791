using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using SharpFuzz;

namespace Rekkord.Fuzzing.Coverage;

/// <summary>
/// Holds a second copy of the fuzzer, with copies of the engine and of the parsers that it uses that SharpFuzz has instrumented. They
/// exist in memory only: what was built stays as it is, and several processes may run from it.
/// </summary>
internal sealed class InstrumentedContext : AssemblyLoadContext
{
    private static readonly string Self = typeof(InstrumentedContext).Assembly.GetName().Name!;

    private const BindingFlags StaticMethod = BindingFlags.Public | BindingFlags.Static | BindingFlags.InvokeMethod | BindingFlags.DoNotWrapExceptions;

    private readonly Dictionary<string, byte[]> _instrumented;

    public InstrumentedContext()
        : base("instrumented") =>
        _instrumented = new[] { "Rekkord.Engine", "System.Formats.Cbor", "Tomlyn" }.ToDictionary(name => name, Instrument, StringComparer.Ordinal);

    /// <summary>Calls a static method of a type of this assembly, in its second copy.</summary>
    /// <returns>What the method returns.</returns>
    public object? Call(Type type, string method, params object?[] arguments)
    {
        var copy = LoadFromAssemblyName(typeof(InstrumentedContext).Assembly.GetName()).GetType(type.FullName!, throwOnError: true)!;
        return copy.InvokeMember(method, StaticMethod, null, null, arguments, CultureInfo.InvariantCulture);
    }

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (assemblyName.Name == Self)
            return LoadFromAssemblyPath(PathOf(Self));
        return _instrumented.TryGetValue(assemblyName.Name!, out var bytes) ? LoadFromStream(new MemoryStream(bytes)) : null;
    }

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, name + ".dll");

    private static byte[] Instrument(string name)
    {
        var directory = Directory.CreateTempSubdirectory("rekkord-instrumented-");
        try
        {
            var copy = Path.Combine(directory.FullName, name + ".dll");
            File.Copy(PathOf(name), copy);
            Fuzzer.Instrument(copy, _ => true, Options.Value);
            return File.ReadAllBytes(copy);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
