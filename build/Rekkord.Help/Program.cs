using Rekkord.Help;

// Errors go out in the form that MSBuild knows, so that the build fails with the file and the line of the page.
if (args is not [var assembly, var pages, var output])
{
    Console.Error.WriteLine("Rekkord.Help: error: Give the assembly of the cmdlets, the directory of the pages, and the directory to write to.");
    return 2;
}

var errors = new PageErrors();
HelpCompiler.Run(CommandFacts.ReadAll(Path.GetFullPath(assembly)), pages, output, errors);
foreach (var error in errors.All)
    Console.Error.WriteLine(error);
return errors.All.Count == 0 ? 0 : 1;
