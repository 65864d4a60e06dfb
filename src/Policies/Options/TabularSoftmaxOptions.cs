namespace FedPG.Policies.Options;

/// <summary>Options of <c>tabular-softmax</c>: one logit for each state and action. For tabular environments.</summary>
public sealed record TabularSoftmaxOptions : ContextPolicyOptions
{
    /// <summary>The kind, as experiment files name it.</summary>
    public const string Name = "tabular-softmax";

    /// <inheritdoc/>
    public override string Kind => Name;
}
