#if OUTSIDE_READERS
using FedPG.Envs;
using FedPG.Experiments.Export;
using FedPG.Experiments.Training;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace FedPG.Tests.Experiments.Export;

/// <summary>ONNX Runtime takes the same actions, and gives the same numbers but for rounding.</summary>
public sealed class OnnxRuntimeTests
{
    [Theory]
    [MemberData(nameof(ExportedPolicies.Names), MemberType = typeof(ExportedPolicies))]
    public void The_graph_acts_as_the_policy(string name)
    {
        TrainedPolicy policy = ExportedPolicies.Of(name);
        double[][] observations = ExportedPolicies.Observations(policy.ObservationSpace);
        for (int agent = 0; agent < policy.AgentNames.Count; agent++)
        {
            using var session = new InferenceSession(policy.Export(PolicyFormat.Onnx, agent));
            Assert.Equal(policy.AgentNames[agent], session.ModelMetadata.CustomMetadataMap["agent"]);
            // All observations in one batch.
            NamedOnnxValue input = Input(session, policy.ObservationSpace, observations);
            using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = session.Run([input]);
            double[] actions = Numbers(outputs.Single(output => output.Name == "action"));
            for (int row = 0; row < observations.Length; row++)
            {
                double[] own = policy.ActAsArray(observations[row], agent);
                for (int k = 0; k < own.Length; k++) Assert.Equal(own[k], actions[(row * own.Length) + k], 1e-6 * (1 + Math.Abs(own[k])));
            }
            if (outputs.FirstOrDefault(output => output.Name == "probabilities") is { } probabilities)
            {
                double[] values = Numbers(probabilities);
                double sum = values.Take(values.Length / observations.Length).Sum();
                Assert.Equal(1, sum, 1e-6);
            }
        }
    }

    private static NamedOnnxValue Input(InferenceSession session, Space space, double[][] observations)
    {
        double[] all = [.. observations.SelectMany(o => o)];
        int[] shape = space is Discrete ? [observations.Length] : [observations.Length, space.Size];
        (string name, NodeMetadata input) = session.InputMetadata.Single();
        return input.ElementDataType switch
        {
            TensorElementType.Int64 => NamedOnnxValue.CreateFromTensor(
                name, new DenseTensor<long>(Array.ConvertAll(all, v => (long)v), shape)),
            TensorElementType.Double => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<double>(all, shape)),
            _ => NamedOnnxValue.CreateFromTensor(name, new DenseTensor<float>(Array.ConvertAll(all, v => (float)v), shape)),
        };
    }

    private static double[] Numbers(NamedOnnxValue value) => value.Value switch
    {
        Tensor<long> whole => [.. whole.Select(v => (double)v)],
        Tensor<double> numbers => [.. numbers],
        Tensor<float> singles => [.. singles.Select(v => (double)v)],
        var other => throw new InvalidOperationException($"{other}"),
    };
}
#endif
