using FedPG.Core.Streams;
using static TorchSharp.torch;

namespace FedPG.Policies.Networks;

/// <summary>
/// A network with a memory: hidden layers, behind them a gated recurrent unit (Cho et al. 2014, with the reset gate behind the product, as
/// in cuDNN and torch.nn.GRU), and behind that the outputs,
/// <para>
/// r, z = sigmoid(e W_rz + b_rz + h U_rz + c_rz), n = tanh(e W_n + b_n + r (h U_n + c_n)), h' = n + z (h - n), outputs = h' V + d.
/// </para>
/// An input is what is observed, then 1 where the episode goes on and 0 where it begins, then h, the numbers remembered; outputs are the
/// numbers that actions follow from, then h', then values. A critic of its own is a second branch with a memory of its own. Steps are
/// evaluated by themselves, h as given, or as sequences, in which h is what the step before has left and gradients go back to the first.
/// Immutable.
/// </summary>
internal sealed class GruNetwork : RowNetwork
{
    private readonly GruBranch[] _branches;

    /// <summary>Creates a network of one branch.</summary>
    /// <param name="branch">The branch.</param>
    public GruNetwork(GruBranch branch)
        : this([branch]) { }

    private GruNetwork(GruBranch[] branches)
    {
        _branches = branches;
        Parameters =
        [
            .. branches.SelectMany((branch, k) => branch.Parameters.Select(
                parameter => (k == 0 ? parameter.Name : TwoNetworks.CriticPrefix + parameter.Name, parameter.Shape))),
        ];
    }

    /// <summary>The branches: what acts, and a critic that shares nothing with it.</summary>
    public IReadOnlyList<GruBranch> Branches => _branches;

    /// <summary>The numbers of what is observed.</summary>
    public int Observed => _branches[0].Encoder.Inputs;

    /// <inheritdoc/>
    public override int Memory => _branches.Sum(branch => branch.Units);

    /// <inheritdoc/>
    public override int Inputs => Observed + 1 + Memory;

    /// <inheritdoc/>
    public override int Outputs => _branches.Sum(branch => branch.Acting + branch.Values) + Memory;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, long[] Shape)> Parameters { get; }

    /// <summary>Two networks that see the same and share nothing, each with a memory.</summary>
    /// <param name="actor">What acts.</param>
    /// <param name="critic">What judges.</param>
    public static GruNetwork Pair(GruNetwork actor, GruNetwork critic) =>
        new([.. actor._branches, .. critic._branches.Select(branch => branch.OfValues())]);

    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x) => Forward(parameters, x, 1);

    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> parameters, Tensor x, int length)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(x);
        Tensor observed = x.narrow(2, 0, Observed), carried = x.narrow(2, Observed, 1);
        var acting = new List<Tensor>();
        var memories = new List<Tensor>();
        var values = new List<Tensor>();
        int first = 0, at = Observed + 1;
        foreach (GruBranch branch in _branches)
        {
            IReadOnlyList<Tensor> own = [.. parameters.Skip(first).Take(branch.Parameters.Count)];
            (Tensor outputs, Tensor memory) = branch.Forward(own, observed, carried, x.narrow(2, at, branch.Units), length);
            if (branch.Acting > 0) acting.Add(outputs.narrow(2, 0, branch.Acting));
            memories.Add(memory);
            if (branch.Values > 0) values.Add(outputs.narrow(2, branch.Acting, branch.Values));
            (first, at) = (first + branch.Parameters.Count, at + branch.Units);
        }
        return cat([.. acting, .. memories, .. values], -1);
    }

    /// <inheritdoc/>
    /// <remarks>The critic takes its numbers from another round of the stream than the actor.</remarks>
    public override void Initialise(StreamKey key, Span<double> parameters)
    {
        foreach (GruBranch branch in _branches)
        {
            branch.Initialise(key, parameters[..branch.Length]);
            parameters = parameters[branch.Length..];
            key = key with { Round = key.Round + 1 };
        }
    }

    /// <inheritdoc/>
    public override IActor<T> CreateActor<T>() => new GruActor<T>(this);

    /// <inheritdoc/>
    internal override IHeadTraining<T>? CreateTraining<T>()
    {
        IHeadTraining<T>?[] encoders = [.. _branches.Select(branch => branch.Encoder.CreateTraining<T>())];
        return encoders.Any(encoder => encoder is null) ? null : new GruTraining<T>(this, encoders!);
    }
}
