namespace FedPG.Core.Options;

/// <summary>One thing that is wrong with the user's input, said so that it can be mended without reading the code.</summary>
/// <param name="Source">The file, or the command-line option, that the value came from.</param>
/// <param name="KeyPath">The key, dotted from the root of the file; empty when the fault concerns the whole source.</param>
/// <param name="Value">What was found, as written; null when what is missing is the point.</param>
/// <param name="Allowed">What would have been accepted, or what is wrong.</param>
public sealed record ValidationError(string Source, string KeyPath, string? Value, string Allowed)
{
    /// <summary>The fault on one line: <c>source: key: value; what is allowed</c>.</summary>
    public override string ToString()
    {
        string where = KeyPath.Length == 0 ? Source : $"{Source}: {KeyPath}";
        return OneLine(Value is null ? $"{where}: {Allowed}" : $"{where}: {Shorten(Value)}; {Allowed}");
    }

    /// <summary>Names and messages may hold what breaks a line or steers a terminal.</summary>
    private static string OneLine(string text) => !text.Any(char.IsControl) ? text
        : string.Concat(text.Select(c => c switch
        {
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            _ when char.IsControl(c) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
            _ => c.ToString(),
        }));

    /// <summary>A value on one line and of at most 80 characters.</summary>
    public static string Shorten(string value)
    {
        string line = string.Join(' ', value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= 80 ? line : string.Concat(line.AsSpan(0, 77), "...");
    }
}

/// <summary>Thrown when the user's input cannot be used; carries every fault found, not only the first.</summary>
public sealed class InvalidInputException : Exception
{
    /// <summary>Creates the exception for at least one fault.</summary>
    public InvalidInputException(IReadOnlyList<ValidationError> errors)
        : base(string.Join(Environment.NewLine, errors)) => Errors = errors;

    /// <summary>Creates the exception for a single fault.</summary>
    public InvalidInputException(ValidationError fault) : this([fault]) { }

    /// <summary>Every fault, in the order found.</summary>
    public IReadOnlyList<ValidationError> Errors { get; }
}

/// <summary>Collects the faults of one source, so that all of them are reported together. Not thread-safe.</summary>
/// <param name="source">The file the values came from.</param>
/// <param name="overrides">Key paths whose value came from the command line instead.</param>
public sealed class ValidationErrors(string source, IReadOnlyCollection<string>? overrides = null)
{
    /// <summary>The most faults that are listed; a last line counts the others.</summary>
    internal const int MostListed = 100;

    private readonly List<ValidationError> _errors = [];
    private int _unlisted;

    /// <summary>The file the values came from.</summary>
    public string Source => source;

    /// <summary>The faults so far: the first hundred where there are more.</summary>
    public IReadOnlyList<ValidationError> Items => _errors;

    /// <summary>Notes a fault; a key set on the command line is reported as such.</summary>
    public void Add(string keyPath, string? value, string allowed) => Add(keyPath, value, () => allowed);

    /// <summary>The same where it costs something to say what is allowed.</summary>
    internal void Add(string keyPath, string? value, Func<string> allowed)
    {
        if (_errors.Count >= MostListed)
        {
            _unlisted++;
            return;
        }
        bool overridden = overrides?.Any(o =>
            keyPath.StartsWith(o, StringComparison.Ordinal) && (keyPath.Length == o.Length || keyPath[o.Length] is '.' or '[')) ?? false;
        _errors.Add(new ValidationError(overridden ? "--set" : source, keyPath, value, allowed()));
    }

    /// <summary>A new list of the same source and overrides, for what is looked through before it is taken over.</summary>
    public ValidationErrors Another() => new(source, overrides);

    /// <summary>Takes over faults that were found elsewhere.</summary>
    public void AddRange(IEnumerable<ValidationError> errors)
    {
        foreach (ValidationError error in errors)
        {
            if (_errors.Count < MostListed) _errors.Add(error);
            else _unlisted++;
        }
    }

    /// <summary>Throws when anything was noted.</summary>
    /// <exception cref="InvalidInputException">At least one fault was noted.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count == 0) return;
        throw new InvalidInputException(
            _unlisted == 0 ? [.. _errors] : [.. _errors, new ValidationError(source, "", null, $"and {_unlisted} more")]);
    }
}
