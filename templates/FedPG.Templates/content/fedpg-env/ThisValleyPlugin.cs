using FedPG.Experiments.Plugins;

namespace MyValley;

/// <summary>What makes this assembly a plug-in: it lists what it brings. Policies, estimators and algorithms go the same way.</summary>
public sealed class ThisValleyPlugin : IPlugin
{
    public void Register(PluginContents contents) => contents.Add(ThisValleyEnvironment.Definition);
}
