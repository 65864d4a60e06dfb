using FedPG.Core.Options;

namespace FedPG.Envs.Tabular.Files;

/// <summary>Gathers faults of a file that may have millions: keeps the first ones and counts the others.</summary>
internal sealed class ErrorCollector(string source)
{
    /// <summary>The most faults that are listed.</summary>
    public const int Shown = 20;

    private int _unlisted;

    /// <summary>The list for code that notes few faults.</summary>
    public ValidationErrors Direct { get; } = new(source);

    /// <summary>How many faults there are.</summary>
    public int Count => Direct.Items.Count + _unlisted;

    /// <summary>Notes a fault.</summary>
    public void Add(string keyPath, string? value, string allowed)
    {
        if (Direct.Items.Count < Shown) Direct.Add(keyPath, value, allowed);
        else _unlisted++;
    }

    /// <summary>Throws when anything was noted; at most <see cref="Shown"/> faults are listed, and one line counts the others.</summary>
    /// <exception cref="InvalidInputException">At least one fault was noted.</exception>
    public void ThrowIfAny()
    {
        if (Count == 0) return;
        ValidationError[] listed = [.. Direct.Items.Take(Shown)];
        throw new InvalidInputException(Count == listed.Length
            ? listed
            : [.. listed, new ValidationError(source, "", null, $"and {Count - listed.Length} more")]);
    }
}
