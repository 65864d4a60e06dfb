using FedPG.Envs;
using FedPG.Policies;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Orchard;

/// <summary>
/// A policy module of one's own: an ordinary torch module that maps observations to logits and knows nothing of agents. <see cref="ModulePolicy"/> runs a copy
/// for each agent. The logits are linear in the observation, each scaled by a gate that looks at the observation too.
/// </summary>
public sealed class GatedSoftmax : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> _gate, _logits;

    public GatedSoftmax(int inputs, int actions)
        : base(nameof(GatedSoftmax))
    {
        _gate = Linear(inputs, actions);
        _logits = Linear(inputs, actions);
        // Policies start uniform: with these at zero every logit is zero, whatever the gate says.
        foreach (var parameter in _gate.parameters().Concat(_logits.parameters())) init.zeros_(parameter);
        RegisterComponents();
    }

    public static PolicyDefinition Definition { get; } = PolicyDefinition.For<FiniteMdp>("gated-softmax", "logits scaled by gates", (options, mdp) =>
    {
        return format => new ModulePolicy("gated-softmax", () => new GatedSoftmax(mdp!.States, mdp.Actions), OneHot(mdp!.States), mdp.Actions, format);
    });

    public override Tensor forward(Tensor observations) => sigmoid(_gate.forward(observations)) * _logits.forward(observations);

    private static double[,] OneHot(int states)
    {
        double[,] observations = new double[states, states];
        for (int s = 0; s < states; s++) observations[s, s] = 1;
        return observations;
    }
}
