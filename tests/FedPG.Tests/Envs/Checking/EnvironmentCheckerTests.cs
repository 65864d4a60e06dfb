using System.Text.Json;
using FedPG.Core.Options;
using FedPG.Envs;
using FedPG.Envs.Checking;
using FedPG.Envs.Tabular;
using FedPG.Experiments;
using Xunit;

namespace FedPG.Tests.Envs.Checking;

/// <summary>
/// Every registered environment passes; each faulty one fails by the check that is meant for it, with the seed and step that show it. All
/// seeds are fixed, so nothing here fails by chance; with other seeds a true list would be called faulty with probability 1e-8.
/// </summary>
public sealed class EnvironmentCheckerTests
{
    private static readonly CheckSettings Quick = new(Episodes: 5, EpisodeSteps: 300, TransitionSteps: 60_000, SpeedSteps: 20_000);

    public static TheoryData<string> Ids() => new(EnvTesting.OneOfEachKind);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_registered_environment_passes(string id)
    {
        var errors = new ValidationErrors("defaults");
        ConfiguredEnvironment? environment = new ExperimentCatalog().Environments
            .Configure(id, 2, default, EnvironmentKeys.CommandLine, errors);
        errors.ThrowIfAny();
        CheckReport report = EnvironmentChecker.Check(environment!, Quick);
        Assert.True(report.Passed, string.Join('\n', report.Results.Where(r => r.Status == CheckStatus.Failed)));
        Assert.Equal(["exceptions", "spaces", "numbers", "rewards", "flags", "determinism", "reset", "instances", "buffers", "state",
            "table", "transitions", "speed"], report.Results.Select(r => r.Name));
        Assert.True(report.Steps > Quick.SpeedSteps);
    }

    /// <summary>
    /// Random actions let an unstable system grow as 1.63^t, past the largest double after 720 steps; a scalar system of 30 does after 210.
    /// </summary>
    [Theory]
    [InlineData(1, "{}")]
    [InlineData(2, "{}")]
    [InlineData(1, """{ "a": [[30]], "b": [[1]], "q": [[1]], "r": [[1]], "startCovariance": [[1]], "initialGain": [[30]] }""")]
    [InlineData(1, """{ "a": [[0.5]], "b": [[1]], "q": [[1]], "r": [[1]], "startCovariance": [[1]], "initialGain": [[0]] }""")]
    public void A_linear_system_passes_with_the_settings_of_the_command(int agents, string options)
    {
        var errors = new ValidationErrors("options");
        using JsonDocument document = JsonDocument.Parse(options);
        ConfiguredEnvironment? environment = new ExperimentCatalog().Environments
            .Configure("LinearQuadratic-v0", agents, document.RootElement, EnvironmentKeys.CommandLine, errors);
        errors.ThrowIfAny();
        CheckReport report = EnvironmentChecker.Check(environment!, new CheckSettings());
        Assert.True(report.Passed, string.Join('\n', report.Results.Where(r => r.Status == CheckStatus.Failed)));
    }

    [Theory]
    [InlineData(Defect.ObservationOutsideItsSpace, "spaces", "observation [5.5, ")]
    [InlineData(Defect.NotANumber, "numbers", "observation[0] is NaN")]
    [InlineData(Defect.InfiniteReward, "numbers", "the reward is Infinity")]
    [InlineData(Defect.RewardOutsideItsRange, "rewards", "the reward 1.5 is not a number in [0, 1], as the reward range says")]
    [InlineData(Defect.TerminatedAndTruncated, "flags", "terminated and truncated at once")]
    [InlineData(Defect.NeverEnds, "flags", "no episode ended within 300 steps, there is no limit of steps and the discount is 1")]
    [InlineData(Defect.ThrowsInTheFifthStep, "exceptions", "threw InvalidOperationException: tired of walking")]
    [InlineData(Defect.ResetFailsAfterAnEnd, "exceptions", "threw InvalidOperationException at a reset after an episode: the walk is over")]
    [InlineData(Defect.RandomOfItsOwn, "determinism",
        "the same seed and actions give another episode on a new instance: observation[0] is ")]
    [InlineData(Defect.SharedState, "instances", "they share state, perhaps in a static field")]
    [InlineData(Defect.LeftFromTheLastEpisode, "reset", "something is left of the episode before the reset: observation[0] is ")]
    [InlineData(Defect.ReadsTheBuffer, "buffers", "what the observation buffer held before the call makes a difference")]
    [InlineData(Defect.WritesOnlyAPart, "buffers", "observation[1] is ", "what the caller's buffer held")]
    [InlineData(Defect.StateIsNotWhole, "state", "was written and [")]
    [InlineData(Defect.AgentsDifferInSpaces, "spaces", "all agents must have the same")]
    [InlineData(Defect.SpacesChange, "spaces", "spaces must stay what they are")]
    public void A_faulty_environment_fails_by_the_check_for_it_with_the_place_that_shows_it(Defect defect, string check,
        params string[] finding)
    {
        CheckReport report = EnvironmentChecker.Check(Wanderer.Configured(defect), Quick);
        Assert.False(report.Passed);
        CheckResult result = report.Results.Single(r => r.Name == check);
        Assert.Equal(CheckStatus.Failed, result.Status);
        foreach (string part in finding) Assert.Contains(part, result.Finding, StringComparison.Ordinal);
        Assert.InRange(Assert.NotNull(result.Place).Seed, 1, 5);
    }

    [Fact]
    public void The_place_of_a_fault_leads_to_it()
    {
        CheckPlace place =
            Assert.NotNull(
                EnvironmentChecker.Check(Wanderer.Configured(Defect.NotANumber), Quick).Results.Single(r => r.Name == "numbers").Place);
        Assert.Equal(new CheckPlace(0, 1, 3), place);
        Assert.Equal("agent 0, seed 1, step 3", place.ToString());
    }

    [Fact]
    public void The_sound_one_passes_every_check_and_one_that_allocates_is_noted()
    {
        CheckReport sound = EnvironmentChecker.Check(Wanderer.Configured(Defect.None), Quick);
        Assert.All(sound.Results, r => Assert.True(r.Status is CheckStatus.Passed or CheckStatus.Skipped, $"{r}"));
        CheckReport allocating = EnvironmentChecker.Check(Wanderer.Configured(Defect.Allocates), Quick);
        Assert.True(allocating.Passed);
        Assert.Equal(CheckStatus.Noted, allocating.Results.Single(r => r.Name == "speed").Status);
        Assert.True(allocating.BytesPerStep > 8);
        Assert.True(sound.BytesPerStep < 1);
    }

    [Theory]
    [InlineData(ListDefect.StepsFavourOneSide, "state 4, action ", "steps go to state ")]
    [InlineData(ListDefect.StepsPayMore, "state 1, action ", "and the list says ")]
    [InlineData(ListDefect.StepsPayTheOther, "steps to state 0 pay 0, and the list says 0.5")]
    [InlineData(ListDefect.StepsJump, "state 5, action 0: the step leads to state 1, and the list gives that probability 0")]
    [InlineData(ListDefect.StepsDoNotEnd, "state 2, action ", "steps go to state ")]
    [InlineData(ListDefect.StepsStartElsewhere, "the episode starts in state 4, and the list gives that start probability 0")]
    public void Steps_that_differ_from_the_list_are_found(ListDefect defect, params string[] finding)
    {
        CheckResult result = EnvironmentChecker.Check(Ring.Configured(defect), Quick).Results.Single(r => r.Name == "transitions");
        Assert.Equal(CheckStatus.Failed, result.Status);
        foreach (string part in finding) Assert.Contains(part, result.Finding, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ListDefect.RowsDoNotSumToOne, "Ring-v0: the list of its states is faulty: state 4, action 0: probabilities sum to 0.")]
    [InlineData(ListDefect.NextIsNoState, "Ring-v0: the list of its states is faulty: state 5, action 0: outcome (7, 0.8) is out of range")]
    [InlineData(ListDefect.EndIsNoEnd,
        "Ring-v0: the list of its states is faulty: state 6 is reached both with an end and without one (from state 2 by action 1)")]
    [InlineData(ListDefect.StartsDoNotSumToOne, "Ring-v0: the list of its states is faulty: the probabilities of starts sum to 0.9, not 1")]
    [InlineData(ListDefect.NoStarts, "Ring-v0: the list of its states is faulty: Starts gives null; a list is needed")]
    [InlineData(ListDefect.NoOutcomes,
        "Ring-v0: the list of its states is faulty: state 3, action 0: Outcomes gives null; a list is needed")]
    [InlineData(ListDefect.EndlessOutcomes,
        "Ring-v0: the list of its states is faulty: state 3, action 0: Outcomes gives more than 10700 outcomes; does it end?")]
    public void A_faulty_list_is_no_instance(ListDefect defect, string expected)
    {
        CheckResult result = Assert.Single(EnvironmentChecker.Check(Ring.Configured(defect), Quick).Results);
        Assert.Equal(("build", CheckStatus.Failed), (result.Name, result.Status));
        Assert.Contains(expected, result.Finding, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_agrees_with_its_steps_passes_and_is_a_finite_MDP()
    {
        CheckReport report = EnvironmentChecker.Check(Ring.Configured(ListDefect.None), Quick);
        Assert.True(report.Passed, string.Join('\n', report.Results));
        var mdp = Assert.IsType<FiniteMdp>(Ring.Configured(ListDefect.None).Build());
        Assert.Equal((7, 2), (mdp.States, mdp.Actions));
        Assert.True(mdp.SharesKernel);
        Assert.Equal([0.5, 0, 0, 0.5, 0, 0, 0], mdp.Initial);
        Assert.Equal([.. Enumerable.Range(0, 7).Select(s => s == 6)], mdp.Terminal);
        // State 2: leaves with 1/4 for reward 1, stays with 3/4 * 0.2 for reward 0.5.
        Assert.Equal(0.25 + (0.75 * 0.2 * 0.5), mdp.Agents[0].Rewards[4], 1e-15);
        Assert.Equal([1, 2, 6], mdp.Agents[0].Kernel.Next(5).ToArray());
    }

    [Fact]
    public void Two_checks_of_one_environment_say_the_same_but_for_the_speed()
    {
        static IEnumerable<CheckResult> Results() =>
            EnvironmentChecker.Check(Ring.Configured(ListDefect.None), Quick).Results.Where(r => r.Name != "speed");
        Assert.Equal(Results(), Results());
    }
}
