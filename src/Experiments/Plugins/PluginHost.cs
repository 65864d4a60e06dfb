using System.Reflection;
using FedPG.Core.Options;

namespace FedPG.Experiments.Plugins;

/// <summary>
/// Loads plug-ins and enters what they bring into a catalogue. Everything that keeps a file from being a plug-in is one fault that names
/// the file. Load before experiments are read; not thread-safe.
/// </summary>
/// <param name="catalog">What plug-ins add to.</param>
internal sealed class PluginHost(ExperimentCatalog catalog)
{
    private readonly List<LoadedPlugin> _loaded = [];

    /// <summary>The host of this process, which adds to <see cref="ExperimentCatalog.Default"/>.</summary>
    public static PluginHost Default { get; } = new(ExperimentCatalog.Default);

    /// <summary>What was loaded, in order.</summary>
    public IReadOnlyList<LoadedPlugin> Loaded => _loaded;

    /// <summary>Called with what a user should know although nothing is wrong.</summary>
    public Action<string>? Notice { get; set; }

    /// <summary>Loads a plug-in. One that is loaded already, from the same bytes, is not loaded again.</summary>
    /// <param name="path">The file of its assembly.</param>
    /// <exception cref="InvalidInputException">It cannot be loaded, or what it brings cannot be
    /// registered; some of it may be by then.</exception>
    public LoadedPlugin Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Load(path, "");
    }

    /// <summary>The plug-in of that assembly name, where it is loaded.</summary>
    internal LoadedPlugin? Find(string assembly) => _loaded.Find(p => p.Assembly == assembly);

    /// <param name="path">The file of its assembly.</param>
    /// <param name="namedBy">What ends every message: where the file was named.</param>
    internal LoadedPlugin Load(string path, string namedBy)
    {
        InvalidInputException Unusable(string reason) =>
            new(new ValidationError(path.Length == 0 ? "--plugin" : path, "", null, reason + namedBy));
        (PluginFile? file, string? fault) = PluginFile.Read(path);
        if (file is null) throw Unusable(fault!);
        if (Find(file.Assembly) is { } known)
        {
            return known.Sha256 == file.Sha256
                ? known
                : throw Unusable($"another plug-in of the name {file.Assembly} is loaded already, from {known.Path}");
        }
        if (file.Mismatch(Environment.Version) is { } mismatch) throw Unusable(mismatch);
        var contents = new PluginContents();
        try
        {
            foreach (Type type in ClassesOf(file, Unusable)) ((IPlugin)Activator.CreateInstance(type)!).Register(contents);
        }
        catch (Exception e) when (e is not InvalidInputException)
        {
            // What was thrown by a constructor that was called by reflection is inside of what comes out.
            Exception cause = e is TargetInvocationException or TypeInitializationException && e.InnerException is { } inner ? inner : e;
            throw new InvalidInputException(new ValidationError(path, "", null, PluginFailure.Explain(cause) + namedBy));
        }
        if (contents.IsEmpty)
            throw Unusable("the plug-in registers no environment, policy, estimator or algorithm: its Register adds nothing");
        Enter(contents, Unusable);
        var plugin = new LoadedPlugin(file.Path, file.Assembly, file.Version.ToString(3), file.Sha256, contents)
        {
            Loads = PluginAssemblies.Of(file),
        };
        _loaded.Add(plugin);
        PluginTrust.Note(plugin);
        return plugin;
    }

    private static Type[] ClassesOf(PluginFile file, Func<string, InvalidInputException> unusable)
    {
        Assembly assembly = new PluginLoadContext(file.Path).LoadFromAssemblyPath(file.Path);
        Type[] all = TypesOf(assembly, unusable);
        Type[] candidates = [.. all.Where(t => typeof(IPlugin).IsAssignableFrom(t) && !t.IsAbstract)
            .OrderBy(t => t.FullName, StringComparer.Ordinal)];
        if (candidates.Length == 0)
            throw unusable($"the assembly is no plug-in: it has no public class that implements {typeof(IPlugin).FullName}");
        foreach (Type type in candidates)
        {
            if (!type.IsVisible) throw unusable($"{type.FullName} implements {nameof(IPlugin)}, but is not public");
            if (type.ContainsGenericParameters || type.GetConstructor(Type.EmptyTypes) is null)
                throw unusable($"{type.FullName} implements {nameof(IPlugin)}, but has no public constructor without parameters");
        }
        return candidates;
    }

    private static Type[] TypesOf(Assembly assembly, Func<string, InvalidInputException> unusable)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            throw unusable(
                $"the plug-in cannot be loaded: {PluginFailure.Brief(e.LoaderExceptions.FirstOrDefault(x => x is not null) ?? e)}");
        }
    }

    private void Enter(PluginContents contents, Func<string, InvalidInputException> unusable)
    {
        Enter(contents.Environments, catalog.Add, e => $"environment {e.Id}");
        Enter(contents.Policies, catalog.Add, p => $"policy {p.Kind}");
        Enter(contents.Estimators, catalog.Add, o => $"estimator {o.Name}");
        Enter(contents.Algorithms, catalog.Add, a => $"algorithm {a.Name}");

        void Enter<T>(IEnumerable<T> definitions, Action<T> register, Func<T, string> name)
        {
            foreach (T definition in definitions)
            {
                try
                {
                    register(definition);
                }
                catch (ArgumentException e)
                {
                    throw unusable($"the plug-in's {name(definition)} cannot be registered: {e.Message.Split(" (Parameter")[0]}");
                }
            }
        }
    }
}
