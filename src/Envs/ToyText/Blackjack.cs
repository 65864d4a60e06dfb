using FedPG.Envs.Tabular;

namespace FedPG.Envs.ToyText;

/// <summary><c>Blackjack-v1</c>: a player against a dealer with a fixed rule, cards drawn with replacement.</summary>
internal static class Blackjack
{
    /// <summary>What agents may differ in.</summary>
    internal const string ByDeck = "deck", ByTies = "ties";

    private const int Actions = 2, Hit = 1, Ten = 10, Limit = 21, Stand = 17;
    private const int LeastSum = 4, Sums = Limit - LeastSum + 1, End = Sums * Ten * 2;
    private const double TenShare = 4.0 / 13;

    /// <summary>The environment's documentation and maker.</summary>
    public static EnvironmentDefinition Definition { get; } = new()
    {
        Id = "Blackjack-v1",
        SuccessAbove = 0,
        Summary = "Gymnasium's blackjack: come nearer to 21 than the dealer, and not beyond it.",
        Text = EnvironmentText.Beside(typeof(Blackjack)),
        Differences = new(["differ"], ["differ"], ["heterogeneity"], ["agentSeed"]),
        OptionsType = typeof(BlackjackOptions),
        Configure = EnvironmentDefinition.Reading<BlackjackOptions>(
            Build,
            (options, reader, _) =>
            {
                if (options is { Sab: true, Natural: true }) reader.RejectUnused("is used with \"sab\": false only", "natural");
            },
            (options, reader) =>
                options with { Heterogeneity = AgentSpread.DefaultDegree(reader, AgentSpread.DifferKey, AgentSpread.SeedKey) }),
    };

    private static FiniteMdp Build(BlackjackOptions options, int count)
    {
        double lambda = options.Heterogeneity!.Value;
        bool byTies = options.Differ == ByTies;
        double[]? places = AgentSpread.Places(options.AgentSeed, count);
        double[]? shares = places is null ? null : [.. places.Select(t => (2 + (4 * t)) / 13)];
        double[]? pays = places is null ? null : [.. places.Select(t => (2 * t) - 1)];
        double[] tens = [.. Enumerable.Range(0, count).Select(i => byTies ? TenShare : AgentSpread.Move(TenShare, lambda, shares, i))];
        double[] ties = [.. Enumerable.Range(0, count).Select(i => byTies ? AgentSpread.Move(0, lambda, pays, i) : 0)];
        bool tellsNaturals = options.Natural || options.Sab;
        int states = End + 1 + (tellsNaturals ? Ten : 0);
        var tables = new TablePool();
        AgentMdp[] agents = [.. Enumerable.Range(0, count).Select(i =>
        {
            var table = new Table(tens[i], ties[i], options);
            return OutcomeTable.Agent($"agent-{i}", states, Actions, table.Outcomes, tables);
        })];
        return new FiniteMdp(Definition.Id, options.Discount, Deal(states, tellsNaturals), agents)
        {
            Tasks = AgentTasks.Of(
                (lambda > 0 && !byTies, "tens", tens),
                (lambda > 0 && byTies, "tie", ties.Select(pay => (pay + 1) / 2))),
            Parameters = new Dictionary<string, double[]> { ["tens"] = tens, ["tie"] = ties },
        };
    }

    /// <summary>The state of a hand beside the dealer's card.</summary>
    private static int Index(Hand hand, int dealer) => ((((hand.Sum - LeastSum) * Ten) + dealer - 1) * 2) + (hand.Usable ? 1 : 0);

    /// <summary>Two cards for the player and one that the dealer shows, of the deck that all agents have.</summary>
    private static double[] Deal(int states, bool tellsNaturals)
    {
        double[] initial = new double[states];
        for (int one = 1; one <= Ten; one++)
        {
            for (int other = 1; other <= Ten; other++)
            {
                Hand hand = Hand.Empty.With(one).With(other);
                for (int dealer = 1; dealer <= Ten; dealer++)
                {
                    int state = tellsNaturals && hand.Sum == Limit ? End + dealer : Index(hand, dealer);
                    initial[state] += ChanceOf(one, TenShare) * ChanceOf(other, TenShare) * ChanceOf(dealer, TenShare);
                }
            }
        }
        return initial;
    }

    private static double ChanceOf(int card, double tens) => card == Ten ? tens : (1 - tens) / (Ten - 1);

    /// <summary>A hand: its cards with aces as 1, and whether there is an ace.</summary>
    private readonly record struct Hand(int Hard, bool Ace)
    {
        public static Hand Empty => default;

        /// <summary>Whether an ace counts 11.</summary>
        public bool Usable => Ace && Hard + Ten <= Limit;

        public int Sum => Usable ? Hard + Ten : Hard;

        public Hand With(int card) => new(Hard + card, Ace || card == 1);
    }

    /// <summary>What an agent's table of cards leads to.</summary>
    private sealed class Table(double tens, double tie, BlackjackOptions options)
    {
        /// <summary>By the dealer's card: the chances of no more than 21 with a sum, of a bust at 0, and of a natural at 1.</summary>
        private readonly double[][] _dealer = [.. Enumerable.Range(0, Ten + 1).Select(card => card == 0 ? [] : Play(card, tens))];

        public IEnumerable<PaidTransition> Outcomes(int state, int action)
        {
            if (state == End) return OutcomeTable.Absorbing(state);
            if (state > End) return Turn(new Hand(Limit - Ten, true), state - End, action, natural: true);
            (int sum, int dealer, bool usable) = (LeastSum + (state / (2 * Ten)), (state / 2 % Ten) + 1, state % 2 == 1);
            // A usable ace with a sum below 12 is no hand: such a state is never met, and ends.
            if (usable && sum <= Ten + 1) return [new PaidTransition(End, 1, 0)];
            return Turn(new Hand(usable ? sum - Ten : sum, usable), dealer, action, natural: false);
        }

        private IEnumerable<PaidTransition> Turn(Hand hand, int dealer, int action, bool natural)
        {
            if (action != Hit)
            {
                return Showdown(hand.Sum, _dealer[dealer], natural)
                    .Where(outcome => outcome.Probability > 0)
                    .Select(outcome => new PaidTransition(End, outcome.Probability, outcome.Reward));
            }
            return Enumerable.Range(1, Ten).Select(card =>
            {
                Hand next = hand.With(card);
                return next.Sum > Limit
                    ? new PaidTransition(End, ChanceOf(card, tens), -1)
                    : new PaidTransition(Index(next, dealer), ChanceOf(card, tens), 0);
            });
        }

        private IEnumerable<(double Probability, double Reward)> Showdown(int sum, double[] dealer, bool natural)
        {
            double won = dealer[0], even = 0, lost = 0;
            for (int score = Stand; score <= Limit; score++)
            {
                if (score < sum) won += dealer[score];
                else if (score == sum) even += dealer[score];
                else lost += dealer[score];
            }
            // The dealer's natural is a 21 like any other, but for a natural under the rules of the book.
            if (sum < Limit) lost += dealer[1];
            else if (natural && options.Sab) (won, even) = (won + even, dealer[1]);
            else even += dealer[1];
            return [(won, natural && options.Natural && !options.Sab ? 1.5 : 1), (even, tie), (lost, -1)];
        }

        /// <summary>The dealer draws until 17.</summary>
        private static double[] Play(int shown, double tens)
        {
            double[] chances = new double[Limit + 1];
            for (int card = 1; card <= Ten; card++)
            {
                Hand hand = Hand.Empty.With(shown).With(card);
                if (hand.Sum == Limit) chances[1] += ChanceOf(card, tens);
                else Draw(hand, ChanceOf(card, tens));
            }
            // Hundreds of products: their sum is 1 but for rounding, of which this leaves less.
            double sum = chances.Sum();
            return [.. chances.Select(chance => chance / sum)];

            void Draw(Hand hand, double chance)
            {
                if (hand.Sum >= Stand)
                {
                    chances[hand.Sum > Limit ? 0 : hand.Sum] += chance;
                    return;
                }
                for (int card = 1; card <= Ten; card++) Draw(hand.With(card), chance * ChanceOf(card, tens));
            }
        }
    }
}
