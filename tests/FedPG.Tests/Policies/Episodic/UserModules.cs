using FedPG.Envs;
using FedPG.Policies;
using FedPG.Policies.Episodic;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace FedPG.Tests.Policies.Episodic;

/// <summary>
/// A module as a user writes it: it knows nothing of agents, has a parameter that nothing depends on, and a layer that is random in
/// training.
/// </summary>
internal sealed class UserModule : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> _hidden, _last, _dropout, _unused;

    public UserModule(int inputs, int outputs)
        : base(nameof(UserModule))
    {
        (_hidden, _last, _dropout, _unused) = (Linear(inputs, 9), Linear(9, outputs), Dropout(0.5), Linear(2, 2));
        RegisterComponents();
    }

    public override Tensor forward(Tensor observations)
    {
        Tensor hidden = _dropout.forward(_hidden.forward(observations).tanh());
        return _last.forward(hidden * (observations * observations).sum(-1, keepdim: true).neg().exp());
    }
}

/// <summary>Policies that run modules of a user's.</summary>
internal static class UserModules
{
    public static EpisodicPolicy Policy(string name, Space observations, Space actions, TensorFormat format)
    {
        var encoding = new ObservationEncoding(observations);
        return actions is Box box
            ? new ModuleGaussian("mine", () => new UserModule(encoding.Size, box.Size), encoding, box, 0.7,
                learnDeviation: !name.Contains("fixed", StringComparison.Ordinal), format)
            : new ModuleSoftmax(
                "mine", () => new UserModule(encoding.Size, ((Discrete)actions).Count), encoding, (Discrete)actions, format);
    }
}
