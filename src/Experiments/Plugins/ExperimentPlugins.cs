using System.Text.Json;
using System.Text.Json.Nodes;
using FedPG.Core.Options;

namespace FedPG.Experiments.Plugins;

/// <summary>
/// The key <c>plugins</c> of an experiment: the plug-ins to load before the rest is read. A user writes paths, relative to the file; a
/// run's own experiment.json holds path, assembly, version and hash, so that going on with another build is noticed.
/// </summary>
internal static class ExperimentPlugins
{
    /// <summary>The key.</summary>
    public const string Key = "plugins";

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
        host.Loaded.Count == 0 ? null : new JsonArray([.. host.Loaded.Select(p => new JsonObject
    {
        ["path"] = p.Path,
        ["assembly"] = p.Assembly,
        ["version"] = p.Version,
        ["sha256"] = p.Sha256,
    })]);

    private static Named? Read(JsonElement item, string at, ValidationErrors errors)
    {
        if (item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } path
            && !path.Contains('\0', StringComparison.Ordinal))
            return new Named(path, "", "", "");
        if (item.ValueKind != JsonValueKind.Object)
        {
            errors.Add(at, item.GetRawText(), "must be the path of a plug-in's .dll");
            return null;
        }
        int before = errors.Items.Count;
        var reader = new OptionReader(item, at, errors);
        var named = new Named(
            reader.Text("path", "", "the file"), reader.Text("assembly", "", "its name"), reader.Text("version", "", "its version"),
            reader.Text("sha256", "", "its hash"));
        if (named.Path.Length == 0 || named.Path.Contains('\0', StringComparison.Ordinal))
            reader.Reject("path", "must be the path of a plug-in's .dll");
        reader.Finish();
        return errors.Items.Count == before ? named : null;
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
        host.Load(path, namedBy);
    }

    /// <summary>One item; what a user leaves out is empty.</summary>
    private sealed record Named(string Path, string Assembly, string Version, string Sha256);
}
