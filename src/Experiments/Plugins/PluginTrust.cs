using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FedPG.Core.Options;

namespace FedPG.Experiments.Plugins;

/// <summary>
/// A run folder may come from somebody else, and a plug-in is a program: a folder's own experiment loads one only where this user has used
/// it before, by <c>--plugin</c> or in an experiment of its own. What was used is known by its content, wherever it lies now, and by its
/// path: what has changed there since is another question. Both are files under <c>~/.local/share/fedpg/plugins</c> (the local application
/// data of Windows and macOS), named by a checksum. Safe to use from several processes.
/// </summary>
internal static class PluginTrust
{
    private const string Program = "fedpg", Kept = "plugins";

    /// <summary>Notes that this user has used a plug-in. Where nothing can be written it has to be named anew.</summary>
    /// <param name="plugin">The plug-in.</param>
    public static void Note(LoadedPlugin plugin)
    {
        if (Folder() is not { } folder) return;
        try
        {
            Directory.CreateDirectory(folder);
            foreach (string name in (string[])[plugin.Digest, NameOf(plugin.Path)])
            {
                string file = Path.Combine(folder, name);
                if (!File.Exists(file)) File.WriteAllText(file, plugin.Path + "\n");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A home that takes no files.
        }
    }

    /// <summary>Refuses the plug-ins of a folder that this user has neither named nor used.</summary>
    /// <param name="experiment">The experiment in the folder.</param>
    /// <param name="source">The file that holds it.</param>
    /// <param name="folder">What relative paths in it are relative to.</param>
    /// <exception cref="InvalidInputException">There are some; each is named.</exception>
    public static void Require(JsonElement experiment, string source, string folder)
    {
        if (experiment.ValueKind != JsonValueKind.Object || !experiment.TryGetProperty(ExperimentPlugins.Key, out JsonElement items)
            || items.ValueKind != JsonValueKind.Array) return;
        var errors = new List<ValidationError>();
        string from = Path.GetFullPath(folder);
        foreach (JsonElement item in items.EnumerateArray())
        {
            // What is malformed or cannot be read is refused where it is read.
            JsonElement named = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("path", out JsonElement path) ? path : item;
            if (named.ValueKind != JsonValueKind.String || named.GetString() is not { Length: > 0 } text
                || PluginFile.Read(Path.GetFullPath(text.Replace("\0", "", StringComparison.Ordinal), from)).File is not { } file
                || PluginHost.Default.Find(file.Assembly) is not null) continue;
            if (IsKnown(NameOf(file.Path)) || IsKnown(PluginAssemblies.DigestOf(file.Sha256, PluginAssemblies.Of(file)))) continue;
            errors.Add(new ValidationError(file.Path, "", null,
                $"the plug-in is named by {source}, and is not one that you have used: it would run with your rights; where "
                    + "you trust it, name it by --plugin FILE.dll"));
        }
        if (errors.Count > 0) throw new InvalidInputException(errors);
    }

    private static bool IsKnown(string name) => Folder() is { } folder && File.Exists(Path.Combine(folder, name));

    private static string NameOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)));

    private static string? Folder() =>
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)
            is { Length: > 0 } home ? Path.Combine(home, Program, Kept) : null;
}
