using FedPG.Core.Options;

namespace FedPG.Core;

/// <summary>What has a place in a catalogue.</summary>
public interface ICatalogEntry
{
    /// <summary>The name that files and commands know it by. Letter case counts.</summary>
    string Name { get; }

    /// <summary>One line for lists.</summary>
    string Summary { get; }

    /// <summary>
    /// Whether another entry can stand beside this one under the same name, as two that serve different kinds of problems can.
    /// </summary>
    /// <param name="other">An entry of the same name.</param>
    bool CanShareNameWith(ICatalogEntry other) => false;

    /// <summary>Checks the entry before it is registered; nothing by default.</summary>
    /// <exception cref="ArgumentException">The entry cannot be registered; the message says why.</exception>
    void RequireValid()
    {
    }
}

/// <summary>Entries by name, in the order of their registration. Safe to use from several threads.</summary>
/// <typeparam name="T">The entries.</typeparam>
/// <param name="what">What an entry is, for messages: "algorithm".</param>
public sealed class Catalog<T>(string what)
    where T : class, ICatalogEntry
{
    private readonly Lock _lock = new();
    private volatile T[] _entries = [];

    /// <summary>All entries.</summary>
    public IReadOnlyList<T> Entries => _entries;

    /// <summary>The names, each once.</summary>
    public IReadOnlyList<string> Names => [.. _entries.Select(entry => entry.Name).Distinct(StringComparer.Ordinal)];

    /// <summary>Adds an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <exception cref="ArgumentException">The name is empty or taken, or the entry is not valid.</exception>
    public void Register(T entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentException.ThrowIfNullOrWhiteSpace(entry.Name);
        entry.RequireValid();
        lock (_lock)
        {
            if (_entries.Any(other => other.Name == entry.Name && !entry.CanShareNameWith(other)))
                throw new ArgumentException($"the {what} {entry.Name} is registered already", nameof(entry));
            _entries = [.. _entries, entry];
        }
    }

    /// <summary>The first entry of a name; null where there is none.</summary>
    /// <param name="name">The name.</param>
    public T? Find(string name) => Array.Find(_entries, entry => entry.Name == name);

    /// <summary>The entries of a name.</summary>
    /// <param name="name">The name.</param>
    public IEnumerable<T> All(string name) => _entries.Where(entry => entry.Name == name);

    /// <summary>The first entry of a known name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message names the nearest.</exception>
    public T this[string name] => Find(name) ?? throw new KeyNotFoundException($"\"{name}\" {Unknown(name)}");

    /// <summary>What to tell somebody who asked for a name that is not known.</summary>
    /// <param name="name">The name.</param>
    public string Unknown(string name) => NearestName.Of(name, Names) is { } nearest
        ? $"is no known {what}; the nearest is \"{nearest}\", and there are {string.Join(", ", Names)}"
        : $"is no known {what}; none is registered";
}
