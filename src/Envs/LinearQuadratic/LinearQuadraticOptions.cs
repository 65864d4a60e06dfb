using FedPG.Core.Options;
using FedPG.Envs.Tabular;
using MathNet.Numerics.LinearAlgebra;

namespace FedPG.Envs.LinearQuadratic;

/// <summary>The options of <c>LinearQuadratic-v0</c>, read and checked. Matrices are [rows][columns].</summary>
internal sealed record LinearQuadraticOptions(
    int Agents, double[][][] A, double[][][] B, double[][][] Q, double[][][] R, double[][] StartCovariance, double[][] InitialGain,
    double Discount, int Steps, double Heterogeneity)
{
    private const string CostSpreadKey = "costSpread";
    private const int MaxNumbers = 50;
    private const long MaxEntries = 1L << 26;
    private const double Tolerance = 1e-12;
    private static readonly double[][] DefaultA = [[1.2, 0.5, 0.4], [0.01, 0.75, 0.3], [0.1, 0.02, 1.5]];

    /// <summary>s, in [0, 1): agent i's Q_i and R_i are multiplied by numbers of its own, uniform on [1 - s, 1 + s].</summary>
    public double CostSpread { get; init; }

    /// <summary>s, in [0, 1): agent i's A is multiplied by a number of its own, uniform on [1 - s, 1 + s].</summary>
    public double DriftSpread { get; init; }

    /// <summary>What those numbers are drawn from.</summary>
    public long AgentSeed { get; init; }

    public static LinearQuadraticOptions Read(OptionReader reader, int agents)
    {
        int before = reader.Errors.Items.Count;
        double[][][] a = ReadList(reader, "a", [DefaultA], agents, "A: the drift, [m][m], one for all agents or a list of one an agent.");
        int m = a[0].Length;
        double[][][] b = ReadList(reader, "b", [Scaled(1, m)], agents, "B: the control, [m][k], one for all agents or a list of one an agent.");
        int k = b[0][0].Length;
        double[][][] q = ReadList(reader, "q", Alternating(agents, m, 1, 0.9), agents, "Q_i: the cost of the state, [m][m], one for all or one an agent.");
        double[][][] r = ReadList(reader, "r", Alternating(agents, k, 2, -0.9), agents, "R_i: the cost of the control, [k][k], one for all or one an agent.");
        double[][] start = ReadMatrix(reader, "startCovariance", Scaled(1, m), "S_0 = E x_0 x_0', [m][m].");
        double[][] gain = ReadMatrix(reader, "initialGain", Scaled(1.2, k, m), "K_0, [k][m], which policies start from.");
        var options = new LinearQuadraticOptions(
            agents, a, b, q, r, start, gain,
            reader.Number("discount", 1, NumberRange.UnitInterval, "gamma; 1 is for policies without noise, or a number of steps."),
            reader.Integer("steps", 0, 0, 100_000, "T, the steps of an episode; 0 means endless."),
            reader.Number("heterogeneity", 1, NumberRange.UnitInterval, "lambda: how far the agents' costs lie apart, and their dynamics."))
        {
            CostSpread = reader.Number(CostSpreadKey, 0, new NumberRange(0, 1, OpenMaximum: true), "s: agent i's Q_i and R_i are multiplied by two numbers of its own, uniform on [1 - s, 1 + s]."),
            DriftSpread = reader.Number("driftSpread", 0, new NumberRange(0, 1, OpenMaximum: true), "s: agent i's A is multiplied by a number of its own, uniform on [1 - s, 1 + s]."),
            AgentSeed = reader.Seed(AgentSpread.SeedKey, 0, "The seed of these numbers; an agent's do not depend on how many agents there are."),
        };
        bool drawn = options.CostSpread > 0 || options.DriftSpread > 0;
        if (!drawn)
        {
            if (reader.Has(AgentSpread.SeedKey)) reader.Reject(AgentSpread.SeedKey, "is used where agents are drawn: with costSpread or driftSpread above 0");
            // Written back as not given, so that what was resolved can be read again.
            reader.Resolved[AgentSpread.SeedKey] = null;
        }
        AgentSpread.RequireDifference(reader, drawn || new[] { a, b, q, r }.Any(list => list.Length > 1), agents, "a list for a, b, q or r, or costSpread or driftSpread");
        // Shapes are compared only where every value could be read: a default in the place of a bad value would fit nothing.
        if (reader.Errors.Items.Count == before) options.Check(reader, m, k);
        return options;
    }

    public LinearQuadraticProblem Build()
    {
        double[][][] q = [.. PerAgent(Q).Select(Copy)], r = [.. PerAgent(R).Select(Copy)];
        Spread(q, CostSpread, number: 0);
        Spread(r, CostSpread, number: 1);
        PullTogether(q);
        PullTogether(r);
        Matrix<double>[] drifts = Dynamics(A, DriftSpread), controls = Dynamics(B, spread: 0);
        LinearQuadraticAgent[] agents = [.. Enumerable.Range(0, Agents).Select(i => new LinearQuadraticAgent(
            $"agent-{i}", drifts[drifts.Length == 1 ? 0 : i], controls[controls.Length == 1 ? 0 : i], Symmetric(q[i]), Symmetric(r[i])))];
        return new LinearQuadraticProblem(
            LinearQuadraticEnvironment.Definition.Id, Discount, Steps, Symmetric(StartCovariance), ToMatrix(InitialGain), agents);
    }

    private void Check(OptionReader reader, int m, int k)
    {
        int before = reader.Errors.Items.Count;
        RequireShape(reader, "a", A, m, m);
        RequireShape(reader, "b", B, m, k);
        RequireShape(reader, "q", Q, m, m);
        RequireShape(reader, "r", R, k, k);
        RequireShape(reader, "startCovariance", [StartCovariance], m, m);
        RequireShape(reader, "initialGain", [InitialGain], k, m);
        if (m > MaxNumbers) reader.Reject("a", $"has {m} rows; a state may have at most {MaxNumbers} numbers");
        if (k > MaxNumbers) reader.Reject("b", $"has {k} columns; a control may have at most {MaxNumbers} numbers");
        if ((long)Agents * ((m * m) + (k * k)) > MaxEntries) reader.Reject("q", $"the agents' costs would be more than {MaxEntries} numbers");
        if (reader.Errors.Items.Count > before) return;
        RequireDefinite(reader, "q", Q, strictly: false);
        RequireDefinite(reader, "r", R, strictly: true);
        RequireDefinite(reader, "startCovariance", [StartCovariance], strictly: false);
        if (reader.Errors.Items.Count > before) return;
        LinearQuadraticProblem problem = Build();
        double[] first = problem.InitialGain.Transpose().ToColumnMajorArray();
        if (!problem.IsFiniteAt(first)) reader.Reject("initialGain", problem.UnstableGain("K_0"));
        else if (!double.IsFinite(problem.MeanObjective(standardDeviation: 0).Value(first)))
            reader.Reject("initialGain", $"must keep the cost finite: it leaves the range of float64{(Steps > 0 ? $" within {Steps} steps" : "")}");
    }

    private static double[][][] ReadList(OptionReader reader, string key, double[][][] defaults, int agents, string meaning) =>
        reader.Parsed(key, defaults, agents == 1 ? "a matrix [[...], ...]" : $"a matrix [[...], ...] or a list of 1 or {agents}, all of one shape", meaning, element =>
        {
            if (MatrixReader.Matrix(element) is { } one) return [one];
            double[][][]? list = MatrixReader.List(element);
            return list is not null && (list.Length == 1 || list.Length == agents) ? list : null;
        })!;

    private static double[][] ReadMatrix(OptionReader reader, string key, double[][] defaults, string meaning) =>
        reader.Parsed(key, defaults, "a matrix [[...], ...]", meaning, MatrixReader.Matrix)!;

    private static void RequireShape(OptionReader reader, string key, double[][][] matrices, int rows, int columns)
    {
        if (matrices.Any(matrix => matrix.Length != rows || matrix[0].Length != columns))
            reader.Reject(key, $"must be {rows} x {columns}, to fit a with its states and b with its controls");
    }

    private static void RequireDefinite(OptionReader reader, string key, double[][][] matrices, bool strictly)
    {
        for (int i = 0; i < matrices.Length; i++)
        {
            Matrix<double> matrix = ToMatrix(matrices[i]);
            double size = matrix.FrobeniusNorm();
            string which = matrices.Length == 1 ? "" : $"matrix {i} ";
            if ((matrix - matrix.Transpose()).FrobeniusNorm() > Tolerance * size)
            {
                reader.Reject(key, $"{which}must be symmetric");
                continue;
            }
            double least = Symmetric(matrices[i]).Evd(Symmetricity.Symmetric).EigenValues.Real().Minimum();
            if (strictly && !(least > Tolerance * size)) reader.Reject(key, $"{which}must be positive definite");
            if (!strictly && !(least >= -Tolerance * size)) reader.Reject(key, $"{which}must be positive semidefinite");
        }
    }

    /// <summary>The matrices of all agents; one, where they do not differ.</summary>
    private Matrix<double>[] Dynamics(double[][][] matrices, double spread)
    {
        if (matrices.Length == 1 && spread == 0) return [ToMatrix(matrices[0])];
        double[][][] own = [.. PerAgent(matrices).Select(Copy)];
        Spread(own, spread, number: 2);
        PullTogether(own);
        return [.. own.Take(Heterogeneity == 0 ? 1 : own.Length).Select(ToMatrix)];
    }

    private void Spread(double[][][] matrices, double spread, int number)
    {
        if (spread == 0) return;
        for (int i = 0; i < matrices.Length; i++)
        {
            double factor = 1 + (spread * ((2 * AgentSpread.Draw(AgentSeed, i, number)) - 1));
            foreach (double[] row in matrices[i])
            {
                for (int column = 0; column < row.Length; column++) row[column] *= factor;
            }
        }
    }

    private void PullTogether(double[][][] matrices)
    {
        for (int row = 0; row < matrices[0].Length; row++) RewardHeterogeneity.Scale([.. matrices.Select(matrix => matrix[row])], Heterogeneity);
    }

    private IEnumerable<double[][]> PerAgent(double[][][] matrices) => matrices.Length == 1 ? Enumerable.Repeat(matrices[0], Agents) : matrices;

    private static double[][] Copy(double[][] matrix) => [.. matrix.Select(row => (double[])row.Clone())];

    private static Matrix<double> ToMatrix(double[][] rows) => Matrix<double>.Build.DenseOfRowArrays(rows);

    private static Matrix<double> Symmetric(double[][] rows)
    {
        Matrix<double> matrix = ToMatrix(rows);
        return 0.5 * (matrix + matrix.Transpose());
    }

    /// <summary>value times the identity.</summary>
    private static double[][] Scaled(double value, int rows, int? columns = null) =>
        [.. Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, columns ?? rows).Select(j => i == j ? value : 0.0).ToArray())];

    /// <summary>scale (1 + share s_i) I with s_i = (-1)^i.</summary>
    private static double[][][] Alternating(int agents, int size, double scale, double share) =>
        [.. Enumerable.Range(0, agents).Select(i => Scaled(scale * (1 + (i % 2 == 0 ? share : -share)), size))];
}
