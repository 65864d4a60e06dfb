namespace FedPG.Core.Options;

/// <summary>
/// Marks a property of an options record as an option. The property says all there is to say once: its name, in camel case, is the key in
/// JSON; its initial value is the default; the attribute has the meaning and the range. <see cref="OptionRecord"/> reads, writes, checks
/// and describes from it. A property whose initial value is null counts as not given; what is used then may be stated by
/// <see cref="Default"/>.
/// </summary>
/// <param name="meaning">What the option is, in one sentence, with its unit where it has one.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute(string meaning) : Attribute
{
    /// <summary>What the option is, in one sentence.</summary>
    public string Meaning => meaning;

    /// <summary>The key in JSON; null (the default) for the property's name in camel case.</summary>
    public string? Key { get; init; }

    /// <summary>The smallest number allowed; unbounded by default.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The largest number allowed; unbounded by default.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Whether <see cref="Minimum"/> itself is not allowed.</summary>
    public bool OpenMinimum { get; init; }

    /// <summary>Whether <see cref="Maximum"/> itself is not allowed.</summary>
    public bool OpenMaximum { get; init; }

    /// <summary>
    /// What is used where the property is null: for options of which it matters whether they were given. Null (the default) for the
    /// property's initial value. A number is converted to the property's type, and a type with its own form reads what stands for it in
    /// JSON.
    /// </summary>
    public object? Default { get; init; }

    /// <summary>The words that a text may be; null (the default) for any text.</summary>
    public string[]? Words { get; init; }

    /// <summary>The range of the number, or of each number of a list.</summary>
    public NumberRange Range => new(Minimum, Maximum, OpenMinimum, OpenMaximum);
}

/// <summary>
/// The word in JSON for a value of an enumeration, where it is not the value's name in kebab case, or for one of several records.
/// </summary>
/// <param name="word">The word.</param>
[AttributeUsage(AttributeTargets.Field | AttributeTargets.Class, Inherited = false)]
public sealed class WordAttribute(string word) : Attribute
{
    /// <summary>The word.</summary>
    public string Word => word;
}
