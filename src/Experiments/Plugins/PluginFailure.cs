using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using FedPG.Core.Options;

namespace FedPG.Experiments.Plugins;

/// <summary>Exceptions that come out of a plug-in's code, told apart from those of the program by the frames they passed through.</summary>
internal static class PluginFailure
{
    /// <summary>On one line which plug-in failed, how and where; null when no code of a plug-in took part.</summary>
    public static string? Describe(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Find(exception) is { } place ? $"{place.Plugin}: {Sentence(place.Where, place.What)}" : null;
    }

    /// <summary>
    /// Calls what reads or builds from the user's input, and turns an exception of a plug-in into a fault with that input.
    /// </summary>
    /// <param name="read">What may call code of a plug-in.</param>
    /// <exception cref="InvalidInputException">The plug-in threw.</exception>
    public static T AsInput<T>(Func<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            return read();
        }
        catch (Exception e) when (e is not InvalidInputException && Find(e) is { } place)
        {
            throw new InvalidInputException(new ValidationError(place.Plugin, "", null, Sentence(place.Where, place.What)));
        }
    }

    /// <summary>What kept a plug-in from being loaded, without its name.</summary>
    internal static string Explain(Exception exception) =>
        Find(exception) is { } place ? Sentence(place.Where, place.What) : $"the plug-in cannot be loaded: {Brief(exception)}";

    /// <summary>An exception's kind and message on one line.</summary>
    internal static string Brief(Exception exception) => exception is FileNotFoundException { FileName: { } file } && IsAssemblyName(file)
        ? $"it needs the assembly {Short(file)}, which is not beside it; build it with EnableDynamicLoading and keep its folder together"
        : $"{exception.GetType().Name}: {string.Join(' ', Message(exception).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}";

    /// <summary>An exception's message without the name of a method's parameter, which a user does not see.</summary>
    private static string Message(Exception exception) => exception is ArgumentException { ParamName: { Length: > 0 } parameter }
        ? exception.Message.Replace($" (Parameter '{parameter}')", "", StringComparison.Ordinal)
        : exception.Message;

    private static string Sentence(string where, string what) => $"the plug-in failed{where}: {what}";

    private static (string Plugin, string Where, string What)? Find(Exception exception)
    {
        // The innermost exception says what happened; outer ones say that something did.
        IEnumerable<Exception> inner = exception is AggregateException many
            ? many.InnerExceptions
            : exception.InnerException is { } one ? [one] : [];
        foreach (Exception e in inner)
        {
            if (Find(e) is { } found) return found;
        }
        foreach (StackFrame frame in new StackTrace(exception, fNeedFileInfo: true).GetFrames())
        {
            if (frame.GetMethod() is not { } method || method.Module.Assembly is not { } assembly) continue;
            if (AssemblyLoadContext.GetLoadContext(assembly) is not PluginLoadContext) continue;
            string line = frame.GetFileName() is { } file ? $" ({Path.GetFileName(file)}, line {frame.GetFileLineNumber()})" : "";
            return (assembly.Location, $" in {NameOf(method)}{line}", Brief(exception));
        }
        return null;
    }

    private static string NameOf(MethodBase method)
    {
        // A lambda's class and name are the compiler's; its method and class as written are inside of them.
        Type? type = method.DeclaringType;
        while (type is { DeclaringType: { } outer } && type.Name.StartsWith('<')) type = outer;
        string name = method.Name.StartsWith('<') ? method.Name[1..method.Name.IndexOf('>', StringComparison.Ordinal)] : method.Name;
        return name is ".ctor" or ".cctor" or "" ? $"the constructor of {type?.Name}" : $"{type?.Name}.{name}";
    }

    private static bool IsAssemblyName(string file) => file.Contains(", Version=", StringComparison.Ordinal);

    private static string Short(string file)
    {
        var name = new AssemblyName(file);
        return $"{name.Name} {name.Version?.ToString(3)}";
    }
}
