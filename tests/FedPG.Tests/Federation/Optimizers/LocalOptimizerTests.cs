using FedPG.Federation.Optimizers;
using FedPG.Tests.Federation.Estimators;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace FedPG.Tests.Federation.Optimizers;

/// <summary>Local optimisers against an independent program in double precision (Python), and their laws.</summary>
public sealed class LocalOptimizerTests
{
    private static readonly LocalOptimizerSettings Adam =
        new(LocalOptimizerKind.Adam, LocalOptimizerState.Kept, 0.9, 0.999, 1e-5, null);

    private static readonly double[][] Gradients = [[0.3, -2.0], [-0.1, 0.5], [0.2, 0.0]];
    private static readonly double[] Long = [3, 4], Mean = [2, 0.5], Apart = [1, -1, -1, 1];

    [Fact]
    public void Adam_goes_the_way_of_the_independent_program()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = tensor(new[] { 0.5, -1.0 }, [1, 2]);
        using var optimizer = new LocalOptimizer(Adam, theta);
        foreach (double[] g in Gradients) optimizer.Step(theta, tensor(g, [1, 2]), 0.01, null);
        EstimatorsTesting.AssertClose([0.4799677409110073, -0.9816764284335497], theta.Numbers(), 1e-14);
    }

    [Fact]
    public void Momentum_adds_up_what_it_remembers()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = zeros(1, 1, dtype: ScalarType.Float64);
        using var optimizer = new LocalOptimizer(Adam with { Kind = LocalOptimizerKind.Momentum }, theta);
        for (int k = 0; k < 3; k++) optimizer.Step(theta, ones(1, 1, dtype: ScalarType.Float64), 1, null);
        EstimatorsTesting.AssertClose([-(1 + 1.9 + 2.71)], theta.Numbers(), 1e-12);
    }

    [Fact]
    public void A_direction_longer_than_the_limit_is_shortened_to_it()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = zeros(1, 2, dtype: ScalarType.Float64);
        using var optimizer = new LocalOptimizer(LocalOptimizerSettings.Plain with { MaxNorm = 0.5 }, theta);
        optimizer.Step(theta, tensor(Long, [1, 2]), 1, null);
        EstimatorsTesting.AssertClose([-0.3, -0.4], theta.Numbers(), 1e-6);
    }

    [Fact]
    public void Rows_that_sit_a_step_out_keep_parameters_and_moments()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = zeros(2, 3, dtype: ScalarType.Float64), alone = zeros(1, 3, dtype: ScalarType.Float64);
        using var both = new LocalOptimizer(Adam, theta);
        using var one = new LocalOptimizer(Adam, alone);
        for (int k = 0; k < 4; k++)
        {
            both.Step(theta, ones_like(theta), 0.1, k % 2 == 0 ? null : [true, false]);
            if (k % 2 == 0) one.Step(alone, ones_like(alone), 0.1, null);
        }
        Assert.Equal(alone.Numbers(), theta[1].Numbers());
        Assert.NotEqual(alone.Numbers(), theta[0].Numbers());
    }

    [Theory]
    [InlineData(LocalOptimizerState.Kept)]
    [InlineData(LocalOptimizerState.Reset)]
    public void A_round_begins_with_moments_of_0_only_where_they_are_reset(LocalOptimizerState state)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = zeros(1, 2, dtype: ScalarType.Float64);
        using var optimizer = new LocalOptimizer(Adam with { State = state }, theta);
        optimizer.Step(theta, ones_like(theta), 0.1, null);
        optimizer.BeginRound(null);
        Assert.Equal(state == LocalOptimizerState.Reset ? 0 : 0.1, optimizer.MomentOf(0).Numbers()[0], 1e-15);
    }

    [Fact]
    public void Shared_moments_divide_all_agents_by_the_same_numbers()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor theta = zeros(2, 2, dtype: ScalarType.Float64);
        using var optimizer = new LocalOptimizer(Adam with { State = LocalOptimizerState.Shared }, theta);
        optimizer.Share(tensor(Mean), null);
        Tensor apart = tensor(Apart, [2, 2]);
        optimizer.Step(theta, apart, 0.1, null);
        double[] first = theta.Numbers();
        // Corrections that cancel in the mean still do: what is left in the mean is the step along the shared momentum.
        for (int k = 0; k < 2; k++) Assert.Equal(-0.1 * 0.9, (first[k] + first[k + 2]) / 2, 1e-5);
        Assert.Equal(-0.01, first[0] - first[2], 1e-6);
    }
}
