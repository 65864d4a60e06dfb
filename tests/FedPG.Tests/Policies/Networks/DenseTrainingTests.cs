using FedPG.Core.Streams;
using FedPG.Policies;
using FedPG.Policies.Networks;
using FedPG.Tests.Federation;
using FedPG.Tests.Federation.Estimators;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Policies.Networks;

/// <summary>Networks that learn without torch against the same networks differentiated by autograd.</summary>
public sealed class DenseTrainingTests
{
    public DenseTrainingTests() => set_num_threads(1);

    public static TheoryData<int, int[], int, Activation, int> Shapes() => new()
    {
        { 4, [64, 64], 3, Activation.Tanh, 128 }, { 1, [], 2, Activation.Tanh, 5 }, { 7, [3], 1, Activation.Relu, 1 },
        { 33, [17, 5, 9], 19, Activation.Relu, 13 }, { 2, [40], 2, Activation.Tanh, 6 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Outputs_and_gradients_are_autograds(int inputs, int[] hidden, int outputs, Activation activation, int count)
    {
        var network = new TwoNetworks(
            new DenseNetwork(inputs, hidden, outputs, activation, inputs), new DenseNetwork(inputs, hidden, 1, activation, inputs));
        var random = new RandomSequence(new StreamKey(1, StreamPurpose.Bootstrap, 0, 0, 0));
        double[] theta = Numbers(network.Length), seen = Numbers(count * inputs), weights = Numbers(count * (outputs + 1));
        double[] found = new double[count * (outputs + 1)], gradient = new double[network.Length];
        IHeadTraining<double> training = network.CreateTraining<double>()!;
        for (int k = 0; k < 2; k++)
        {
            training.Forward(theta, seen, count, found);
            training.Backward(seen, weights, gradient);
        }

        using DisposeScope scope = NewDisposeScope();
        var leaves = new List<Tensor>();
        int at = 0;
        foreach ((_, long[] shape) in network.Parameters)
        {
            int length = (int)shape.Aggregate(1L, (a, b) => a * b);
            leaves.Add(tensor(theta[at..(at + length)], [1, .. shape]).requires_grad_());
            at += length;
        }
        Tensor y = network.Forward(leaves, tensor(seen, [1, count, inputs]));
        y.backward([tensor(weights, [1, count, outputs + 1])]);
        EstimatorsTesting.AssertClose(y.detach().Numbers(), found, 1e-12);
        EstimatorsTesting.AssertClose([.. leaves.SelectMany(leaf => leaf.grad!.Numbers())], gradient, 1e-11);

        double[] Numbers(int length) => [.. Enumerable.Range(0, length).Select(_ => (2 * random.NextDouble()) - 1)];
    }
}
