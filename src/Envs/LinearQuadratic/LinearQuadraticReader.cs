using FedPG.Core.Options;
using MathNet.Numerics.LinearAlgebra;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>Reads and checks the options of <c>LinearQuadratic-v0</c>.</summary>
/// <param name="reader">The environment's options.</param>
/// <param name="agents">The number of agents N.</param>
internal sealed class LinearQuadraticReader(OptionReader reader, int agents)
{
    private const int MaxNumbers = 50;
    private const long MaxEntries = 1L << 26;
    private const double Tolerance = 1e-12;
    private static readonly double[,] DefaultA = { { 1.2, 0.5, 0.4 }, { 0.01, 0.75, 0.3 }, { 0.1, 0.02, 1.5 } };

    private static IReadOnlyList<OptionProperty> Properties => OptionProperty.Of(typeof(LinearQuadraticOptions));

    /// <summary>Reads all options; errors go to the reader.</summary>
    /// <returns>What builds the problem, once there was no error.</returns>
    public LinearQuadraticBuilder Read()
    {
        int before = reader.Errors.Items.Count;
        var options = new LinearQuadraticOptions { Heterogeneity = 1, AgentSeed = 0 };
        foreach (OptionProperty property in Properties) property.Set(options, ReadOption(property, options));
        bool drawn = options.CostSpread > 0 || options.DriftSpread > 0;
        if (!drawn)
        {
            if (reader.Has(AgentSpread.SeedKey))
                reader.Reject(AgentSpread.SeedKey, "is used where agents are drawn: with costSpread or driftSpread above 0");
            // Written back as not given, so that what was resolved can be read again.
            reader.Resolved[AgentSpread.SeedKey] = null;
        }
        bool differ = drawn || new[] { options.A!, options.B!, options.Q!, options.R! }.Any(list => list.Count > 1);
        AgentSpread.RequireDifference(reader, differ, agents, "a list for a, b, q or r, or costSpread or driftSpread");
        var builder = new LinearQuadraticBuilder(options, agents);
        // Shapes are compared only where every value could be read: a default in the place of a bad value would fit nothing.
        if (reader.Errors.Items.Count == before) Check(options, builder);
        return builder;
    }

    /// <summary>Reads an option. Sizes follow from a and b, which are read first.</summary>
    private object? ReadOption(OptionProperty property, LinearQuadraticOptions read)
    {
        object? standard = property.Name switch
        {
            nameof(LinearQuadraticOptions.A) => AgentMatrices.List(DefaultA),
            nameof(LinearQuadraticOptions.B) => AgentMatrices.List(Scaled(1, read.A!.Rows, read.A.Rows)),
            nameof(LinearQuadraticOptions.Q) => Alternating(read.A!.Rows, 1, 0.9),
            nameof(LinearQuadraticOptions.R) => Alternating(read.B!.Columns, 2, -0.9),
            nameof(LinearQuadraticOptions.StartCovariance) => Scaled(1, read.A!.Rows, read.A.Rows),
            nameof(LinearQuadraticOptions.InitialGain) => Scaled(1.2, read.B!.Columns, read.A!.Rows),
            _ => property.ValueIn(read),
        };
        if (standard is not AgentMatrices matrices) return property.Read(reader, standard);
        return reader.Parsed(property.Key, matrices.ToJson(), AgentMatrices.Allowed(agents), property.Attribute.Meaning,
            element => AgentMatrices.TryParse(element, NumberRange.Any, out AgentMatrices value) && Fits(value) ? value : null, matrices);

        bool Fits(AgentMatrices value) => value.Count == 1 || value.Count == agents;
    }

    private void Check(LinearQuadraticOptions options, LinearQuadraticBuilder builder)
    {
        int before = reader.Errors.Items.Count;
        (int m, int k) = (options.A!.Rows, options.B!.Columns);
        RequireShape("a", options.A, m, m);
        RequireShape("b", options.B, m, k);
        RequireShape("q", options.Q!, m, m);
        RequireShape("r", options.R!, k, k);
        RequireShape("startCovariance", options.StartCovariance!, m, m);
        RequireShape("initialGain", options.InitialGain!, k, m);
        if (m > MaxNumbers) reader.Reject("a", $"has {m} rows; a state may have at most {MaxNumbers} numbers");
        if (k > MaxNumbers) reader.Reject("b", $"has {k} columns; a control may have at most {MaxNumbers} numbers");
        if ((long)agents * ((m * m) + (k * k)) > MaxEntries)
            reader.Reject("q", $"the agents' costs would be more than {MaxEntries} numbers");
        if (reader.Errors.Items.Count > before) return;
        RequireDefinite("q", options.Q!, strictly: false);
        RequireDefinite("r", options.R!, strictly: true);
        RequireDefinite("startCovariance", options.StartCovariance!, strictly: false);
        if (reader.Errors.Items.Count > before) return;
        LinearQuadraticProblem problem = builder.Build();
        double[] first = problem.InitialGain.Transpose().ToColumnMajorArray();
        string within = options.Steps > 0 ? $" within {options.Steps} steps" : "";
        if (!problem.IsFiniteAt(first)) reader.Reject("initialGain", problem.UnstableGain("K_0"));
        else if (!double.IsFinite(problem.MeanObjective(standardDeviation: 0).Value(first)))
            reader.Reject("initialGain", $"must keep the cost finite: it leaves the range of float64{within}");
    }

    private void RequireShape(string key, AgentMatrices matrices, int rows, int columns)
    {
        if ((matrices.Rows, matrices.Columns) != (rows, columns))
            reader.Reject(key, $"must be {rows} x {columns}, to fit a with its states and b with its controls");
    }

    private void RequireDefinite(string key, AgentMatrices matrices, bool strictly)
    {
        for (int i = 0; i < matrices.Count; i++)
        {
            Matrix<double> matrix = LinearQuadraticBuilder.ToMatrix(matrices[i].ToRows());
            double size = matrix.FrobeniusNorm();
            string which = matrices.Count == 1 ? "" : $"matrix {i} ";
            if ((matrix - matrix.Transpose()).FrobeniusNorm() > Tolerance * size)
            {
                reader.Reject(key, $"{which}must be symmetric");
                continue;
            }
            Matrix<double> symmetric = LinearQuadraticBuilder.Symmetric(matrices[i].ToRows());
            double smallest = symmetric.Evd(Symmetricity.Symmetric).EigenValues.Real().Minimum();
            if (strictly && !(smallest > Tolerance * size)) reader.Reject(key, $"{which}must be positive definite");
            if (!strictly && !(smallest >= -Tolerance * size)) reader.Reject(key, $"{which}must be positive semidefinite");
        }
    }

    /// <summary>value times the identity.</summary>
    private static NumberMatrix Scaled(double value, int rows, int columns) =>
        new([.. Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, columns).Select(j => i == j ? value : 0.0).ToArray())]);

    /// <summary>scale (1 + share s_i) I with s_i = (-1)^i, for all agents.</summary>
    private AgentMatrices Alternating(int size, double scale, double share)
    {
        NumberMatrix even = Scaled(scale * (1 + share), size, size), odd = Scaled(scale * (1 - share), size, size);
        return [.. Enumerable.Range(0, agents).Select(i => i % 2 == 0 ? even : odd)];
    }
}
