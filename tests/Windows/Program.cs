using System.Reflection;
using Rekkord.WindowsSmoke;
using Xunit.Abstractions;
using Xunit.Sdk;
using Rekkord.Tests;

// Runs the tests of Rekkord.Engine.Tests whose names contain one of the words given, and none of those given with a ! before.
var without = args.Where(word => word.StartsWith('!')).Select(word => word[1..]).ToArray();
var with = args.Where(word => !word.StartsWith('!')).ToArray();
var messages = new Messages();
var assembly = AssemblyName.GetAssemblyName(Path.Combine(AppContext.BaseDirectory, "Rekkord.Engine.Tests.dll"));
var framework = new SystemTestFramework(messages);

using var discoverer = framework.GetDiscoverer(Reflector.Wrap(Assembly.Load(assembly)));
discoverer.Find(includeSourceInformation: false, messages, new OneAtATime());
messages.Discovered.WaitOne();
var cases = messages.Cases.FindAll(test => with.Any(Names(test)) && !without.Any(Names(test)));

using var executor = framework.GetExecutor(assembly);
executor.RunTests(cases, messages, new OneAtATime());
messages.Finished.WaitOne();
Console.WriteLine($"{messages.Passed} passed, {messages.Failed} failed, {messages.Skipped} skipped.");
return messages.Failed == 0 && messages.Passed > 0 ? 0 : 1;

static Func<string, bool> Names(ITestCase test) => word => test.DisplayName.Contains(word, StringComparison.Ordinal);
