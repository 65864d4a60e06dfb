using FedPG.Experiments;
using FedPG.Federation.Estimators.Critics;
using FedPG.Federation.Optimizers;
using FedPG.Policies.Episodic;
using Xunit;

namespace FedPG.Tests.Federation.Estimators.Critics;

/// <summary>What stands for keys that a file with a critic does not give.</summary>
public sealed class RecipeTests
{
    private const string Cartpole =
        """{"environment":{"id":"CartPole-v1","agents":2},"objective":"reward","gradient":{"estimator":"ppo"}}""";

    [Fact]
    public void Ppo_brings_a_critic_local_adam_and_one_rollout_a_round()
    {
        Experiment experiment = EstimatorsTesting.Read(Cartpole);
        var options = (PpoOptions)experiment.Gradient.Options;
        Assert.Equal((64, 4, 10, 64), (options.Horizon, options.Trajectories, options.Epochs, options.Minibatch));
        Assert.Equal(1, experiment.Federation.LocalSteps);
        Assert.Equal(
            new LocalOptimizerSettings(LocalOptimizerKind.Adam, LocalOptimizerState.Kept, 0.9, 0.999, 1e-5, 0.5),
            experiment.Federation.LocalOptimizer);
        using var policy = (EpisodicPolicy)experiment.CreatePolicy(FedPG.Policies.TensorFormat.Float64);
        Assert.True(policy.HasValues);
    }

    [Fact]
    public void What_is_given_stays_and_other_estimators_have_the_defaults_they_had()
    {
        Assert.Equal(3, EstimatorsTesting.Read(Cartpole, "federation.localSteps=3").Federation.LocalSteps);
        Experiment plain = EstimatorsTesting.Read(Cartpole, "gradient.estimator=gpomdp");
        Assert.Equal((10, LocalOptimizerSettings.Plain), (plain.Federation.LocalSteps, plain.Federation.LocalOptimizer));
        using var policy = (EpisodicPolicy)plain.CreatePolicy(FedPG.Policies.TensorFormat.Float64);
        Assert.False(policy.HasValues);
    }

    [Theory]
    [InlineData("policy.critic=none", "critic")]
    [InlineData("gradient.estimator=gpomdp", "normalise", "policy.normalise=true")]
    [InlineData("federation.localOptimizerState=shared", "shared", "federation.algorithm=fedavg")]
    public void What_cannot_be_had_together_is_refused(string assignment, string word, string more = "seed=1") =>
        Assert.Contains(word, EstimatorsTesting.ErrorsOf(Cartpole, assignment, more), StringComparison.Ordinal);
}
