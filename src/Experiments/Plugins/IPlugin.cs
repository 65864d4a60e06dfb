namespace FedPG.Experiments.Plugins;

/// <summary>
/// What makes an assembly a plug-in: a public class with a public constructor without parameters that implements this. The program makes
/// one of each such class, by the order of their full names, and calls <see cref="Register"/> once, before any experiment is read.
/// </summary>
/// <example>
/// <code>
/// public sealed class MyPlugin : IPlugin
/// {
///     public void Register(PluginContents contents) => contents.Add(MyGrid.Definition);
/// }
/// </code>
/// </example>
public interface IPlugin
{
    /// <summary>
    /// Hands over everything the plug-in brings. It only lists: nothing of it runs before an experiment or a command names it.
    /// </summary>
    /// <param name="contents">Takes the definitions.</param>
    void Register(PluginContents contents);
}
