using FedPG.Policies;
using FedPG.Policies.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Orchard;

/// <summary>
/// A policy module of one's own: an ordinary torch module that maps observations to logits and knows nothing of agents.
/// <see cref="ModuleKinds"/> runs a copy for each agent. The logits are linear in the observation, each
/// scaled by a gate that looks at the observation too.
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

    /// <summary>For listed states and for environments that are stepped.</summary>
    public static IEnumerable<PolicyDefinition> Definitions { get; } =
        ModuleKinds.Softmax("gated-softmax", "logits scaled by gates", _ => (inputs, actions) => new GatedSoftmax(inputs, actions));

    public override Tensor forward(Tensor observations) => sigmoid(_gate.forward(observations)) * _logits.forward(observations);
}
