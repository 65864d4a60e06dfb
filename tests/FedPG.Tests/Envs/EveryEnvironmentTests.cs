using FedPG.Envs;
using FedPG.Envs.Episodic;
using Xunit;
using static FedPG.Tests.Envs.SteppingTesting;

namespace FedPG.Tests.Envs;

/// <summary>Laws that every registered environment keeps when it is stepped.</summary>
public sealed class EveryEnvironmentTests
{
    private const int Steps = 60;

    public static TheoryData<string> Ids => [.. EnvTesting.OneOfEachKind];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Episodes_follow_from_seed_and_actions_whatever_came_before(string id)
    {
        EpisodicEnvironment environment = Make(id, 2);
        double[][] actions = Actions(environment.ActionSpace, Steps, 1);
        IEnvironment used = environment.Create(1), fresh = environment.Create(1);
        _ = Run(used, 99, Actions(environment.ActionSpace, Steps, 2));
        Assert.Equal(Bits(Run(fresh, 7, actions)), Bits(Run(used, 7, actions)));
        // And the actions, or the seed, do matter.
        Assert.True(Enumerable.Range(0, 10).Select(seed =>
            string.Join(',', Bits(Run(fresh, seed, Actions(environment.ActionSpace, Steps, seed))))).Distinct().Count() > 1);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Instances_do_not_feel_each_other(string id)
    {
        EpisodicEnvironment environment = Make(id, 2);
        double[][] actions = Actions(environment.ActionSpace, Steps, 1), others = Actions(environment.ActionSpace, Steps, 2);
        IEnvironment one = environment.Create(0), other = environment.Create(0);
        long[] alone = Bits(Run(environment.Create(0), 7, actions));
        Reset(one, 7);
        Reset(other, 8);
        var seen = new List<Seen>();
        for (int t = 0; t < Steps; t++)
        {
            _ = Step(other, others[t]);
            seen.Add(Step(one, actions[t]));
        }
        Assert.Equal(alone, Bits(seen));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Observations_lie_in_the_space_and_rewards_in_the_range(string id)
    {
        EpisodicEnvironment environment = Make(id, 2);
        for (int agent = 0; agent < 2; agent++)
        {
            IEnvironment stepped = environment.Create(agent);
            for (int seed = 0; seed < 5; seed++)
            {
                Reset(stepped, seed);
                foreach (double[] action in Actions(environment.ActionSpace, Steps, seed))
                {
                    Seen seen = Step(stepped, action);
                    Assert.True(environment.ObservationSpace.Contains(seen.Observation), $"{id}: [{string.Join(", ", seen.Observation)}]");
                    Assert.True(environment.RewardRange.Contains(seen.Reward), $"{id}: {seen.Reward}");
                    if (seen.Terminated) break;
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_state_that_is_read_can_be_written_back(string id)
    {
        EpisodicEnvironment environment = Make(id);
        Seen[] seen = Run(environment.Create(0), 3, Actions(environment.ActionSpace, 5, 4));
        var other = Assert.IsType<IStatefulEnvironment>(environment.Create(0), exactMatch: false);
        double[] observation = new double[environment.ObservationSpace.Size], state = new double[other.StateNames.Count];
        other.Reset(0, observation);
        other.WriteState(seen[^1].State, observation);
        other.ReadState(state);
        Assert.Equal(seen[^1].State, state);
        Assert.Equal(seen[^1].Observation, observation);
    }

    /// <summary>
    /// Resets too, one by one and in lanes. Made in one method, so that what the compiler does in its first calls is done before the count.
    /// </summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void Nothing_is_allocated_by_a_step(string id)
    {
        EpisodicEnvironment environment = Make(id);
        IEnvironment single = environment.Create(0);
        var lanes = new VectorEnvironment(environment, 0, 3);
        int size = environment.ActionSpace.Size;
        double[] actions = [.. Actions(environment.ActionSpace, 300, 1).SelectMany(a => a)];
        double[] observation = new double[environment.ObservationSpace.Size];
        double[] observations = new double[3 * observation.Length], rewards = new double[3];
        bool[] terminated = new bool[3], truncated = new bool[3];
        Walk();
        Walk();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Walk();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Walk()
        {
            single.Reset(5, observation);
            lanes.Reset(5, observations);
            for (int t = 0; t < 100; t++)
            {
                if (single.Step(actions.AsSpan(t * size, size), observation).Terminated) single.Reset(t, observation);
                lanes.Step(actions.AsSpan(t * 3 * size, 3 * size),
                    new LaneResults { Observations = observations, Rewards = rewards, Terminated = terminated, Truncated = truncated });
            }
        }
    }
}
