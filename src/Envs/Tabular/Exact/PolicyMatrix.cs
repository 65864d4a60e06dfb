namespace FedPG.Envs.Tabular.Exact;

/// <summary>
/// M = I - gamma P_pi of one policy as sparse rows, and its Gauss-Seidel preconditioner (D + L) D^-1 (D + U), which needs no factorisation.
/// States are taken in the order in which a depth-first search along the policy's transitions leaves them: then every transition but those
/// that close a cycle lies below the diagonal, and the preconditioner is exact wherever the policy does not return. Not thread-safe.
/// </summary>
internal sealed class PolicyMatrix
{
    private readonly TransitionKernel _kernel;
    private readonly double _discount;
    private readonly int[] _starts, _middles, _position, _order;
    private readonly double[] _diagonal, _sums;
    private readonly int[] _rowStarts, _stack, _cursor;
    private int[] _columns = [], _rowColumns = [];
    private double[] _values = [], _rowValues = [];

    public PolicyMatrix(TransitionKernel kernel, double discount)
    {
        (_kernel, _discount) = (kernel, discount);
        int n = kernel.States;
        (_starts, _middles, _position, _order) = (new int[n + 1], new int[n], new int[n], new int[n]);
        (_diagonal, _sums) = (new double[n], new double[n]);
        (_rowStarts, _stack, _cursor) = (new int[n + 1], new int[n], new int[n]);
    }

    /// <summary>S.</summary>
    public int Size => _order.Length;

    /// <summary>The state at each place of the matrix, [S].</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>Assembles the matrix of a policy, [S, A].</summary>
    public void SetPolicy(ReadOnlySpan<double> policy)
    {
        CollectRows(policy);
        OrderStates();
        int count = 0;
        for (int i = 0; i < Size; i++)
        {
            int s = _order[i];
            _starts[i] = count;
            _diagonal[i] = 1;
            for (int k = _rowStarts[s]; k < _rowStarts[s + 1]; k++)
            {
                int j = _position[_rowColumns[k]];
                if (j < i) (_columns[count], _values[count++]) = (j, -_rowValues[k]);
                else if (j == i) _diagonal[i] -= _rowValues[k];
            }
            _middles[i] = count;
            for (int k = _rowStarts[s]; k < _rowStarts[s + 1]; k++)
            {
                int j = _position[_rowColumns[k]];
                if (j > i) (_columns[count], _values[count++]) = (j, -_rowValues[k]);
            }
        }
        _starts[Size] = count;
    }

    /// <summary>result = M x.</summary>
    public void Multiply(ReadOnlySpan<double> x, Span<double> result)
    {
        for (int i = 0; i < Size; i++) result[i] = (_diagonal[i] * x[i]) + Gather(_starts[i], _starts[i + 1], x);
    }

    /// <summary>result = M' x.</summary>
    public void MultiplyTransposed(ReadOnlySpan<double> x, Span<double> result)
    {
        for (int i = 0; i < Size; i++) result[i] = _diagonal[i] * x[i];
        for (int i = 0; i < Size; i++) Scatter(_starts[i], _starts[i + 1], x[i], result);
    }

    /// <summary>x becomes (D + U)^-1 D (D + L)^-1 x.</summary>
    public void Precondition(Span<double> x)
    {
        for (int i = 0; i < Size; i++) x[i] = (x[i] - Gather(_starts[i], _middles[i], x)) / _diagonal[i];
        for (int i = Size - 1; i >= 0; i--) x[i] -= Gather(_middles[i], _starts[i + 1], x) / _diagonal[i];
    }

    /// <summary>x becomes (D + L')^-1 D (D + U')^-1 x.</summary>
    public void PreconditionTransposed(Span<double> x)
    {
        for (int i = 0; i < Size; i++)
        {
            x[i] /= _diagonal[i];
            Scatter(_middles[i], _starts[i + 1], -x[i], x);
        }
        for (int i = 0; i < Size; i++) x[i] *= _diagonal[i];
        for (int i = Size - 1; i >= 0; i--)
        {
            x[i] /= _diagonal[i];
            Scatter(_starts[i], _middles[i], -x[i], x);
        }
    }

    private double Gather(int from, int to, ReadOnlySpan<double> x)
    {
        ReadOnlySpan<int> columns = _columns.AsSpan(from, to - from);
        ReadOnlySpan<double> values = _values.AsSpan(from, to - from);
        double sum = 0;
        for (int k = 0; k < columns.Length; k++) sum += values[k] * x[columns[k]];
        return sum;
    }

    private void Scatter(int from, int to, double factor, Span<double> target)
    {
        if (factor == 0) return;
        ReadOnlySpan<int> columns = _columns.AsSpan(from, to - from);
        ReadOnlySpan<double> values = _values.AsSpan(from, to - from);
        for (int k = 0; k < columns.Length; k++) target[columns[k]] += factor * values[k];
    }

    /// <summary>The rows of gamma P_pi, without transitions of probability 0; equal successors of different actions merged.</summary>
    private void CollectRows(ReadOnlySpan<double> policy)
    {
        int count = 0, actions = _kernel.Actions;
        for (int s = 0; s < Size; s++)
        {
            _rowStarts[s] = count;
            for (int row = s * actions; row < (s + 1) * actions; row++)
            {
                double weight = _discount * policy[row];
                if (weight == 0) continue;
                ReadOnlySpan<int> next = _kernel.Next(row);
                ReadOnlySpan<double> probabilities = _kernel.Probabilities(row);
                Reserve(count + next.Length);
                for (int k = 0; k < next.Length; k++)
                {
                    if (_sums[next[k]] == 0) _rowColumns[count++] = next[k];
                    _sums[next[k]] += weight * probabilities[k];
                }
            }
            for (int k = _rowStarts[s]; k < count; k++) (_rowValues[k], _sums[_rowColumns[k]]) = (_sums[_rowColumns[k]], 0);
        }
        _rowStarts[Size] = count;
        if (_columns.Length < count) (_columns, _values) = (new int[count], new double[count]);
    }

    private void Reserve(int count)
    {
        if (_rowColumns.Length >= count) return;
        int length = (int)Math.Max(count, Math.Min(2L * count, _kernel.EntryCount));
        Array.Resize(ref _rowColumns, length);
        Array.Resize(ref _rowValues, length);
    }

    private void OrderStates()
    {
        _rowStarts.AsSpan(0, Size).CopyTo(_cursor);
        Array.Fill(_position, -1);
        int left = 0;
        for (int root = 0; root < Size; root++)
        {
            if (_position[root] >= 0) continue;
            int depth = 0;
            _stack[0] = root;
            _position[root] = Size;
            while (depth >= 0)
            {
                int s = _stack[depth];
                if (_cursor[s] == _rowStarts[s + 1])
                {
                    (_position[s], _order[left]) = (left, s);
                    left++;
                    depth--;
                    continue;
                }
                int next = _rowColumns[_cursor[s]++];
                if (_position[next] >= 0) continue;
                _position[next] = Size;
                _stack[++depth] = next;
            }
        }
    }
}
