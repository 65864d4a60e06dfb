using System.Globalization;
using FedPG.Envs.Pictures;

namespace FedPG.Envs.Tabular;

/// <summary>Draws environments whose states are listed. Stateless.</summary>
internal abstract class TabularDrawing : EnvironmentDrawing
{
    private const int MaxVisits = 30;

    /// <inheritdoc/>
    public override bool Fits(FederatedEnvironment environment) => environment is FiniteMdp;

    /// <inheritdoc/>
    public override IReadOnlyList<TextBlock> Describe(PictureScene scene)
    {
        ArgumentNullException.ThrowIfNull(scene);
        var notes = new List<string>();
        if (scene.StartValue is { } value) notes.Add($"value: the expected discounted return; from the start {Number(value)}");
        notes.Add(Path(scene));
        return [.. DescribeStates(scene), TextBlock.OfLines(notes)];
    }

    /// <summary>The environment.</summary>
    /// <param name="scene">What is shown.</param>
    protected static FiniteMdp MdpOf(PictureScene scene) =>
        (FiniteMdp)(scene ?? throw new ArgumentNullException(nameof(scene))).Environment;

    /// <summary>pi(a|s) of a scene with a policy.</summary>
    /// <param name="scene">What is shown.</param>
    /// <param name="state">s.</param>
    /// <param name="action">a.</param>
    protected static double Probability(PictureScene scene, int state, int action) =>
        scene.Policy![(state * MdpOf(scene).Actions) + action];

    /// <summary>The line below a still picture where there are values, or else other words.</summary>
    /// <param name="scene">What is shown.</param>
    /// <param name="otherwise">The other words.</param>
    protected static string CaptionOr(PictureScene scene, string otherwise) =>
        scene?.StartValue is { } value ? $"value from the start {Number(value)}" : otherwise;

    /// <summary>The state of a moment of the episode.</summary>
    /// <param name="scene">What is shown.</param>
    /// <param name="step">The moment, 0 to T.</param>
    protected static int StateAt(PictureScene scene, int step) => (int)scene.Episode.States[step][0];

    /// <summary>The likeliest action in a state; null where none is likelier than the others.</summary>
    /// <param name="scene">What is shown.</param>
    /// <param name="state">The state.</param>
    protected static int? Likeliest(PictureScene scene, int state)
    {
        int likely = 0, actions = MdpOf(scene).Actions;
        for (int a = 1; a < actions; a++)
        {
            if (Probability(scene, state, a) > Probability(scene, state, likely)) likely = a;
        }
        return Probability(scene, state, likely) < (1.0 / actions) + 0.01 ? null : likely;
    }

    /// <summary>The states for a terminal; what the episode visited follows.</summary>
    /// <param name="scene">What is shown.</param>
    protected abstract IReadOnlyList<TextBlock> DescribeStates(PictureScene scene);

    /// <summary>What a state is called in the episode's path.</summary>
    /// <param name="mdp">The environment.</param>
    /// <param name="state">The state.</param>
    protected virtual string NameOf(FiniteMdp mdp, int state) => state.ToString(CultureInfo.InvariantCulture);

    /// <summary>Where the episode went, with repeated states as a count.</summary>
    private string Path(PictureScene scene)
    {
        FiniteMdp mdp = MdpOf(scene);
        var visits = new List<(string Name, int Times)>();
        foreach (double[] state in scene.Episode.States)
        {
            string name = NameOf(mdp, (int)state[0]);
            if (visits.Count > 0 && visits[^1].Name == name) visits[^1] = (name, visits[^1].Times + 1);
            else visits.Add((name, 1));
        }
        IEnumerable<string> shown = visits.Take(MaxVisits).Select(v => v.Times == 1 ? v.Name : $"{v.Name} x{v.Times}");
        return $"path: {string.Join(" ", shown)}{(visits.Count > MaxVisits ? $" ... ({visits.Count - MaxVisits} more)" : "")}";
    }
}
