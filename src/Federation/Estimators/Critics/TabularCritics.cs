using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Envs.Tabular;
using FedPG.Federation.Rollouts;
using FedPG.Policies.Tabular;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>The estimators with a learned critic in tabular environments, which are stepped here; what is judged stays exact.</summary>
internal static class TabularCritics
{
    /// <summary>The most states that a number of float32 can name.</summary>
    private const int MaxStates = 1 << 24;

    public static EstimatorDefinition ActorCritic { get; } =
        Of<ActorCriticOptions>("advantages of a learned critic, one update a rollout");

    public static EstimatorDefinition Ppo { get; } =
        Of<PpoOptions>("the same with clipped ratios, several passes over a rollout in minibatches");

    private static EstimatorDefinition Of<TOptions>(string summary)
        where TOptions : CriticOptions, new() =>
        EstimatorDefinition.For<FiniteMdp, TOptions>(summary, Read<TOptions>, Prepare).WithValues();

    private static EstimatorFactory Prepare(CriticOptions options, Objective objective, FiniteMdp mdp)
    {
        EpisodicEnvironment environment = EpisodicEnvironment.Of(mdp);
        var settings = new CriticSettings(options, environment, options.EpisodeSteps is { } cut
            ? Math.Min(cut, environment.StepLimit ?? int.MaxValue)
            : EpisodeLengths.Of(environment));
        return new EstimatorFactory(setup =>
        {
            var policy = (SoftmaxActorCritic)setup.Policy;
            return policy.Format.Dtype == ScalarType.Float64
                ? new CriticEstimator<double>(setup, settings, new TableHeads<double>(policy))
                : new CriticEstimator<float>(setup, settings, new TableHeads<float>(policy));
        });
    }

    private static TOptions Read<TOptions>(OptionReader reader, EstimatorContext context)
        where TOptions : CriticOptions, new()
    {
        TOptions options = CriticOptions.Read<TOptions>(reader);
        options.CheckSequence(reader, remembers: false);
        if (context.Policy is not null and not SoftmaxActorCritic)
        {
            reader.Reject(
                "estimator",
                $"\"{options.Estimator}\" needs a policy with a critic: policy.kind \"tabular-softmax\" | \"log-linear\" | "
                + "\"neural-softmax\" and policy.critic \"own\" | \"shared\"");
        }
        if (context.Policy is SoftmaxActorCritic { States: > MaxStates } large)
            reader.Reject("estimator", $"\"{options.Estimator}\" serves at most {MaxStates} states, and there are {large.States}");
        return options;
    }
}
