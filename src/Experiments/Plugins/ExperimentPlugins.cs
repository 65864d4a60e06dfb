using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Experiments.Plugins;

/// <summary>
/// The key <c>plugins</c> of an experiment: the plug-ins to load before the rest is read. A user writes paths, relative to the file; a
/// run's own experiment.json holds path, assembly, version and hash, and the hashes of what it loads beside it, so that going on with
/// another build is noticed.
/// </summary>
internal static class ExperimentPlugins
{
    /// <summary>The key.</summary>
    public const string Key = "plugins";

    private const string LoadsKey = "loads";

    /// <summary>
    /// Loads what the key names, and throws when anything is wrong with it: without its plug-ins the rest of a file says little.
    /// </summary>
    /// <param name="reader">The root of the experiment.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <param name="host">What loads them.</param>
    /// <exception cref="InvalidInputException">The key is malformed, or a plug-in is gone, has changed or cannot be loaded.</exception>
    public static void Load(OptionReader reader, string folder, PluginHost host)
    {
        JsonElement items = reader.Raw(Key);
        if (items.ValueKind == JsonValueKind.Undefined) return;
        if (items.ValueKind != JsonValueKind.Array)
        {
            reader.Reject(Key, "must be a list of paths of plug-ins");
            return;
        }
        int before = reader.Errors.Items.Count, index = 0;
        foreach (JsonElement item in items.EnumerateArray())
        {
            string at = $"{Key}[{index++}]";
            Named? named = Read(item, at, reader.Errors);
            if (named is null) continue;
            try
            {
                Load(named, Path.GetFullPath(named.Path, folder), $" ({reader.Errors.Source} names it in {at})", host);
            }
            catch (InvalidInputException e)
            {
                reader.Errors.AddRange(e.Errors);
            }
        }
        if (reader.Errors.Items.Count > before) reader.Errors.ThrowIfAny();
    }

    /// <summary>What experiment.json says of the plug-ins that were loaded; null for none.</summary>
    public static JsonArray? Resolved(PluginHost host) =>
        host.Loaded.Count == 0 ? null : new JsonArray([.. host.Loaded.Select(Resolved)]);

    private static JsonObject Resolved(LoadedPlugin plugin)
    {
        var item = new JsonObject
        {
            ["path"] = plugin.Path,
            ["assembly"] = plugin.Assembly,
            ["version"] = plugin.Version,
            ["sha256"] = plugin.Sha256,
        };
        if (plugin.Loads.Count > 0)
            item[LoadsKey] = new JsonObject(plugin.Loads.Select(load => KeyValuePair.Create<string, JsonNode?>(load.Name, load.Sha256)));
        return item;
    }

    private static Named? Read(JsonElement item, string at, ValidationErrors errors)
    {
        if (item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } path
            && !path.Contains('\0', StringComparison.Ordinal))
            return new Named(path, "", "", "", null);
        if (item.ValueKind != JsonValueKind.Object)
        {
            errors.Add(at, item.GetRawText(), "must be the path of a plug-in's .dll");
            return null;
        }
        int before = errors.Items.Count;
        var reader = new OptionReader(item, at, errors);
        var named = new Named(
            reader.Text("path", "", "the file"), reader.Text("assembly", "", "its name"), reader.Text("version", "", "its version"),
            reader.Text("sha256", "", "its hash"), ReadLoads(reader));
        if (named.Path.Length == 0 || named.Path.Contains('\0', StringComparison.Ordinal))
            reader.Reject("path", "must be the path of a plug-in's .dll");
        reader.Finish();
        return errors.Items.Count == before ? named : null;
    }

    private static Dictionary<string, string>? ReadLoads(OptionReader reader)
    {
        JsonElement loads = reader.Raw(LoadsKey);
        if (loads.ValueKind == JsonValueKind.Undefined) return null;
        if (loads.ValueKind == JsonValueKind.Object && loads.EnumerateObject().All(load => load.Value.ValueKind == JsonValueKind.String))
        {
            var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (JsonProperty load in loads.EnumerateObject()) hashes[load.Name] = load.Value.GetString()!;
            return hashes;
        }
        reader.Reject(LoadsKey, "must be the hashes of what the plug-in loads, by name");
        return null;
    }

    /// <summary>What of the assemblies that a plug-in loads is another than was recorded; null where nothing is.</summary>
    private static string? ChangeOf(Named named, IReadOnlyList<PluginAssembly> loads)
    {
        // Runs of older versions have no record.
        if (named.Loads is not { } recorded) return null;
        foreach (PluginAssembly load in loads)
        {
            if (!recorded.TryGetValue(load.Name, out string? hash)) return $"{load.Path}, which it loads, was not there";
            if (hash != load.Sha256) return $"{load.Path}, which it loads, has another content";
        }
        string? gone = recorded.Keys.FirstOrDefault(name => loads.All(load => load.Name != name));
        return gone is null ? null : $"{gone}, which it loaded, is gone";
    }

    private static void Load(Named named, string path, string namedBy, PluginHost host)
    {
        // One that the command line names stands for the recorded one: the file may have moved, or the user wants the new build.
        if (named.Assembly.Length > 0 && host.Find(named.Assembly) is { } given)
        {
            if (named.Sha256.Length > 0 && named.Sha256 != given.Sha256)
                host.Notice?.Invoke(
                    $"{given.Path}: the plug-in is another build ({given.Version}) than the one recorded ({named.Version}); from here on "
                        + "its results are those of this one");
            else if (ChangeOf(named, given.Loads) is { } other)
                host.Notice?.Invoke(
                    $"{given.Path}: the plug-in is not as it was recorded: {other}; from here on its results are those of this one");
            return;
        }
        (PluginFile? file, string? fault) = PluginFile.Read(path);
        if (file is null)
            throw new InvalidInputException(new ValidationError(path, "", null,
                $"{fault}{namedBy}; if it was moved, name it by --plugin FILE.dll"));
        if (named.Sha256.Length > 0 && named.Sha256 != file.Sha256)
        {
            throw new InvalidInputException(new ValidationError(path, "", null,
                $"the plug-in has changed: version {named.Version} with SHA-256 {named.Sha256[..Math.Min(12, named.Sha256.Length)]}... "
                + $"was recorded, and this is version {file.Version.ToString(3)} with {file.Sha256[..12]}...{namedBy}; "
                + "put the recorded file back, or name this one by --plugin to use it all the same"));
        }
        if (named.Sha256.Length > 0 && ChangeOf(named, PluginAssemblies.Of(file)) is { } change)
        {
            throw new InvalidInputException(new ValidationError(path, "", null,
                $"the plug-in has changed: {change}{namedBy}; put the recorded file back, or name the plug-in by --plugin to use it "
                    + "all the same"));
        }
        host.Load(path, namedBy);
    }

    /// <summary>One item; what a user leaves out is empty.</summary>
    private sealed record Named(string Path, string Assembly, string Version, string Sha256, Dictionary<string, string>? Loads);
}
