using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FedPG.Experiments;

namespace FedPG.Cluster.Wire;

/// <summary>A resolved experiment as both sides write it, so that they can compare it byte by byte.</summary>
internal static class ResolvedExperiment
{
    /// <summary>The key of an experiment that names plug-ins.</summary>
    public const string PluginsKey = "plugins";

    /// <summary>The key of an experiment that names a file which is sent along.</summary>
    public const string MdpKeyPath = "environment.mdp";

    /// <summary>The JSON in UTF-8: without plug-ins, which are compared on their own, and with names in the place of paths.</summary>
    public static byte[] BytesOf(Experiment experiment, IReadOnlyList<OfferedFile> files)
    {
        var document = (JsonObject)experiment.Resolved.DeepClone();
        document.Remove(PluginsKey);
        foreach (OfferedFile file in files)
        {
            string[] keys = file.KeyPath.Split('.');
            JsonNode parent = keys[..^1].Aggregate((JsonNode)document, (node, key) => node[key]!);
            parent[keys[^1]] = file.Name;
        }
        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    /// <summary>SHA-256 in lower-case hexadecimal digits.</summary>
    public static string HashOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
