using System.Numerics;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Episodic;
using FedPG.Federation.Rollouts;
using FedPG.Policies.Episodic;
using static TorchSharp.torch;

namespace FedPG.Federation.Estimators.Critics;

/// <summary>The estimators with a learned critic in episodic environments.</summary>
internal static class EpisodicCritics
{
    /// <summary>The most numbers of observations and actions that a rollout of one agent may keep.</summary>
    private const long MaxNumbers = 1L << 26;

    public static EstimatorDefinition ActorCritic { get; } =
        Of<ActorCriticOptions>("advantages of a learned critic, one update a rollout");

    public static EstimatorDefinition Ppo { get; } =
        Of<PpoOptions>("the same with clipped ratios, several passes over a rollout in minibatches");

    private static EstimatorDefinition Of<TOptions>(string summary)
        where TOptions : CriticOptions, new() =>
        EstimatorDefinition.For<EpisodicEnvironment, TOptions>(summary, Read<TOptions>, Prepare).WithValues();

    private static EstimatorFactory Prepare(CriticOptions options, Objective objective, EpisodicEnvironment environment)
    {
        var settings = new CriticSettings(options, environment, options.EpisodeSteps is { } cut
            ? Math.Min(cut, environment.StepLimit ?? int.MaxValue)
            : EpisodeLengths.Of(environment));
        return new EstimatorFactory(setup => ((EpisodicPolicy)setup.Policy).Format.Dtype == ScalarType.Float64
            ? new CriticEstimator<double>(setup, settings, HeadsOf<double>((EpisodicPolicy)setup.Policy))
            : new CriticEstimator<float>(setup, settings, HeadsOf<float>((EpisodicPolicy)setup.Policy)));
    }

    /// <summary>Heads without torch where the policy has them and lives on the CPU, else autograd's.</summary>
    internal static NetworkHeads<T> HeadsOf<T>(EpisodicPolicy policy)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        policy.Format.Device.type == TorchSharp.DeviceType.CPU && policy.CreateTraining<T>() is { } training
            ? new TrainedHeads<T>(policy, training)
            : new NetworkHeads<T>(policy);

    private static TOptions Read<TOptions>(OptionReader reader, EstimatorContext context)
        where TOptions : CriticOptions, new()
    {
        TOptions options = CriticOptions.Read<TOptions>(reader);
        if (context.Policy is not EpisodicPolicy policy) return options;
        options.CheckSequence(reader, policy.MemorySize > 0);
        if (!policy.HasValues || !policy.HasSlopes)
        {
            reader.Reject(
                "estimator",
                $"\"{options.Estimator}\" needs a policy with a critic and the derivatives of its heads; allowed with this one: "
                + "\"gpomdp\" | \"reinforce\"; a critic comes with policy.kind \"neural-softmax\" | \"log-linear\" | \"gaussian\" "
                + "and policy.critic \"own\" | \"shared\"");
        }
        if (options.Horizon > policy.MaxSteps) reader.Reject("horizon", $"must be at most {policy.MaxSteps} with this policy");
        long steps = (long)options.Horizon * options.Trajectories;
        if (steps * (policy.ObservationSize + policy.ActionSize) > MaxNumbers)
        {
            reader.Reject(
                "trajectories",
                $"times {options.Horizon} steps give more than {MaxNumbers} numbers of observations and actions a rollout, "
                + "which is the most that is kept in memory");
        }
        return options;
    }
}
