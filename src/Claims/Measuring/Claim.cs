using FedPG.Claims.Breaking;

namespace FedPG.Claims.Measuring;

/// <summary>How much is run.</summary>
internal enum Effort
{
    /// <summary>Everything, as <c>fedpg reproduce</c> does.</summary>
    Full,

    /// <summary>
    /// The same checks on fewer seeds, instances and points: what the tests can afford. Not every bound is as sharp then.
    /// </summary>
    Quick,
}

/// <summary>One claim of the paper as an experiment that ends in a verdict. Stateless.</summary>
internal abstract class Claim
{
    /// <summary>The name on the command line, and of the folder in <c>experiments/</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What is claimed, in one sentence, with its place in the paper.</summary>
    public abstract string Statement { get; }

    /// <summary>The equation, as Markdown.</summary>
    public abstract string Equation { get; }

    /// <summary>What is run, and why it decides the claim, as Markdown.</summary>
    public abstract string Procedure { get; }

    /// <summary>The broken variants that this claim has to notice.</summary>
    public virtual IReadOnlyList<Breakage> Catches => [];

    /// <summary>Measures and judges.</summary>
    /// <param name="lab">Runs experiments, and takes the tables and figures.</param>
    /// <returns>The checks, the headline first.</returns>
    public abstract IReadOnlyList<Check> Run(Lab lab);
}

/// <summary>What came out of a claim.</summary>
/// <param name="Claim">The claim's name.</param>
/// <param name="Checks">What was measured, the headline first.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record Verdict(string Claim, IReadOnlyList<Check> Checks, double Seconds)
{
    /// <summary>Whether every check holds.</summary>
    public bool Pass => Checks.All(c => c.Pass);

    /// <summary>The check that the verdict shows: the first that fails, else the headline.</summary>
    public Check Shown => Checks.FirstOrDefault(c => !c.Pass) ?? Checks[0];

    /// <summary>The verdict on one line: <c>NAME figure [interval] bound PASS|FAIL</c>.</summary>
    public override string ToString() =>
        $"{Claim} {Bound.Short(Shown.Figure.Value)} [{Bound.Short(Shown.Figure.Low)}, {Bound.Short(Shown.Figure.High)}] {Shown.Bound} "
            + $"{(Pass ? "PASS" : "FAIL")}";
}
