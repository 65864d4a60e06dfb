using FedPG.Experiments.Plugins;

namespace Orchard;

/// <summary>What makes this assembly a plug-in: it lists what it brings.</summary>
public sealed class OrchardPlugin : IPlugin
{
    public void Register(PluginContents contents)
    {
        contents.Add(Glider.Definition);
        contents.Add(AppleTree.Definition);
        contents.Add(GatedSoftmax.Definitions);
        contents.Add(ClippedAverage.Definition);
    }
}
