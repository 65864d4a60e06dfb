// Writes PublicAPI.Unshipped.txt of every library anew:  dotnet run eng/PublicApi.cs
// The analyser of public members compares these files with the code; here its findings become the files. Run it after a change of
// public members, and after a merge; then read the difference, which is what the change promises.
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

const string Header = "#nullable enable", Name = "PublicAPI.Unshipped.txt", Log = "obj/public-api.sarif";

string root = Path.GetFullPath(Path.Combine(Here(), ".."));
string[] libraries = [.. Directory.GetDirectories(Path.Combine(root, "src")).Where(f => File.Exists(Path.Combine(f, Name))).Order()];
Dictionary<string, string> before = libraries.ToDictionary(f => f, f => File.ReadAllText(Path.Combine(f, Name)));
foreach (string library in libraries)
{
    File.WriteAllText(Path.Combine(library, Name), Header + "\n");
    if (File.Exists(Path.Combine(library, Log))) File.Delete(Path.Combine(library, Log));
}
bool built = true;
// The program first: almost all libraries are built with it, once.
foreach (string project in (string[])[Path.Combine(root, "src", "Cli"), .. libraries])
{
    if (libraries.Contains(project) && File.Exists(Path.Combine(project, Log))) continue;
    string[] update = ["-p:PublicApiUpdate=true", "-p:TreatWarningsAsErrors=false"];
    string[] build = ["build", project, "-c", "Release", "-v", "q", "-nologo", "-clp:ErrorsOnly", .. update];
    using Process process = Process.Start(new ProcessStartInfo("dotnet", build) { WorkingDirectory = root })!;
    process.WaitForExit();
    built &= process.ExitCode == 0;
}
foreach (string library in libraries)
{
    string file = Path.Combine(library, Name), log = Path.Combine(library, Log);
    if (!built || !File.Exists(log))
    {
        File.WriteAllText(file, before[library]);
        continue;
    }
    string[] members = [.. Members(JsonNode.Parse(File.ReadAllText(log))!)];
    File.WriteAllText(file, string.Concat(members.Prepend(Header).Select(line => line + "\n")));
    Console.WriteLine($"{members.Length,6} {Path.GetRelativePath(root, file)}");
}
if (!built) Console.Error.WriteLine("the build failed; the files are as they were");
return built ? 0 : 1;

// Of a file's findings, the public members that no file has: RS0016.
static IEnumerable<string> Members(JsonNode log) => log["runs"]!.AsArray()
    .SelectMany(run => run!["results"]!.AsArray())
    .Where(finding => (string?)finding!["ruleId"] == "RS0016")
    .Select(finding => (string)finding!["properties"]!["customProperties"]!["APIName"]!)
    .Distinct().Order(StringComparer.Ordinal);

static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
