using FedPG.Core.Options;
using FedPG.Envs.GridWorlds;
using FedPG.Envs.Tabular;

namespace FedPG.Envs.ToyText;

/// <summary><c>Taxi-v4</c>: fetch a passenger and take them where they want to go.</summary>
public static class Taxi
{
    private const int Actions = 6, Pickup = 4, DropOff = 5;
    private const double Fare = 20;

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "Taxi-v4",
        Drawing = new TaxiDrawing(),
        StepLimit = 200,
        SuccessAbove = double.NegativeInfinity,
        Summary = "Gymnasium's taxi (Dietterich 2000): fetch the passenger and drop them at their destination.",
        Text = EnvironmentText.Beside(typeof(Taxi)),
        Differences = new(["differ"], ["differ", "rainy", "rainyProbability"], ["heterogeneity"], ["agentSeed"]),
        OptionsType = typeof(TaxiOptions),
        Configure = EnvironmentDefinition.Reading<TaxiOptions, Settings>(
            Settings.Settle,
            (settings, _) => Build(settings),
            (options, reader) =>
                options with { Heterogeneity = AgentSpread.DefaultDegree(reader, AgentSpread.DifferKey, AgentSpread.SeedKey) }),
    };

    /// <summary>Makes the environment.</summary>
    /// <param name="agents">N, at least 1.</param>
    /// <param name="options">Its options; null for the defaults.</param>
    /// <exception cref="InvalidInputException">Options are not allowed; all errors are named at once.</exception>
    public static FiniteMdp Create(int agents, TaxiOptions? options = null) => (FiniteMdp)Definition.Create(agents, options);

    private static FiniteMdp Build(Settings settings)
    {
        (World world, double others) = (settings.World, settings.OtherFare);
        var tables = new TablePool();
        AgentMdp[] agents = [.. settings.Aside.Select((chance, i) => OutcomeTable.Agent(
            $"agent-{i}", world.States, Actions,
            (index, action) => world.Outcomes(index, action, chance, destination => destination == settings.Favoured[i] ? Fare : others),
            tables))];

        double[] initial = new double[world.States];
        TaxiState[] starts = [.. TaxiState.All.Where(s => !s.OnBoard && s.Passenger != s.Destination)];
        foreach (TaxiState start in starts) initial[start.Index] = 1.0 / starts.Length;
        return new FiniteMdp(Definition.Id, settings.Discount, initial, agents)
        {
            Tasks = settings.Tasks(),
            Parameters = others == Fare
                ? new Dictionary<string, double[]> { ["aside"] = settings.Aside }
                : new Dictionary<string, double[]>
                {
                    ["aside"] = settings.Aside,
                    ["destination"] = [.. settings.Favoured.Select(destination => (double)destination)],
                },
        };
    }

    /// <summary>What the environment is built from.</summary>
    /// <param name="World">The rules.</param>
    /// <param name="Aside">How likely each agent's moves go aside, [N].</param>
    /// <param name="Favoured">The destination that pays each agent in full, [N].</param>
    /// <param name="OtherFare">What the other destinations pay.</param>
    /// <param name="Discount">gamma.</param>
    private sealed record Settings(World World, double[] Aside, int[] Favoured, double OtherFare, double Discount)
    {
        /// <summary>Whether moves go aside differently often for each agent.</summary>
        private bool OwnAside { get; init; }

        /// <summary>
        /// The destination that pays each agent in full, with the taxi's own place, or how likely its moves go aside; null where agents
        /// don't differ.
        /// </summary>
        public AgentTasks? Tasks()
        {
            if (OtherFare == Fare) return AgentTasks.Of((OwnAside, "aside", Aside));
            var scale = new MapPlaces(TaxiState.Side, TaxiState.Side);
            IEnumerable<TaxiState> states = Enumerable.Range(0, World.States).Select(index => TaxiState.Of(index % TaxiState.Count));
            return AgentTasks.Of(
                [.. Favoured.Select(destination => scale.Scaled(TaxiState.Places[destination]))],
                [.. states.Select(state => scale.Scaled((state.Row, state.Column)))],
                []);
        }

        public static Settings Settle(TaxiOptions options, OptionReader reader, int agents)
        {
            double lambda = options.Heterogeneity!.Value;
            double[]? places = AgentSpread.Places(options.AgentSeed, agents);
            // A record holds defaults, too: those are no mistake.
            var defaults = new TaxiOptions();
            if (!options.Rainy && options.RainyProbability != defaults.RainyProbability)
                reader.RejectUnused("is used with \"rainy\": true only", "rainyProbability");
            if (!options.Fickle && options.FickleProbability != defaults.FickleProbability)
                reader.RejectUnused("is used with \"fickle\": true only", "fickleProbability");
            // 0.2 to the last bit where the probability is 0.8.
            double dry = options.RainyProbability == 0.8 ? 0.2 : 1 - options.RainyProbability;
            var world = new World(options.Rainy ? dry : 0, options.Fickle, options.FickleProbability);
            long rows = (long)world.States * Actions * agents;
            SizeLimits.Check(reader, "fickle", rows, rows * 6);
            bool byFares = options.Differ == TaxiDifference.Fares;
            double[]? aside = places is null ? null : [.. places.Select(t => 0.4 * t)];
            return new Settings(
                world,
                [.. Enumerable.Range(0, agents).Select(i => byFares ? world.Aside : AgentSpread.Move(world.Aside, lambda, aside, i))],
                AgentSpread.Kinds(options.AgentSeed, places, agents, TaxiState.Places.Count),
                byFares && places is not null ? Fare * (1 - lambda) : Fare,
                options.Discount)
            {
                OwnAside = !byFares && lambda > 0,
            };
        }
    }

    /// <summary>The rules, for one weather and one kind of passenger.</summary>
    /// <param name="Aside">The chance that a possible move goes aside.</param>
    /// <param name="Fickle">Whether passengers may change their destination.</param>
    /// <param name="FickleProbability">The chance that such a passenger does.</param>
    private sealed record World(double Aside, bool Fickle, double FickleProbability)
    {
        public int States => Fickle ? 2 * TaxiState.Count : TaxiState.Count;

        public IEnumerable<PaidTransition> Outcomes(int index, int action, double aside, Func<int, double> fare)
        {
            (int decided, int within) = Math.DivRem(index, TaxiState.Count);
            var state = TaxiState.Of(within);
            if (state.Delivered) return OutcomeTable.Absorbing(index);
            if (action is Pickup or DropOff)
            {
                (TaxiState after, double reward) = action == Pickup ? PickUp(state) : Drop(state, fare);
                return [new PaidTransition((decided * TaxiState.Count) + after.Index, 1, reward)];
            }
            return Moves(state, action, aside).SelectMany(move => Decide(state, move.After, move.Probability, decided == 1));
        }

        private static (TaxiState After, double Reward) PickUp(TaxiState state) =>
            !state.OnBoard && state.At(state.Passenger) ? (state with { Passenger = TaxiState.InTaxi }, -1) : (state, -10);

        private static (TaxiState After, double Reward) Drop(TaxiState state, Func<int, double> fare)
        {
            int place = state.Place;
            if (!state.OnBoard || place < 0) return (state, -10);
            return (state with { Passenger = place }, place == state.Destination ? fare(place) : -1);
        }

        private static IEnumerable<(TaxiState After, double Probability)> Moves(TaxiState state, int action, double aside)
        {
            if (!state.CanMove(action)) return [(state, 1)];
            // South and north go aside to east and west, and the other way round.
            (int one, int other) = action < 2 ? (2, 3) : (0, 1);
            return [(state.Move(action), 1 - aside), (state.Move(one), aside / 2), (state.Move(other), aside / 2)];
        }

        /// <summary>The passenger's decision, which falls at the first change of place on board.</summary>
        private IEnumerable<PaidTransition> Decide(TaxiState before, TaxiState after, double probability, bool decided)
        {
            int offset = decided ? TaxiState.Count : 0;
            if (!Fickle || decided || !before.OnBoard || (before.Row, before.Column) == (after.Row, after.Column))
                return [new PaidTransition(offset + after.Index, probability, -1)];
            return Enumerable.Range(0, 4).Select(destination => new PaidTransition(
                TaxiState.Count + (after with { Destination = destination }).Index,
                probability * (destination == after.Destination ? 1 - FickleProbability : FickleProbability / 3), -1));
        }
    }
}
