namespace FedPG.Policies.Torch;

/// <summary>
/// A torch module of one's own some of whose parameters belong to each agent alone: they stay with it, are trained by it, and are never
/// averaged or sent. All others are shared.
/// </summary>
/// <example>
/// <code>
/// sealed class TwoPart : Module&lt;Tensor, Tensor&gt;, IPersonalParameters
/// {
///     private readonly Module&lt;Tensor, Tensor&gt; trunk, head;
///     public IReadOnlyCollection&lt;string&gt; PersonalParameters => ["head"];   // head.weight and head.bias
///     ...
/// }
/// </code>
/// </example>
public interface IPersonalParameters
{
    /// <summary>
    /// Names of parameters, as <c>named_parameters</c> gives them, or of modules within this one, all of whose parameters are meant. At
    /// least one parameter must be left to be shared; where agents share nothing, <c>policy.personal</c> is <c>"all"</c>.
    /// </summary>
    IReadOnlyCollection<string> PersonalParameters { get; }
}
