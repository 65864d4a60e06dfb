using FedPG.Core.Streams;

namespace FedPG.Policies.Networks;

/// <summary>Writes the first weights of a network, layer by layer. Not thread-safe.</summary>
/// <param name="key">The stream.</param>
/// <param name="start">How they start.</param>
internal sealed class LayerStart(StreamKey key, NetworkStart start)
{
    private readonly RandomSequence _random = new(key);
    private int _layer;

    /// <summary>Fills the weights of a hidden layer, [inputs, outputs].</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="outputs">Outputs.</param>
    /// <param name="fanIn">How many inputs are not zero in general.</param>
    public void Hidden(Span<double> weights, int outputs, int fanIn)
    {
        if (start == NetworkStart.Orthogonal)
        {
            OrthogonalStart.Fill(key, _layer++, weights, outputs, 0, outputs, OrthogonalStart.HiddenGain);
            return;
        }
        double bound = Math.Sqrt(3.0 / fanIn);
        foreach (ref double weight in weights) weight = bound * ((2 * _random.NextDouble()) - 1);
    }

    /// <summary>Fills the weights of the last layer, [inputs, outputs]; they stay 0 unless the start is orthogonal.</summary>
    /// <param name="weights">The weights, 0.</param>
    /// <param name="outputs">Outputs.</param>
    /// <param name="values">How many of them, the last ones, are values.</param>
    public void Last(Span<double> weights, int outputs, int values)
    {
        if (start != NetworkStart.Orthogonal) return;
        int acting = outputs - values;
        if (acting > 0) OrthogonalStart.Fill(key, _layer, weights, outputs, 0, acting, OrthogonalStart.ActionGain);
        if (values > 0) OrthogonalStart.Fill(key, _layer, weights, outputs, acting, values, OrthogonalStart.ValueGain);
    }
}
